import type { OpenShares, Share } from '../../../src/core/sync-api/catalogue';
import { hashSecret, newId, newToken } from '../access/secrets';
import type { Queries } from '../database/database';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';
import { findSession } from './find-sessions';

const DAY_MS = 86_400_000;
/** The longest that the app offers is a year; a link that outlives whoever made it is forgotten, and still opens. */
const MAX_SHARE_DAYS = 366;
/** Of shares on a page. */
const PAGE_COUNT = 200;

/**
 * A secret that opens one session until then. Refusals: those of {@link findSession}; INVALID_REQUEST: that moment has passed, or is more
 * than {@link MAX_SHARE_DAYS} away.
 */
export async function createShare(
  endpoint: Endpoint,
  deviceId: string,
  sessionId: string,
  expiresUnixMs: number,
): Promise<Share> {
  const now = endpoint.now();
  if (expiresUnixMs <= now || expiresUnixMs > now + MAX_SHARE_DAYS * DAY_MS) {
    throw new Refusal(
      'INVALID_REQUEST',
      `Expected an expiry in the future, and within ${MAX_SHARE_DAYS} days.`,
    );
  }
  await findSession(endpoint, { deviceId }, sessionId);
  const id = newId();
  const secret = newToken();
  await endpoint.database.query(
    'INSERT INTO shares (id, session_id, device_id, secret_hash, expires_unix_ms) VALUES ($1, $2, $3, $4, $5)',
    [id, sessionId, deviceId, hashSecret(secret), expiresUnixMs],
  );
  return { id, secret, expiresUnixMs };
}

/** Who wants to see or end shares. */
export interface ShareKeeper {
  readonly deviceId: string;
  readonly isAdmin: boolean;
}

/**
 * Those that open something now and that the device may end with {@link revokeShare}. `sessionId` undefined: of all sessions; `cursor`: of
 * the page before.
 */
export async function listShares(
  { database, now }: Endpoint,
  { deviceId, isAdmin }: ShareKeeper,
  sessionId: string | undefined,
  cursor: string | undefined,
): Promise<OpenShares> {
  const rows = await database.query<OpenShares['shares'][number]>(
    `SELECT shares.id, session_id AS "sessionId", devices.name AS "deviceName", shares.device_id = $1 AS "isOwn",
       expires_unix_ms AS "expiresUnixMs"
     FROM shares JOIN sessions ON sessions.id = session_id JOIN devices ON devices.id = shares.device_id
     WHERE ($2 OR shares.device_id = $1 OR sessions.device_id = $1) AND expires_unix_ms > $3 AND revoked_unix_ms IS NULL
       AND sessions.state = 'complete' AND ($4::text IS NULL OR session_id = $4) AND ($5::text IS NULL OR shares.id > $5)
     ORDER BY shares.id LIMIT $6`,
    [deviceId, isAdmin, now(), sessionId ?? null, cursor ?? null, PAGE_COUNT + 1],
  );
  const page = rows.slice(0, PAGE_COUNT);
  return { shares: page, cursor: rows.length > PAGE_COUNT ? (page.at(-1)?.id ?? null) : null };
}

/** By who made it, whose session it is, or an admin; to others it is not there: NOT_FOUND. */
export async function revokeShare(
  queries: Queries,
  device: ShareKeeper,
  shareId: string,
): Promise<void> {
  const revoked = await queries.query(
    `DELETE FROM shares USING sessions WHERE shares.id = $1 AND sessions.id = session_id
       AND ($3 OR shares.device_id = $2 OR sessions.device_id = $2) RETURNING shares.id`,
    [shareId, device.deviceId, device.isAdmin],
  );
  if (revoked.length === 0) throw new Refusal('NOT_FOUND', 'There is no such share.');
}
