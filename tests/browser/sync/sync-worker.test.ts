import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/core/session-format/sha256-stream';
import type { UploadPlan } from '../../../src/core/sync-format/sync-worker-api';
import type { SyncCalls } from '../../../src/runtime/sync/sync-calls';
import { SyncFiles } from '../../../src/storage/sync-files';
import { CONNECTION, EndpointObserver } from './endpoint-observer';

const MARKER = 'MARKER-OF-A-NORTH-GATE';
/** One piece and some of the next. */
const FILE_BYTES = 16 * 1024 * 1024 + 300_000;
const OTHER_KEYS = [
  'AGE-SECRET-KEY-1ZPJXENZ0SFVHCX97Z5N4C395NWCS457TK85864Z0URCJU30T487STGSE7Y',
  // Mistyped: no key at all.
  `AGE-SECRET-KEY-1${'Q'.repeat(58)}`,
];

const files = new SyncFiles();
const ignore = (): void => undefined;
const never = new AbortController().signal;
let endpoint: EndpointObserver;
let calls: SyncCalls;

beforeEach(() => {
  endpoint = new EndpointObserver();
  calls = endpoint.calls();
});

afterEach(async () => {
  endpoint.end();
  await files.tidy([]);
  await deleteDB('resight-sync');
});

function contents(): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from({ length: FILE_BYTES }, (_, at) => (at * 31 + (at >> 8)) % 256);
  for (const at of [777, FILE_BYTES - 1000]) bytes.set(new TextEncoder().encode(MARKER), at);
  return bytes;
}

/** A session that lies packed in the private files. */
async function planned(): Promise<UploadPlan> {
  const uploadId = crypto.randomUUID();
  const writable = await (await files.sessionHandle(uploadId)).createWritable();
  await writable.write(contents());
  await writable.close();
  const facts = {
    ...{ uploadId, sessionId: 'session-0001', runId: 'run-1', title: MARKER, cameras: [MARKER] },
    ...{ createdUnixMs: 1, startUnixMs: 1, endUnixMs: 2, hasPictures: true },
  };
  return calls.call((remote) => remote.plan(facts, CONNECTION.identity ?? ''));
}

async function namesIn(folderName: string): Promise<readonly string[]> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(folderName, { create: true });
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

const hasMarker = (bytes: ArrayBuffer): boolean =>
  new TextDecoder('latin1').decode(bytes).includes(MARKER);

describe('the worker that speaks with endpoints', () => {
  it('sends what is packed in encrypted pieces, and gets it back byte for byte; another key opens nothing', async () => {
    const plan = await planned();
    const told: number[] = [];
    await calls.send(CONNECTION, plan, (bytes) => told.push(bytes), never);
    await endpoint.until(/complete$/);
    expect(endpoint.count(/^POST \/api\/uploads/)).toBe(2);
    expect(endpoint.bodies.some(hasMarker)).toBe(false);
    const sentBytes = endpoint.bodies.reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(sentBytes).toBeGreaterThan(FILE_BYTES);
    await expect
      .poll(() => told.at(-1))
      .toBe(plan.pieceByteCounts.reduce((sum, bytes) => sum + bytes, 0));
    expect(await namesIn('sync')).toEqual([`${plan.uploadId}.zip`]);

    const download = (key: string) => calls.download(CONNECTION, key, plan.uploadId, ignore, never);
    for (const key of OTHER_KEYS)
      await expect(download(key)).rejects.toMatchObject({ code: 'SYNC_WRONG_KEY' });
    const file = await download(CONNECTION.identity ?? '');
    expect(await sha256Hex(new Uint8Array(await file.arrayBuffer()))).toBe(
      await sha256Hex(contents()),
    );
    await calls.call((remote) => remote.releaseDownload());
    expect(await namesIn('temporary')).toEqual([]);
  });

  it('ended in the middle of sending goes on with the very bytes that it had encrypted', async () => {
    const plan = await planned();
    const ending = new AbortController();
    const sending = calls.send(CONNECTION, plan, ignore, ending.signal);
    await endpoint.until(/^PATCH/);
    endpoint.order({ pattern: /^PATCH/, answer: 'hold' });
    ending.abort();
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    endpoint.order();
    const createdBefore = endpoint.count(/^POST \/api\/uploads/);
    await calls.send(CONNECTION, plan, ignore, never);
    await endpoint.until(/complete$/);
    // Each piece was begun once: what was there of it was gone on with.
    expect(createdBefore).toBe(1);
    expect(endpoint.count(/^POST \/api\/uploads/)).toBe(2);
    expect(endpoint.count(/^DELETE/)).toBe(0);
    await files.remove(plan.uploadId);
    expect(await namesIn('sync')).toEqual([]);
  });

  it('ended in the middle of getting a session leaves no file of it', async () => {
    const plan = await planned();
    await calls.send(CONNECTION, plan, ignore, never);
    endpoint.order({ pattern: /pieces\/1/, answer: 'hold' });
    const ending = new AbortController();
    const key = CONNECTION.identity ?? '';
    const getting = calls.download(CONNECTION, key, plan.uploadId, ignore, ending.signal);
    await endpoint.until(/pieces\/1/);
    expect(await namesIn('temporary')).toHaveLength(1);
    ending.abort();
    await expect(getting).rejects.toMatchObject({ name: 'AbortError' });
    expect(await namesIn('temporary')).toEqual([]);
  });

  it('that dies without a word rejects what it was asked for, and the next call has another one', async () => {
    const plan = await planned();
    endpoint.order({ pattern: /^PATCH/, answer: 'die' });
    await expect(calls.send(CONNECTION, plan, ignore, never)).rejects.toMatchObject({
      code: 'WORKER_GONE',
    });
    await calls.send(CONNECTION, plan, ignore, never);
    await endpoint.until(/complete$/);
  });
});
