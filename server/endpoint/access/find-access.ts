import type { Scope } from '../../../src/core/sync-api/access';
import type { Access, Endpoint } from '../endpoint';
import { markSeen } from './device-store';
import { hashSecret, TOKEN_PATTERN } from './secrets';

/** Who has this token; null: nobody. */
export type FindAccess = (token: string) => Promise<Access | null>;

interface Holder {
  readonly deviceId: string;
  /** Null: a share's. */
  readonly scopes: readonly Scope[] | null;
  readonly lastSeenUnixMs: number | null;
  readonly sessionId: string | null;
}

/** One query, since everybody can make us ask with a token that he made up. */
const HOLDER_SQL = `
SELECT id AS "deviceId", scopes, last_seen_unix_ms AS "lastSeenUnixMs", NULL AS "sessionId"
FROM devices WHERE token_hash = $1 AND revoked_unix_ms IS NULL
UNION ALL
SELECT device_id, NULL, NULL, session_id FROM shares JOIN devices ON devices.id = device_id
WHERE secret_hash = $1 AND expires_unix_ms > $2 AND revoked_unix_ms IS NULL`;

/**
 * Devices by their tokens, until they are revoked; who has a share by its secret, until it expires or is revoked, or the device that made it: what
 * a thief made with it ends with it.
 */
export function createFindAccess({ database, now }: Endpoint): FindAccess {
  return async (token) => {
    if (!TOKEN_PATTERN.test(token)) return null;
    const [holder] = await database.query<Holder>(HOLDER_SQL, [hashSecret(token), now()]);
    if (holder === undefined) return null;
    const { deviceId, scopes, lastSeenUnixMs, sessionId } = holder;
    if (sessionId !== null) return { kind: 'share', sessionId };
    await markSeen(database, deviceId, lastSeenUnixMs ?? 0, now());
    return { kind: 'device', deviceId, scopes: scopes ?? [] };
  };
}
