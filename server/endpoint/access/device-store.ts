import type { Scope } from '../../../src/core/sync-api/access';
import type { Database, Queries } from '../database/database';
import { hashSecret, newId, newToken } from './secrets';

/** Nobody needs to know better when a device was seen. */
const HOUR_MS = 3_600_000;

/** A device as the database has it. */
export interface DeviceRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly paired_unix_ms: number;
  readonly last_seen_unix_ms: number;
  readonly revoked_unix_ms: number | null;
}

/** A new device with its token, which is told once and kept as a hash only. */
export async function addDevice(
  queries: Queries,
  name: string,
  scopes: readonly Scope[],
  nowUnixMs: number,
): Promise<{ readonly deviceId: string; readonly token: string }> {
  const deviceId = newId();
  const token = newToken();
  await queries.query(
    `INSERT INTO devices (id, name, token_hash, scopes, paired_unix_ms, last_seen_unix_ms) VALUES ($1, $2, $3, $4, $5, $6)`,
    [deviceId, name, hashSecret(token), scopes, nowUnixMs, toHour(nowUnixMs)],
  );
  return { deviceId, token };
}

/** Marks a device as seen, once an hour. */
export async function markSeen(
  database: Database,
  deviceId: string,
  lastSeenUnixMs: number,
  nowUnixMs: number,
): Promise<void> {
  const hourUnixMs = toHour(nowUnixMs);
  if (lastSeenUnixMs >= hourUnixMs) return;
  await database.query('UPDATE devices SET last_seen_unix_ms = $2 WHERE id = $1', [
    deviceId,
    hourUnixMs,
  ]);
}

/** Oldest first; `onlyId` null: all. */
export function listDevices(
  database: Database,
  onlyId: string | null,
): Promise<readonly DeviceRow[]> {
  return database.query<DeviceRow>(
    `SELECT id, name, scopes, paired_unix_ms, last_seen_unix_ms, revoked_unix_ms FROM devices
     WHERE $1::text IS NULL OR id = $1 ORDER BY paired_unix_ms, id`,
    [onlyId],
  );
}

/**
 * False: there is no such device. Revoking again changes nothing. Of an admin that another device revokes (`isOwnWish` false) the codes end
 * too: it may have made one to come back by. Nobody knows who made which, so that all end; new ones are made in a moment.
 */
export function revokeDevice(
  database: Database,
  id: string,
  isOwnWish: boolean,
  nowUnixMs: number,
): Promise<boolean> {
  return database.transaction(async (queries) => {
    const [row] = await queries.query<Pick<DeviceRow, 'scopes'>>(
      'UPDATE devices SET revoked_unix_ms = coalesce(revoked_unix_ms, $2) WHERE id = $1 RETURNING scopes',
      [id, nowUnixMs],
    );
    if (row === undefined) return false;
    if (!isOwnWish && row.scopes.includes('admin')) {
      await queries.query('DELETE FROM pairing_codes');
    }
    return true;
  });
}

/** Whether any device may still come in. */
export async function hasDevices(database: Database): Promise<boolean> {
  const rows = await database.query('SELECT 1 FROM devices WHERE revoked_unix_ms IS NULL LIMIT 1');
  return rows.length > 0;
}

function toHour(unixMs: number): number {
  return Math.floor(unixMs / HOUR_MS) * HOUR_MS;
}
