import type { Share } from '../../../src/core/sync-api/catalogue';
import type { FindAccess } from '../access/authenticate';
import { hashSecret, newId, newToken, TOKEN_PATTERN } from '../access/secrets';
import type { Queries } from '../database/database';
import type { Endpoint } from '../endpoint';
import { Refusal } from '../refusal';
import { findSession } from './find-sessions';

const DAY_MS = 86_400_000;
/** The longest that the app offers is a year; a link that outlives whoever made it is forgotten, and still opens. */
const MAX_SHARE_DAYS = 366;

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

/** Those with a share's secret, until it expires or is revoked, or the device that made it: what a thief made with it ends with it. */
export function findShareAccess({ database, now }: Endpoint): FindAccess {
  return async (secret) => {
    if (!TOKEN_PATTERN.test(secret)) return null;
    const [row] = await database.query<{ sessionId: string }>(
      `SELECT session_id AS "sessionId" FROM shares JOIN devices ON devices.id = device_id
       WHERE secret_hash = $1 AND expires_unix_ms > $2 AND revoked_unix_ms IS NULL`,
      [hashSecret(secret), now()],
    );
    return row === undefined ? null : { kind: 'share', sessionId: row.sessionId };
  };
}

/** By who made it, whose session it is, or an admin; to others it is not there: NOT_FOUND. */
export async function revokeShare(
  queries: Queries,
  device: { readonly deviceId: string; readonly isAdmin: boolean },
  shareId: string,
): Promise<void> {
  const revoked = await queries.query(
    `DELETE FROM shares USING sessions WHERE shares.id = $1 AND sessions.id = session_id
       AND ($3 OR shares.device_id = $2 OR sessions.device_id = $2) RETURNING shares.id`,
    [shareId, device.deviceId, device.isAdmin],
  );
  if (revoked.length === 0) throw new Refusal('NOT_FOUND', 'There is no such share.');
}
