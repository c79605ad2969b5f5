import type { DeletionReceipt, Piece } from '../../../src/core/sync-api/catalogue';
import type { ReceiptKey } from '../access/receipt-key';
import type { Queries } from '../database/database';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';
import { pieceId } from '../uploads/piece-name';
import type { PieceState } from '../uploads/piece-rows';
import type { PieceStore } from '../uploads/piece-store';
import { findReceipt, storeReceipt } from './receipts';

/** In place of a device's id: the endpoint's own retention. */
export const BY_RETENTION = 'retention';
/** An upload that rested for too long. It was never in the catalogue, and leaves no receipt: its device may begin it again. */
export const BY_EXPIRY = 'expiry';

/** What removing sessions needs. */
export interface Removal {
  readonly endpoint: Endpoint;
  readonly store: PieceStore;
}

/**
 * Removes a session at a device's wish; again for one that it removed: the same receipt. Refusals: NOT_FOUND; FORBIDDEN: it is another
 * device's, and this one is no admin.
 */
export async function removeAtWish(
  removal: Removal,
  device: { readonly deviceId: string; readonly isAdmin: boolean },
  sessionId: string,
): Promise<DeletionReceipt> {
  const { database } = removal.endpoint;
  const earlier = await findReceipt(database, sessionId);
  const owner = earlier?.deviceId ?? (await ownerOf(database, sessionId, device));
  if (owner !== device.deviceId && !device.isAdmin) {
    throw new Refusal(
      'FORBIDDEN',
      'This session is of another device: only that one or an admin may remove it.',
    );
  }
  if (earlier !== null) return earlier.receipt;
  await database.query(
    `UPDATE sessions SET state = 'deleting', deleted_by = $2 WHERE id = $1 AND state <> 'deleting'`,
    [sessionId, device.deviceId],
  );
  await finishRemoval(removal, sessionId);
  const done = await findReceipt(database, sessionId);
  if (done === null) throw new Refusal('NOT_FOUND', 'The upload of this session had expired.');
  return done.receipt;
}

/**
 * Goes on with the removal of a session that is marked `deleting`, from wherever a process left it: files, a look whether they are gone, then
 * rows and receipt at once. Throws, and leaves it to be tried again, when a file is still there.
 */
export async function finishRemoval(removal: Removal, sessionId: string): Promise<void> {
  const { endpoint, store } = removal;
  const pieces = await piecesOf(endpoint.database, sessionId);
  for (const { piece, state } of pieces) {
    const id = pieceId({ sessionId, piece });
    // A request that is under way holds the lock; those that come later are refused, since no piece of such a session is begun or added to.
    if (state === 'open') await endpoint.pieceLocks.withLock(id, () => store.remove(id));
    else if (state === 'stored') await store.remove(id);
  }
  for (const { piece } of pieces) {
    const bytes = await store.receivedBytes(pieceId({ sessionId, piece }));
    if (bytes !== null) throw new Error(`Piece ${piece} of a removed session is still there`);
  }
  await endpoint.database.transaction((queries) =>
    removeRows(queries, endpoint.receiptKey, sessionId, endpoint.now()),
  );
}

interface PieceOfSession {
  readonly piece: number;
  readonly state: PieceState;
  readonly byteCount: number;
  readonly sha256: string | null;
}

function piecesOf(queries: Queries, sessionId: string): Promise<readonly PieceOfSession[]> {
  return queries.query<PieceOfSession>(
    `SELECT piece, state, byte_count AS "byteCount", sha256 FROM pieces WHERE session_id = $1 ORDER BY piece`,
    [sessionId],
  );
}

async function removeRows(
  queries: Queries,
  key: ReceiptKey,
  sessionId: string,
  nowUnixMs: number,
): Promise<void> {
  const pieces = await piecesOf(queries, sessionId);
  const [removed] = await queries.query<{ deviceId: string; deletedBy: string }>(
    `DELETE FROM sessions WHERE id = $1 AND state = 'deleting' RETURNING device_id AS "deviceId", deleted_by AS "deletedBy"`,
    [sessionId],
  );
  // Another process was faster.
  if (removed === undefined || removed.deletedBy === BY_EXPIRY) return;
  await storeReceipt(queries, key, removed.deviceId, {
    sessionId,
    deletedUnixMs: nowUnixMs,
    deletedBy: removed.deletedBy,
    pieces: pieces.flatMap(({ byteCount, sha256 }): Piece[] =>
      sha256 === null ? [] : [{ byteCount, sha256 }],
    ),
    isVerified: (await piecesOf(queries, sessionId)).length === 0,
  });
}

/** One that is not complete is nobody's but its device's. */
async function ownerOf(
  queries: Queries,
  sessionId: string,
  device: { readonly deviceId: string; readonly isAdmin: boolean },
): Promise<string> {
  const [row] = await queries.query<{ deviceId: string }>(
    `SELECT device_id AS "deviceId" FROM sessions WHERE id = $1 AND (state = 'complete' OR device_id = $2 OR $3)`,
    [sessionId, device.deviceId, device.isAdmin],
  );
  if (row === undefined) throw new Refusal('NOT_FOUND', 'There is no such session.');
  return row.deviceId;
}
