import 'fake-indexeddb/auto';
import type { Remote } from 'comlink';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/app-error';
import type { SyncWorkerApi } from '../../../src/core/sync-format/sync-worker-api';
import { SentCheck } from '../../../src/runtime/sync/sent-check';
import { newOutboxRow } from '../../../src/runtime/sync/shown-state';
import type { ConnectionRow, OutboxRow } from '../../../src/storage/sync-rows';
import { SyncStore } from '../../../src/storage/sync-store';

const ACCESS: ConnectionRow = {
  url: 'https://cars.example',
  token: 'A'.repeat(43),
  deviceId: 'device-0001',
  deviceName: 'A device',
  scopes: ['upload', 'read'],
  connectedUnixMs: 0,
  identity: null,
  receiptKey: null,
};
const CHOICE = { sessionId: 'session-0001', without: [], isPublished: false } as const;

let storeNumber = 0;
let store: SyncStore;
let lost: Set<string>;
let asked: string[];
let isReachable: boolean;
let nowMs: number;
let check: SentCheck;

beforeEach(() => {
  storeNumber += 1;
  store = new SyncStore(`sent-check-${storeNumber}`);
  lost = new Set();
  asked = [];
  isReachable = true;
  nowMs = 0;
  const remote = {
    isLost: (_access: unknown, id: string) => {
      asked.push(id);
      if (!isReachable) return Promise.reject(new AppError('SYNC_UNREACHABLE', 'away'));
      return Promise.resolve(lost.has(id));
    },
  } as unknown as Remote<SyncWorkerApi>; // what a check calls of it
  check = new SentCheck({
    store,
    calls: { call: async (invoke) => invoke(remote) },
    now: () => nowMs,
  });
});

async function item(uploadId: string, change: Partial<OutboxRow> = {}): Promise<string> {
  const row = newOutboxRow(CHOICE, 'Gate', 1);
  await store.putOutboxItem({
    ...row,
    state: 'done',
    isSent: true,
    uploadId,
    sentBytes: 9,
    ...change,
  });
  return row.id;
}

describe('what was sent', () => {
  it('and is not at the endpoint any more is told, so that it can be sent again', async () => {
    const [kept, gone] = [await item('upload-kept'), await item('upload-gone')];
    lost.add('upload-gone');
    expect(await check.run(ACCESS)).toBe(true);
    expect(await store.outboxItem(kept)).toMatchObject({ state: 'done', sentBytes: 9 });
    expect(await store.outboxItem(gone)).toMatchObject({
      state: 'failed',
      error: { code: 'SYNC_LOST' },
      isSent: false,
      uploadId: null,
      sentBytes: 0,
    });
  });

  it('is looked for once an hour, and what is on its way not at all', async () => {
    await item('upload-kept');
    await item('upload-begun', { state: 'sending', isSent: false });
    for (const minutes of [0, 30, 61]) {
      nowMs = minutes * 60_000;
      expect(await check.run(ACCESS)).toBe(false);
    }
    expect(asked).toEqual(['upload-kept', 'upload-kept']);
  });

  it('is not called lost by an endpoint that cannot be reached; it is asked again', async () => {
    const id = await item('upload-kept');
    isReachable = false;
    await expect(check.run(ACCESS)).rejects.toMatchObject({ code: 'SYNC_UNREACHABLE' });
    expect(await store.outboxItem(id)).toMatchObject({ state: 'done' });
    isReachable = true;
    await check.run(ACCESS);
    expect(asked).toHaveLength(2);
  });

  it('asks nothing as a device that may only send', async () => {
    await item('upload-0001');
    lost.add('upload-0001');
    expect(await check.run({ ...ACCESS, scopes: ['upload'] })).toBe(false);
    expect(asked).toEqual([]);
  });
});
