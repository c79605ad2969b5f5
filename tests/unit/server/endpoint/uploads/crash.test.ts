import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pairAnswerSchema } from '../../../../../src/core/sync-api/access';
import {
  cataloguePageSchema,
  catalogueSessionSchema,
} from '../../../../../src/core/sync-api/catalogue';
import { createRandom } from '../../../../../src/street/random';
import { prepareDatabase } from '../../../../support/endpoint';
import {
  bundleEndpoint,
  findFreePort,
  startEndpointProcess,
  type EndpointProcess,
} from '../../../../support/endpoint-process';
import { makeTestSession, sha256, type TestSession } from '../../../../support/endpoint-sessions';
import { sendByTus, type Sender } from '../../../../support/tus-sender';

const KILL_COUNT = 10;
const PIECE_BYTES = 1024 * 1024;
const PIECE_COUNT = 6;
/** Small, so that a piece takes several requests. */
const CHUNK_BYTES = 192 * 1024;
/** A start takes a second of computing; on a machine that has other things to do, ten. */
const TEST_MS = 600_000;
/** Between two looks at the catalogue, and between two tries. */
const PAUSE_MS = 50;

/** An endpoint that is killed at points of an upload drawn beforehand, and started again each time on what it left. */
class KilledEndpoint {
  readonly #bundle: string;
  readonly #port: number;
  readonly #folder: string;
  /** Bytes sent at which it is killed next, ascending. */
  readonly #killsAt: number[];
  /** Milliseconds after reaching them. */
  readonly #delaysMs: readonly number[];
  #process: EndpointProcess | null = null;
  #restart: Promise<void> | null = null;
  killCount = 0;

  constructor(bundle: string, port: number, folder: string, seed: number) {
    const random = createRandom(seed);
    this.#bundle = bundle;
    this.#port = port;
    this.#folder = folder;
    const killsAt = Array.from(
      { length: KILL_COUNT },
      () => random.next() * PIECE_COUNT * PIECE_BYTES,
    );
    this.#killsAt = killsAt.sort((a, b) => a - b);
    // Half of them at once, half while the end of what was sent is written, compared and committed.
    this.#delaysMs = killsAt.map(() => (random.next() < 0.5 ? 0 : random.next() * 40));
  }

  get sender(): { readonly url: string } {
    return { url: `http://127.0.0.1:${this.#port}` };
  }

  /** The code for the first device; null: one is paired. */
  async start(): Promise<string | null> {
    const environment = { RESIGHT_DATA: this.#folder };
    this.#process = await startEndpointProcess(this.#port, environment, this.#bundle);
    return this.#process.pairingCode;
  }

  /** To be told of every step of the upload. */
  reached(sentBytes: number): void {
    const killAt = this.#killsAt[0];
    if (killAt === undefined || sentBytes < killAt || this.#restart !== null) return;
    this.#killsAt.shift();
    this.#restart = this.#killAndStart(this.#delaysMs[this.#killsAt.length] ?? 0);
  }

  /** Resolves when it runs. */
  async untilRunning(): Promise<void> {
    await this.#restart;
  }

  async stop(): Promise<void> {
    await this.#restart;
    await this.#process?.kill();
  }

  async #killAndStart(delayMs: number): Promise<void> {
    if (delayMs > 0) await sleep(delayMs);
    await this.#process?.kill();
    this.killCount += 1;
    await this.start();
    this.#restart = null;
  }
}

describe('an endpoint that is killed', () => {
  let bundle: Awaited<ReturnType<typeof bundleEndpoint>>;
  beforeAll(async () => {
    bundle = await bundleEndpoint();
  });
  afterAll(() => bundle.remove());

  // Two at once: most of the time is spent starting.
  it.concurrent.for([1, 2])(
    'at ten random points of an upload has all of it in the end, byte for byte, and never lists half of it (seed %i)',
    { timeout: TEST_MS },
    async (seed, { expect, onTestFinished }) => {
      const folder = await mkdtemp(join(tmpdir(), 'resight-crash-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      await prepareDatabase(folder);
      const endpoint = new KilledEndpoint(bundle.path, await findFreePort(), folder, seed);
      onTestFinished(() => endpoint.stop());
      const token = await pair(endpoint, await endpoint.start());
      const sender = { ...endpoint.sender, token };
      const session = makeTestSession(Array.from({ length: PIECE_COUNT }, () => PIECE_BYTES));
      const watching = new AbortController();
      const watched = watchCatalogue(sender, session, watching.signal);
      await sendThroughKills(endpoint, sender, session);
      watching.abort();
      expect(endpoint.killCount).toBe(KILL_COUNT);
      expect((await watched).lookCount).toBeGreaterThan(0);
      await requireWhole(sender, session);
      for (const [index, bytes] of session.pieces.entries()) {
        const file = await readFile(join(folder, 'pieces', `${session.announcement.id}.${index}`));
        expect(file.equals(bytes)).toBe(true);
      }
      // The pieces and the word by which the folder is known again.
      expect(await readdir(join(folder, 'pieces'))).toHaveLength(PIECE_COUNT + 1);
    },
  );
});

async function pair(endpoint: KilledEndpoint, code: string | null): Promise<string> {
  const answer = await fetch(`${endpoint.sender.url}/api/pair`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, deviceName: 'Phone' }),
  });
  return v.parse(pairAnswerSchema, await answer.json()).token;
}

