import type { OpenShare } from '../../contracts/sync';
import {
  catalogueSessionSchema,
  openSharesSchema,
  shareSchema,
} from '../../core/sync-api/catalogue';
import type { SyncWorkerApi } from '../../core/sync-format/sync-worker-api';
import { AppError } from '../../core/app-error';
import { openEnvelope } from './download-session';
import { isProblem } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';

/** Lets whoever has the answer read one session. Throws AppError SYNC_*. */
export async function shareSession(
  requests: EndpointRequests,
  vaultKey: string,
  id: string,
  expiresUnixMs: number,
): ReturnType<SyncWorkerApi['share']> {
  const session = await requests.json(catalogueSessionSchema, `/api/sessions/${id}`);
  // Before anything is opened to others: a link without the key would be of no use.
  const { sessionKey } = await openEnvelope({ ...session, id }, vaultKey);
  const share = await requests.json(shareSchema, `/api/sessions/${id}/shares`, {
    method: 'POST',
    body: { expiresUnixMs },
  });
  const { id: shareId, secret } = share;
  return { shareId, secret, sessionKey, expiresUnixMs: share.expiresUnixMs };
}

/** Links to a session that this device may end, the first to run out first. Throws AppError SYNC_*. */
export async function listShares(
  requests: EndpointRequests,
  id: string,
): Promise<readonly OpenShare[]> {
  const found: OpenShare[] = [];
  let cursor: string | null = null;
  do {
    const after: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page = await requests.json(openSharesSchema, `/api/shares?session=${id}${after}`);
    // Pages are in the order of ids: one that does not go on would be read for ever.
    if (page.cursor !== null && page.cursor <= (cursor ?? ''))
      throw new AppError(
        'SYNC_NOT_AN_ENDPOINT',
        `Expected a page after ${cursor ?? 'the first'}, found ${page.cursor}`,
      );
    for (const { sessionId, ...share } of page.shares)
      found.push({ ...share, remoteId: sessionId });
    cursor = page.cursor;
  } while (cursor !== null);
  return found.sort((a, b) => a.expiresUnixMs - b.expiresUnixMs);
}

/** What has run out or was ended meanwhile is no error. Throws AppError SYNC_*. */
export async function endShare(requests: EndpointRequests, shareId: string): Promise<void> {
  try {
    await requests.ask(`/api/shares/${shareId}`, { method: 'DELETE' });
  } catch (error) {
    if (!isProblem(error, 'NOT_FOUND')) throw error;
  }
}
