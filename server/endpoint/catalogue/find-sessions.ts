import type { CataloguePage, CatalogueSession, Piece } from '../../../src/core/sync-api/catalogue';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';

/** Who looks; null: somebody with a share. */
export interface Viewer {
  readonly deviceId: string | null;
}

/** Of sessions on a page. */
const PAGE_COUNT = 50;
const DAY_MS = 86_400_000;

interface SessionRow {
  readonly id: string;
  readonly deviceId: string;
  readonly envelope: Uint8Array;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly byteCount: number;
  readonly completedUnixMs: number;
  readonly position: number;
  readonly pieces: readonly Piece[];
}

/** $1: those completed before are out of date although nobody has removed them yet. */
const SELECT = `SELECT id, device_id AS "deviceId", envelope, first_day AS "firstDay", last_day AS "lastDay", byte_count AS "byteCount",
    completed_unix_ms AS "completedUnixMs", position,
    (SELECT json_agg(json_build_object('byteCount', byte_count, 'sha256', sha256) ORDER BY piece)
       FROM pieces WHERE session_id = sessions.id) AS pieces
  FROM sessions WHERE state = 'complete' AND completed_unix_ms > $1::bigint`;

/** Complete sessions, the last completed first. `from`, `to`: days, both included; `cursor`: of the page before. */
export async function listSessions(
  endpoint: Endpoint,
  viewer: Viewer,
  search: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly cursor?: string | undefined;
  },
): Promise<CataloguePage> {
  const rows = await endpoint.database.query<SessionRow>(
    `${SELECT} AND ($2::text IS NULL OR last_day >= $2) AND ($3::text IS NULL OR first_day <= $3)
       AND ($4::bigint IS NULL OR position < $4) ORDER BY position DESC LIMIT $5`,
    [
      oldestUnixMs(endpoint),
      search.from ?? null,
      search.to ?? null,
      search.cursor ?? null,
      PAGE_COUNT + 1,
    ],
  );
  const page = rows.slice(0, PAGE_COUNT);
  const last = page.at(-1);
  return {
    sessions: page.map((row) => toSession(endpoint, viewer, row)),
    cursor: rows.length > PAGE_COUNT && last !== undefined ? String(last.position) : null,
  };
}

/** A complete session. Refusals: GONE: it was removed, or is being removed; NOT_FOUND. */
export async function findSession(
  endpoint: Endpoint,
  viewer: Viewer,
  id: string,
): Promise<CatalogueSession> {
  const [row] = await endpoint.database.query<SessionRow>(`${SELECT} AND id = $2`, [
    oldestUnixMs(endpoint),
    id,
  ]);
  if (row === undefined && (await isLeaving(endpoint, id)))
    throw new Refusal('GONE', 'This session is being removed.');
  if (row === undefined) throw await missing(endpoint, id);
  return toSession(endpoint, viewer, row);
}

/** A piece of a complete session. Refusals as of {@link findSession}. */
export async function findPiece(endpoint: Endpoint, id: string, piece: number): Promise<Piece> {
  const [row] = await endpoint.database.query<Piece>(
    `SELECT pieces.byte_count AS "byteCount", sha256 FROM pieces JOIN sessions ON sessions.id = session_id
     WHERE session_id = $1 AND piece = $2 AND sessions.state = 'complete' AND completed_unix_ms > $3::bigint`,
    [id, piece, oldestUnixMs(endpoint)],
  );
  if (row === undefined) throw await missing(endpoint, id);
  return row;
}

async function missing({ database }: Endpoint, id: string): Promise<Refusal> {
  const removed = await database.query('SELECT 1 FROM deletions WHERE session_id = $1', [id]);
  return removed.length > 0
    ? new Refusal('GONE', 'This session was removed.')
    : new Refusal('NOT_FOUND', 'There is no such session, or no such piece of it.');
}

/** Out of date, or just being removed: it has no receipt yet, but is not lost. */
async function isLeaving({ database }: Endpoint, id: string): Promise<boolean> {
  const rows = await database.query(
    `SELECT 1 FROM sessions WHERE id = $1 AND state IN ('complete', 'deleting')`,
    [id],
  );
  return rows.length > 0;
}

function oldestUnixMs({ config, now }: Endpoint): number {
  return config.retentionDays === null ? -1 : now() - config.retentionDays * DAY_MS;
}

function toSession({ config }: Endpoint, viewer: Viewer, row: SessionRow): CatalogueSession {
  const { id, deviceId, firstDay, lastDay, byteCount, completedUnixMs } = row;
  const { retentionDays } = config;
  return {
    id,
    deviceId,
    envelope: Buffer.from(row.envelope).toString('base64'),
    firstDay,
    lastDay,
    pieces: [...row.pieces],
    byteCount,
    completedUnixMs,
    expiresUnixMs: retentionDays === null ? null : completedUnixMs + retentionDays * DAY_MS,
    isOwn: deviceId === viewer.deviceId,
  };
}
