import type { Queries } from '../database/database';
import { lockUntilCommit } from '../database/lock-until-commit';
import { Refusal } from '../refusal';

/**
 * What a device takes up: its sessions, announced ones as if they were there, their envelopes, its edits and what it published. Live results
 * have bounds of their own (`live/live-store.ts`).
 */
export async function usedBytes(queries: Queries, deviceId: string): Promise<number> {
  const rows = await queries.query<{ bytes: number }>(
    'SELECT byte_count AS bytes FROM device_usage WHERE device_id = $1',
    [deviceId],
  );
  return rows[0]?.bytes ?? 0;
}

/**
 * To be asked before bytes of a device are stored, in the same transaction: others of that device wait for its end. Refusal QUOTA_EXCEEDED.
 */
export async function reserveBytes(
  queries: Queries,
  deviceId: string,
  byteCount: number,
  quotaBytes: number,
): Promise<void> {
  await lockUntilCommit(queries, `quota ${deviceId}`);
  const used = await usedBytes(queries, deviceId);
  if (used + byteCount <= quotaBytes) return;
  throw new Refusal(
    'QUOTA_EXCEEDED',
    `Expected at most ${quotaBytes} bytes of one device, found ${used} in use and ${byteCount} more. Remove sessions of this device there first.`,
  );
}