/** As an app does it: whatever fails is tried again, from what the endpoint has. */
async function sendThroughKills(
  endpoint: KilledEndpoint,
  sender: Sender,
  session: TestSession,
): Promise<void> {
  const path = `/api/sessions/${session.announcement.id}`;
  await persist(endpoint, () => ask(sender, 'POST', '/api/sessions', session.announcement));
  for (const index of session.pieces.keys()) {
    await persist(endpoint, () =>
      sendByTus(sender, session, index, {
        chunkSize: CHUNK_BYTES,
        onProgress: (sentBytes) => endpoint.reached(index * PIECE_BYTES + sentBytes),
      }),
    );
  }
  // What is left of the kills is here; to complete it again changes nothing.
  do {
    await persist(endpoint, async () => {
      const completing = ask(sender, 'POST', `${path}/complete`);
      endpoint.reached(Infinity);
      await completing;
    });
  } while (endpoint.killCount < KILL_COUNT);
}

async function persist<T>(endpoint: KilledEndpoint, work: () => Promise<T>): Promise<T> {
  for (;;) {
    await endpoint.untilRunning();
    try {
      const result = await work();
      await endpoint.untilRunning();
      return result;
    } catch (error) {
      if (!isBroken(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** The connection broke, or could not be made; anything else is a failure of the test. */
function isBroken(error: unknown): boolean {
  if (error instanceof TypeError && error.message === 'fetch failed') return true;
  if (error instanceof TypeError && error.message === 'terminated') return true;
  // tus-js-client: no answer came.
  return error instanceof Error && 'originalResponse' in error && error.originalResponse === null;
}

async function ask(sender: Sender, method: string, path: string, json?: unknown): Promise<unknown> {
  const answer = await fetch(`${sender.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${sender.token}`, 'Content-Type': 'application/json' },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Refused with ${answer.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

/** Looks at the catalogue all the time; a session that it lists must be whole then. */
async function watchCatalogue(
  sender: Sender,
  session: TestSession,
  signal: AbortSignal,
): Promise<{ readonly lookCount: number }> {
  let lookCount = 0;
  while (!signal.aborted) {
    try {
      const page = v.parse(cataloguePageSchema, await ask(sender, 'GET', '/api/sessions'));
      lookCount += 1;
      if (page.sessions.length > 0) await requireWhole(sender, session);
    } catch (error) {
      if (!isBroken(error)) throw error;
    }
    await sleep(PAUSE_MS);
  }
  return { lookCount };
}

async function requireWhole(sender: Sender, session: TestSession): Promise<void> {
  const path = `/api/sessions/${session.announcement.id}`;
  const told = v.parse(catalogueSessionSchema, await ask(sender, 'GET', path));
  expect(told.pieces.map((piece) => piece.sha256)).toEqual(session.pieces.map(sha256));
  for (const [index, bytes] of session.pieces.entries()) {
    const answer = await fetch(`${sender.url}${path}/pieces/${index}`, {
      headers: { Authorization: `Bearer ${sender.token}` },
    });
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(bytes));
  }
}
