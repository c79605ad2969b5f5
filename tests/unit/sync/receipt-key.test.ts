import 'fake-indexeddb/auto';
import type { Remote } from 'comlink';
import { beforeEach, describe, expect, it } from 'vitest';
import { receiptKeyFingerprint } from '../../../src/core/sync-format/receipt-key';
import type { SyncWorkerApi } from '../../../src/core/sync-format/sync-worker-api';
import { removeAtEndpoint, type RemovalParts } from '../../../src/runtime/sync/receipt-key';
import { shownConnection } from '../../../src/runtime/sync/shown-state';
import type { ConnectionRow } from '../../../src/storage/sync-rows';
import { SyncStore } from '../../../src/storage/sync-store';

const CONNECTION: ConnectionRow = {
  url: 'https://cars.example',
  token: 'A'.repeat(43),
  deviceId: 'device-0001',
  deviceName: 'A device',
  scopes: ['upload', 'read'],
  connectedUnixMs: 0,
  identity: null,
  receiptKey: 'a2V5IG9mIHBhaXJpbmc=',
};

let storeNumber = 0;
let store: SyncStore;
/** That the endpoint says it has. */
let told: string;
/** Keys that receipts were checked against. */
let checked: string[];
let parts: RemovalParts;

beforeEach(() => {
  storeNumber += 1;
  store = new SyncStore(`receipt-key-${storeNumber}`);
  told = 'YW5vdGhlciBrZXk=';
  checked = [];
  const remote = {
    receiptKey: () => Promise.resolve(told),
    remove: (_access: unknown, _id: string, key: string) => {
      checked.push(key);
      return Promise.resolve('receipt');
    },
  } as unknown as Remote<SyncWorkerApi>; // what a removal calls of it
  parts = { store, calls: { call: async (invoke) => invoke(remote) } };
});

describe('receipts of removed sessions', () => {
  it('are checked against the key that was kept when the device was paired, whatever the endpoint says', async () => {
    await store.setConnection(CONNECTION);
    expect(await removeAtEndpoint(parts, CONNECTION, 'upload-0001')).toBe('receipt');
    expect(checked).toEqual([CONNECTION.receiptKey]);
  });

  it('are checked against the first key that a connection from before was told, from then on', async () => {
    // As an older version wrote it.
    const { receiptKey: _receiptKey, ...old } = CONNECTION;
    await store.change('keep', ['connection'], async (stores) => {
      await stores.objectStore('connection').put(old, 'only');
    });
    expect((await store.connection())?.receiptKey).toBeNull();
    await removeAtEndpoint(parts, CONNECTION, 'upload-0001');
    const first = told;
    told = 'eWV0IGFub3RoZXI=';
    await removeAtEndpoint(parts, CONNECTION, 'upload-0002');
    expect(checked).toEqual([first, first]);
    const row = await store.connection();
    expect(row && shownConnection(row).receiptKey).toBe(first);
  });

  it('are told apart by the key’s fingerprint: the first 32 digits of its SHA-256', async () => {
    // printf 'key of pairing' | sha256sum
    expect(await receiptKeyFingerprint('a2V5IG9mIHBhaXJpbmc=')).toBe(
      'f85d d366 e16d 8159 12e8 c8d8 145f 92a6',
    );
    expect(await receiptKeyFingerprint('no base64!')).toBe('');
  });
});
