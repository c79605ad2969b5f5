import * as v from 'valibot';
import {
  cataloguePageSchema,
  catalogueSessionSchema,
  deletionStatementSchema,
  receiptSchema,
  shareSchema,
  type CatalogueSession,
} from '../../core/sync-api/catalogue';
import { sessionKeyOf } from '../../core/sync-format/edits';
import type { Envelope } from '../../core/sync-format/envelope';
import type { ListedSession } from '../../core/sync-format/sync-worker-api';
import { AppError } from '../../core/app-error';
import { openEnvelope } from './download-session';
import { isProblem } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';

/** Which sessions are asked for. */
interface ListQuery {
  readonly fromDay: string | null;
  readonly toDay: string | null;
  readonly cursor: string | null;
}

/** A page of complete sessions, with what this key opens of them. Throws AppError SYNC_*. */
export async function listSessions(
  requests: EndpointRequests,
  vaultKey: string | null,
  { fromDay, toDay, cursor }: ListQuery,
): Promise<{ readonly sessions: readonly ListedSession[]; readonly cursor: string | null }> {
  const query = new URLSearchParams();
  if (fromDay !== null) query.set('from', fromDay);
  if (toDay !== null) query.set('to', toDay);
  if (cursor !== null) query.set('cursor', cursor);
  const text = query.size > 0 ? `?${query}` : '';
  const page = await requests.json(cataloguePageSchema, `/api/sessions${text}`);
  const sessions: ListedSession[] = [];
  for (const session of page.sessions)
    sessions.push(listed(session, await openOrNull(session, vaultKey)));
  return { sessions, cursor: page.cursor };
}

/** Removes a session. Returns the receipt as the endpoint signed it, JSON; null: there was none. Throws AppError SYNC_*. */
export async function removeSession(
  requests: EndpointRequests,
  uploadId: string,
): Promise<string | null> {
  try {
    const response = await requests.ask(`/api/sessions/${uploadId}`, { method: 'DELETE' });
    // What was pending leaves no receipt.
    if (response.status === 204) return null;
    const receipt = v.parse(receiptSchema, await response.json());
    const read = v.safeParse(
      v.pipe(v.string(), v.parseJson(), deletionStatementSchema),
      receipt.statement,
    );
    if (read.success && read.output.sessionId === uploadId) return JSON.stringify(receipt);
    throw new AppError(
      'SYNC_TAMPERED',
      `Expected a receipt for ${uploadId}, found another: ${receipt.statement}`,
    );
  } catch (error) {
    if (isProblem(error, 'NOT_FOUND', 'GONE')) return null;
    throw error;
  }
}

/** Lets whoever has the answer read one session. Throws AppError SYNC_*. */
export async function shareSession(
  requests: EndpointRequests,
  vaultKey: string,
  id: string,
  expiresUnixMs: number,
): Promise<{ readonly secret: string; readonly sessionKey: string }> {
  const session = await requests.json(catalogueSessionSchema, `/api/sessions/${id}`);
  // Before anything is opened to others: a link without the key would be of no use.
  const { sessionKey } = await openEnvelope({ ...session, id }, vaultKey);
  const { secret } = await requests.json(shareSchema, `/api/sessions/${id}/shares`, {
    method: 'POST',
    body: { expiresUnixMs },
  });
  return { secret, sessionKey };
}

/** Null: not for this key, or not as it was. Downloading it tells which. */
async function openOrNull(session: CatalogueSession, key: string | null): Promise<Envelope | null> {
  if (key === null) return null;
  try {
    return await openEnvelope(session, key);
  } catch {
    return null;
  }
}

function listed(session: CatalogueSession, envelope: Envelope | null): ListedSession {
  return {
    id: session.id,
    byteCount: session.byteCount,
    uploadedUnixMs: session.completedUnixMs,
    expiresUnixMs: session.expiresUnixMs,
    firstDay: session.firstDay,
    lastDay: session.lastDay,
    isOwn: session.isOwn,
    details: envelope && {
      sessionId: envelope.sessionId,
      title: envelope.title,
      cameras: envelope.cameras,
      startUnixMs: envelope.startUnixMs,
      endUnixMs: envelope.endUnixMs,
      hasPictures: envelope.hasPictures,
    },
    sessionKey: envelope && sessionKeyOf(envelope),
  };
}
