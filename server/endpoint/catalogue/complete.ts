import type { CatalogueSession } from '../../../src/core/sync-api/catalogue';
import type { Queries } from '../database/database';
import { lockUntilCommit } from '../database/lock-until-commit';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';
import { findSession, type Viewer } from './find-sessions';

/** How many missing pieces a refusal names. */
const NAMED_COUNT = 10;

/**
 * Puts a session of the own device into the catalogue, or tells that it is there. Refusals: NOT_FOUND; CONFLICT: pieces are missing, or it is
 * being removed.
 */
export async function completeSession(
  endpoint: Endpoint,
  viewer: Viewer & { readonly deviceId: string },
  id: string,
): Promise<CatalogueSession> {
  const now = endpoint.now();
  await endpoint.database.transaction(async (queries) => {
    const state = await lockSession(queries, id, viewer.deviceId);
    if (state === 'complete') return;
    if (state !== 'pending') throw new Refusal('CONFLICT', 'The session is being removed.');
    await requireAllPieces(queries, id);
    // One at a time: positions become visible in their order, so that whoever reads page after page misses none.
    await lockUntilCommit(queries, 'session positions');
    await queries.query(
      `UPDATE sessions SET state = 'complete', completed_unix_ms = $2, position = nextval('session_positions') WHERE id = $1`,
      [id, now],
    );
  });
  return findSession(endpoint, viewer, id);
}

async function lockSession(queries: Queries, id: string, deviceId: string): Promise<string> {
  const rows = await queries.query<{ state: string }>(
    'SELECT state FROM sessions WHERE id = $1 AND device_id = $2 FOR UPDATE',
    [id, deviceId],
  );
  const state = rows[0]?.state;
  if (state === undefined)
    throw new Refusal('NOT_FOUND', 'This device announced no session of that name.');
  return state;
}

async function requireAllPieces(queries: Queries, id: string): Promise<void> {
  const missing = await queries.query<{ piece: number; count: number }>(
    `SELECT piece, count(*) OVER () AS count FROM pieces
     WHERE session_id = $1 AND state <> 'stored' ORDER BY piece LIMIT $2`,
    [id, NAMED_COUNT],
  );
  const count = missing[0]?.count;
  if (count === undefined) return;
  const names = missing.map(({ piece }) => piece).join(', ');
  throw new Refusal(
    'CONFLICT',
    `Expected all pieces, found ${count} missing: ${names}${count > NAMED_COUNT ? ', ...' : ''}. Send them first.`,
  );
}
