import { createHash } from 'node:crypto';
import type { Announced, NewCatalogueSession } from '../../../src/core/sync-api/catalogue';
import type { Queries } from '../database/database';
import { lockUntilCommit } from '../database/lock-until-commit';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';
import { reserveBytes } from './quota';

/** What the row of a piece takes; the same as in `004-usage.ts`. */
const PIECE_ROW_BYTES = 200;

interface KnownSession {
  readonly deviceId: string;
  readonly digest: string;
  readonly state: 'pending' | 'complete' | 'damaged' | 'deleting';
}

/**
 * Makes room for a session, or tells how far an announced one is. Refusals: CONFLICT (the name is taken by another session), GONE (it was
 * removed), TOO_LARGE, QUOTA_EXCEEDED, INVALID_REQUEST, UNAVAILABLE (it is being removed).
 */
export async function announce(
  endpoint: Endpoint,
  deviceId: string,
  session: NewCatalogueSession,
): Promise<Announced> {
  checkSession(endpoint, session);
  const now = endpoint.now();
  return endpoint.database.transaction(async (queries) => {
    await lockUntilCommit(queries, `session ${session.id}`);
    const known = await knownSession(queries, session.id);
    if (known === null) await insertSession(endpoint, queries, deviceId, session, now);
    else if (known.deviceId !== deviceId || known.digest !== digestOf(session)) {
      throw new Refusal('CONFLICT', 'Another session has this name. Choose a new one.');
    } else if (known.state === 'deleting') {
      throw new Refusal(
        'UNAVAILABLE',
        'The session is just being removed. Try again in some seconds.',
        5,
      );
    } else await reviveSession(queries, session.id, now);
    return {
      state: known?.state === 'complete' ? 'complete' : 'pending',
      storedPieces: await storedPieces(queries, session.id),
      expiresUnixMs: now + endpoint.config.uploadExpiryHours * 3_600_000,
    };
  });
}

function checkSession({ config }: Endpoint, session: NewCatalogueSession): void {
  if (session.firstDay > session.lastDay) {
    throw new Refusal(
      'INVALID_REQUEST',
      `Expected a first day not after the last, found ${session.firstDay} and ${session.lastDay}.`,
    );
  }
  const bytes = byteCountOf(session);
  if (bytes > config.maxSessionBytes) {
    throw new Refusal(
      'TOO_LARGE',
      `Expected a session of at most ${config.maxSessionBytes} bytes, found ${bytes}.`,
    );
  }
}

function byteCountOf(session: NewCatalogueSession): number {
  return session.pieceByteCounts.reduce((sum, count) => sum + count, 0);
}

async function knownSession(queries: Queries, id: string): Promise<KnownSession | null> {
  const gone = await queries.query('SELECT 1 FROM deletions WHERE session_id = $1', [id]);
  if (gone.length > 0) {
    throw new Refusal(
      'GONE',
      'The session of this name was removed, and there is a receipt for that. Choose a new name.',
    );
  }
  const rows = await queries.query<KnownSession>(
    'SELECT device_id AS "deviceId", announcement_sha256 AS digest, state FROM sessions WHERE id = $1',
    [id],
  );
  return rows[0] ?? null;
}

async function insertSession(
  { config }: Endpoint,
  queries: Queries,
  deviceId: string,
  session: NewCatalogueSession,
  nowUnixMs: number,
): Promise<void> {
  const envelope = Buffer.from(session.envelope, 'base64');
  const byteCount = byteCountOf(session);
  const pieceCount = session.pieceByteCounts.length;
  const usedBytes = byteCount + envelope.length + PIECE_ROW_BYTES * pieceCount;
  await reserveBytes(queries, deviceId, usedBytes, config.quotaBytesPerDevice);
  await queries.query(
    `INSERT INTO sessions (id, device_id, envelope, first_day, last_day, byte_count, announcement_sha256, state, touched_unix_ms, piece_count)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9)`,
    [
      session.id,
      deviceId,
      envelope,
      session.firstDay,
      session.lastDay,
      byteCount,
      digestOf(session),
      nowUnixMs,
      pieceCount,
    ],
  );
  await queries.query(
    `INSERT INTO pieces (session_id, piece, byte_count, state)
     SELECT $1, place - 1, announced.bytes::bigint, 'absent' FROM unnest($2::text[]) WITH ORDINALITY AS announced (bytes, place)`,
    [session.id, session.pieceByteCounts.map(String)],
  );
}

/** Puts the expiry off; one that lost a file takes pieces again. */
async function reviveSession(queries: Queries, id: string, nowUnixMs: number): Promise<void> {
  await queries.query(
    `UPDATE sessions SET state = 'pending', touched_unix_ms = $2 WHERE id = $1 AND state IN ('pending', 'damaged')`,
    [id, nowUnixMs],
  );
}

/** By which the same announcement is known again. */
function digestOf(session: NewCatalogueSession): string {
  const { id, envelope, firstDay, lastDay, pieceByteCounts } = session;
  const text = JSON.stringify([id, envelope, firstDay, lastDay, pieceByteCounts]);
  return createHash('sha256').update(text).digest('hex');
}

async function storedPieces(queries: Queries, id: string): Promise<number[]> {
  const rows = await queries.query<{ piece: number }>(
    `SELECT piece FROM pieces WHERE session_id = $1 AND state = 'stored' ORDER BY piece`,
    [id],
  );
  return rows.map(({ piece }) => piece);
}
