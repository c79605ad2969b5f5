import { mkdir, open, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as v from 'valibot';
import { isMissing, readIfPresent } from '../files';
import { PrepareError } from '../prepare-error';

/** How one file is fetched. */
export interface FetchFileOptions {
  /** Bytes that are there and, when the server says so, of how many. */
  readonly onProgress: (bytes: number, totalBytes: number | null) => void;
  /** Between two attempts. One second unless said otherwise. */
  readonly retryDelayMs?: number;
}

/** A broken connection is taken up again so many times, then the person at the keyboard decides. */
const MAX_ATTEMPTS = 4;
const RETRY_DELAY_MS = 1000;

/** Server busy or restarting: worth another attempt. Other refusals stay what they are. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** What a part belongs to: a part of an older file must not be continued with a newer one. */
const originSchema = v.object({ url: v.string(), validator: v.string() });

/** An attempt that failed in a way the next one may not. */
class TransientError extends Error {
  override readonly name = 'TransientError';
}

/**
 * Fetches `url` into `partFile`. What an earlier attempt left there is continued when the server still has that very file
 * (HTTP Range with If-Range); a server that cannot do so sends the whole again. What arrived is kept after a failure.
 *
 * @throws PrepareError when it cannot be had.
 */
export async function fetchFile(
  url: string,
  partFile: string,
  { onProgress, retryDelayMs = RETRY_DELAY_MS }: FetchFileOptions,
): Promise<void> {
  await mkdir(path.dirname(partFile), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetchOnce(url, partFile, onProgress);
      await rm(originFile(partFile), { force: true });
      return;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      if (attempt === MAX_ATTEMPTS) {
        throw new PrepareError(
          `${url}: ${error.message}, ${MAX_ATTEMPTS} times`,
          'What arrived is kept: run the command again to go on.',
          { cause: error },
        );
      }
    }
    await wait(retryDelayMs);
  }
}

/** Removes what was fetched so far, and what is known of it. */
export async function discardPart(partFile: string): Promise<void> {
  await Promise.all([partFile, originFile(partFile)].map((file) => rm(file, { force: true })));
}

async function fetchOnce(
  url: string,
  partFile: string,
  onProgress: FetchFileOptions['onProgress'],
): Promise<void> {
  const held = await heldPart(url, partFile);
  const response = await ask(url, held);
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  const isContinued = held !== null && response.status === 206 && Number(range?.[1]) === held.bytes;
  if (response.status === 416 || (response.status === 206 && !isContinued)) {
    await response.body?.cancel();
    await discardPart(partFile);
    throw new TransientError('the server sent another part than was asked for');
  }
  if (!response.ok || !response.body) throw await refused(url, response);
  if (!isContinued) await rememberOrigin(url, partFile, response);
  const announced = isContinued ? range?.[2] : response.headers.get('content-length');
  const totalBytes = announced ? Number(announced) : null;
  const startBytes = isContinued ? held.bytes : 0;
  const bytes = await receive(response.body, partFile, startBytes, (done) =>
    onProgress(done, totalBytes),
  );
  if (totalBytes !== null && bytes !== totalBytes) {
    throw new TransientError(`the connection ended after ${bytes} of ${totalBytes} bytes`);
  }
}

interface HeldPart {
  readonly bytes: number;
  readonly validator: string;
}

/** What is there of this very address and can be continued. */
async function heldPart(url: string, partFile: string): Promise<HeldPart | null> {
  const origin = await readIfPresent(originFile(partFile));
  const bytes = await stat(partFile).then(
    (stats) => stats.size,
    (error: unknown) => {
      if (isMissing(error)) return 0;
      throw error;
    },
  );
  if (!origin || bytes === 0) return null;
  try {
    const known = v.parse(originSchema, JSON.parse(origin.toString('utf8')));
    return known.url === url ? { bytes, validator: known.validator } : null;
  } catch {
    return null; // damaged: starting over is always right
  }
}

async function ask(url: string, held: HeldPart | null): Promise<Response> {
  const headers = new Headers({ 'accept-encoding': 'identity' });
  if (held) {
    headers.set('range', `bytes=${held.bytes}-`);
    headers.set('if-range', held.validator);
  }
  try {
    return await fetch(url, { headers });
  } catch (error) {
    throw new PrepareError(`${url} cannot be reached (${reasonOf(error)})`, OFFLINE_ADVICE, {
      cause: error,
    });
  }
}

const OFFLINE_ADVICE =
  'Without a network, fetch that address elsewhere, put the file into a folder under its own name and say which folder: ' +
  'npm run models -- add ID --mirror FOLDER (or set RESIGHT_MODEL_MIRROR). "npm run models -- mirror FOLDER" fills such a folder.';

async function refused(url: string, response: Response): Promise<Error> {
  await response.body?.cancel();
  const found = `HTTP ${response.status} ${response.statusText}`.trim();
  if (TRANSIENT_STATUSES.has(response.status))
    return new TransientError(`the server answered ${found}`);
  return new PrepareError(`${url}: expected the file, found ${found}`, OFFLINE_ADVICE);
}

/** A part may only be continued when the server can tell whether its file is still the same. */
async function rememberOrigin(url: string, partFile: string, response: Response): Promise<void> {
  const tag = response.headers.get('etag');
  // A weak tag promises the same meaning, not the same bytes.
  const validator = tag && !tag.startsWith('W/') ? tag : response.headers.get('last-modified');
  if (validator) await writeFile(originFile(partFile), JSON.stringify({ url, validator }));
  else await rm(originFile(partFile), { force: true });
}

/** Writes what arrives behind the first `startBytes` of the part, at once: a break loses nothing. Returns how long it then is. */
async function receive(
  body: ReadableStream<Uint8Array>,
  partFile: string,
  startBytes: number,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const part = await open(partFile, startBytes > 0 ? 'a' : 'w');
  let bytes = startBytes;
  try {
    for await (const chunk of receivedChunks(body)) {
      await part.appendFile(chunk);
      bytes += chunk.byteLength;
      onBytes(bytes);
    }
  } finally {
    await part.close();
  }
  return bytes;
}

/** Tells a broken connection, which is worth another attempt, from a full disk, which is not. */
async function* receivedChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new TransientError(`the connection broke (${reasonOf(cause)})`, { cause });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // a stream that broke refuses: there is nothing left to cancel
  }
}

function originFile(partFile: string): string {
  return `${partFile}.from`;
}

/** `fetch` hides the reason one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error.cause instanceof Error)) return error.message;
  return 'code' in error.cause ? String(error.cause.code) : error.cause.message;
}
