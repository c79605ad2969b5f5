import * as v from 'valibot';
import {
  cataloguePageSchema,
  catalogueSessionSchema,
  receiptSchema,
  type CatalogueSession,
} from '../../core/sync-api/catalogue';
import { sessionKeyOf } from '../../core/sync-format/edits';
import type { Envelope } from '../../core/sync-format/envelope';
import type { ListedSession } from '../../core/sync-format/sync-worker-api';
import { openEnvelope } from './download-session';
import { isProblem } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';
import { checkReceipt } from './receipts';

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

/** One complete session, with what this key opens of it; null: there is none of that name. Throws AppError SYNC_*. */
export async function findSession(
  requests: EndpointRequests,
  vaultKey: string | null,
  id: string,
): Promise<ListedSession | null> {
  try {
    const session = await requests.json(catalogueSessionSchema, `/api/sessions/${id}`);
    return listed(session, await openOrNull(session, vaultKey));
  } catch (error) {
    if (isProblem(error, 'NOT_FOUND', 'GONE')) return null;
    throw error;
  }
}

/** It was complete there, is not there any more, and nobody removed it. Throws AppError SYNC_*. */
export async function isLost(requests: EndpointRequests, uploadId: string): Promise<boolean> {
  try {
    await requests.ask(`/api/sessions/${uploadId}`);
    return false;
  } catch (error) {
    if (isProblem(error, 'NOT_FOUND')) return true;
    if (isProblem(error, 'GONE')) return false;
    throw error;
  }
}

/** Removes a session. Returns the receipt as the endpoint signed it, JSON; null: there was none. `receiptKey` as in {@link checkReceipt}. Throws AppError SYNC_*. */
export async function removeSession(
  requests: EndpointRequests,
  uploadId: string,
  receiptKey: string,
): Promise<string | null> {
  try {
    const response = await requests.ask(`/api/sessions/${uploadId}`, { method: 'DELETE' });
    // What was pending leaves no receipt.
    if (response.status === 204) return null;
    const receipt = v.parse(receiptSchema, await response.json());
    await checkReceipt(requests, receipt, uploadId, receiptKey);
    return JSON.stringify(receipt);
  } catch (error) {
    if (isProblem(error, 'NOT_FOUND', 'GONE')) return null;
    throw error;
  }
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
