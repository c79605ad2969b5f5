import type { ConnectionRow } from '../../storage/sync-rows';
import type { SyncStore } from '../../storage/sync-store';
import type { SyncCalls } from './sync-calls';

/** What removing needs. */
export interface RemovalParts {
  readonly store: Pick<SyncStore, 'connection' | 'updateConnection'>;
  readonly calls: Pick<SyncCalls, 'call'>;
}

/**
 * Removes a session at the endpoint; see `SyncWorkerApi.remove`. Its receipt is checked against the key that was kept when the device was paired;
 * a connection from before that was done keeps the one that the endpoint has now. Throws AppError SYNC_*, STORAGE_*.
 */
export async function removeAtEndpoint(
  { store, calls }: RemovalParts,
  { url, token }: Pick<ConnectionRow, 'url' | 'token'>,
  uploadId: string,
): Promise<string | null> {
  const access = { url, token };
  const row = await store.connection();
  let key = row?.token === token ? row.receiptKey : null;
  if (key === null) {
    key = await calls.call((remote) => remote.receiptKey(access));
    await store.updateConnection(token, { receiptKey: key });
  }
  const pinned = key;
  return calls.call((remote) => remote.remove(access, uploadId, pinned));
}
