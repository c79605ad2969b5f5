import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { cataloguePageSchema, type CatalogueSession } from '../../src/core/sync-api/catalogue';

/** Between two looks. */
const PAUSE_MS = 100;

/** What was read of the catalogue so far. */
export interface CatalogueReader {
  /** Looks that were answered. */
  readonly lookCount: number;
  /** Sessions whose every byte was read, by id; throws when a session was listed that was not whole. */
  readonly whole: ReadonlyMap<string, CatalogueSession>;
  /** Ends it; rejects when a session was listed that was not whole. */
  stop(): Promise<void>;
}

/**
 * Reads the catalogue all the time as any device may, and gets every session that is listed, at once: each piece must be there with
 * the bytes that were announced, and the session must be the same at every later look. An endpoint that is away is looked for again.
 */
export function readCatalogue(url: string, token: string): CatalogueReader {
  const whole = new Map<string, CatalogueSession>();
  let failure: Error | null = null;
  const headers = { Authorization: `Bearer ${token}` };
  let lookCount = 0;
  let isOn = true;
  const read = async (): Promise<void> => {
    while (isOn) {
      for (const session of await listAll(url, headers)) {
        const known = whole.get(session.id);
        if (known && JSON.stringify(known) !== JSON.stringify(session))
          throw new Error(`Session ${session.id} is listed as another one than before.`);
        if (!known) await readWhole(url, headers, session);
        whole.set(session.id, session);
      }
      lookCount += 1;
      await sleep(PAUSE_MS);
    }
  };
  const reading = unlessBroken(read, () => isOn);
  reading.catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  return {
    get lookCount() {
      return lookCount;
    },
    get whole() {
      if (failure !== null) throw failure;
      return whole;
    },
    stop: () => {
      isOn = false;
      return reading;
    },
  };
}

/** Of all pages. */
async function listAll(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly CatalogueSession[]> {
  const found: CatalogueSession[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const answer: Response = await ask(`${url}/api/sessions${query}`, headers);
    const page = v.parse(cataloguePageSchema, await answer.json());
    found.push(...page.sessions);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

async function readWhole(
  url: string,
  headers: Readonly<Record<string, string>>,
  { id, pieces, byteCount }: CatalogueSession,
): Promise<void> {
  let readBytes = 0;
  for (const [index, piece] of pieces.entries()) {
    const answer = await ask(`${url}/api/sessions/${id}/pieces/${index}`, headers);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== piece.sha256 || bytes.length !== piece.byteCount)
      throw new Error(`Piece ${index} of the listed session ${id} is not what was announced.`);
    readBytes += bytes.length;
  }
  if (pieces.length === 0 || readBytes !== byteCount)
    throw new Error(`The listed session ${id} has ${readBytes} bytes of ${byteCount}.`);
}

async function ask(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`Refused with ${answer.status}: ${await answer.text()}`);
  return answer;
}

/** Again and again, as long as connections break or cannot be made. */
async function unlessBroken(work: () => Promise<void>, isWanted: () => boolean): Promise<void> {
  while (isWanted()) {
    try {
      await work();
    } catch (error) {
      const isBroken =
        error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message);
      if (!isBroken) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
