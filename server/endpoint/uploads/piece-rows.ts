import type { Queries } from '../database/database';
import { Refusal } from '../refusal';
import type { PieceName } from './piece-name';

/**
 * - `absent`: nothing of it is there.
 * - `open`: begun; how many bytes are there is what the store says.
 * - `stored`: whole, its SHA-256 compared, safe on disk. Never changed again.
 */
export type PieceState = 'absent' | 'open' | 'stored';

/** A piece and the session it belongs to, as far as uploading it needs them. */
export interface PieceRow {
  readonly deviceId: string;
  readonly sessionState: 'pending' | 'complete' | 'damaged' | 'deleting';
  /** Last sign of life of the session's upload. */
  readonly touchedUnixMs: number;
  readonly state: PieceState;
  /** As announced. */
  readonly byteCount: number;
  /** What it is to be; null: absent. */
  readonly sha256: string | null;
}

/** Null: there is no such piece. */
export async function readPiece(queries: Queries, name: PieceName): Promise<PieceRow | null> {
  const rows = await queries.query<PieceRow>(
    `SELECT device_id AS "deviceId", sessions.state AS "sessionState", touched_unix_ms AS "touchedUnixMs",
       pieces.state, pieces.byte_count AS "byteCount", sha256
     FROM pieces JOIN sessions ON sessions.id = session_id WHERE session_id = $1 AND piece = $2`,
    [name.sessionId, name.piece],
  );
  return rows[0] ?? null;
}

/**
 * Says that a piece is begun, before its file is. Refusal CONFLICT: it is stored already, or its session takes no pieces (any more).
 */
export async function openPiece(
  queries: Queries,
  name: PieceName,
  sha256: string,
  nowUnixMs: number,
): Promise<void> {
  // The session's row is locked by its update: a removal that begins meanwhile sees this piece as open.
  const opened = await queries.query(
    `WITH session AS (
       UPDATE sessions SET touched_unix_ms = $4 WHERE id = $1 AND state = 'pending' RETURNING id
     )
     UPDATE pieces SET state = 'open', sha256 = $3
     FROM session WHERE session_id = session.id AND piece = $2 AND pieces.state <> 'stored' RETURNING piece`,
    [name.sessionId, name.piece, sha256, nowUnixMs],
  );
  if (opened.length === 0) {
    throw new Refusal(
      'CONFLICT',
      'This piece is there already, or its session takes no more. Announce the session again to see what is missing.',
    );
  }
}

/** Says that a piece is whole, and puts the session's expiry off. False: the piece was removed or begun anew meanwhile. */
export async function markStored(
  queries: Queries,
  name: PieceName,
  sha256: string,
  nowUnixMs: number,
): Promise<boolean> {
  const stored = await queries.query(
    `WITH session AS (UPDATE sessions SET touched_unix_ms = $4 WHERE id = $1 AND state = 'pending')
     UPDATE pieces SET state = 'stored'
     WHERE session_id = $1 AND piece = $2 AND state = 'open' AND sha256 = $3 RETURNING piece`,
    [name.sessionId, name.piece, sha256, nowUnixMs],
  );
  return stored.length > 0;
}

/** Says that a whole piece is in question again, before its file goes. Refusal CONFLICT: its session is complete, or being removed. */
export async function reopenPiece(queries: Queries, name: PieceName): Promise<void> {
  // Waits for a completion under way, and is waited for: one of both is refused.
  const reopened = await queries.query(
    `WITH session AS (SELECT id FROM sessions WHERE id = $1 AND state = 'pending' FOR UPDATE)
     UPDATE pieces SET state = 'open'
     FROM session WHERE session_id = session.id AND piece = $2 AND pieces.state <> 'absent' RETURNING piece`,
    [name.sessionId, name.piece],
  );
  if (reopened.length === 0) {
    throw new Refusal(
      'CONFLICT',
      'The session is complete or this piece is not there. Remove the session as a whole.',
    );
  }
}

/** Says that nothing of a piece that was open is there, after its file went. */
export async function forgetPiece(queries: Queries, name: PieceName): Promise<void> {
  await queries.query(
    `UPDATE pieces SET state = 'absent', sha256 = NULL WHERE session_id = $1 AND piece = $2 AND state = 'open'`,
    [name.sessionId, name.piece],
  );
}

/** Puts the session's expiry off. */
export async function touchSession(
  queries: Queries,
  sessionId: string,
  nowUnixMs: number,
): Promise<void> {
  await queries.query(
    `UPDATE sessions SET touched_unix_ms = $2 WHERE id = $1 AND state = 'pending'`,
    [sessionId, nowUnixMs],
  );
}
