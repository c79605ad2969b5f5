import { BY_EXPIRY, BY_RETENTION, finishRemoval, type Removal } from '../catalogue/remove-session';
import type { Endpoint } from '../endpoint';
import { createPieceStore } from './create-piece-store';
import { repairStore } from './repair';
import { requireOwnStore } from './store-mark';
import { addUploadMetrics } from './upload-metrics';

/** What is late by minutes after days is on time. */
const SWEEP_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * To be called before an endpoint takes requests: makes files and rows agree, then removes what has expired now and then until it is stopped.
 * Throws WrongStoreError.
 */
export async function keepUploads(endpoint: Endpoint): Promise<void> {
  const { database, log, stopping } = endpoint;
  const store = createPieceStore(endpoint.config);
  await requireOwnStore(database, store);
  const repairs = await repairStore(endpoint, store);
  if (repairs.lostCount + repairs.strayCount > 0)
    log.warn({ ...repairs }, 'files and rows agree again');
  addUploadMetrics(endpoint);
  const removal = { endpoint, store };
  const timer = setInterval(() => void sweepAndLog(removal), SWEEP_MS);
  timer.unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
  void sweepAndLog(removal);
}

/** Removes what has expired, and goes on with removals that a process left half done. Any number of processes may do it at once. */
export async function sweepUploads(removal: Removal): Promise<void> {
  const { database, config, now } = removal.endpoint;
  await mark(
    removal,
    BY_EXPIRY,
    'pending',
    'touched_unix_ms',
    now() - config.uploadExpiryHours * HOUR_MS,
  );
  if (config.retentionDays !== null) {
    const oldest = now() - config.retentionDays * DAY_MS;
    await mark(removal, BY_RETENTION, 'complete', 'completed_unix_ms', oldest);
  }
  await database.query('DELETE FROM shares WHERE expires_unix_ms <= $1', [now()]);
  await database.query('DELETE FROM upload_locks WHERE expires_at < clock_timestamp()');
  const rows = await database.query<{ id: string }>(
    `SELECT id FROM sessions WHERE state = 'deleting'`,
  );
  for (const { id } of rows) await finishRemoval(removal, id);
}

async function mark(
  { endpoint }: Removal,
  deletedBy: string,
  state: 'pending' | 'complete',
  column: 'touched_unix_ms' | 'completed_unix_ms',
  beforeUnixMs: number,
): Promise<void> {
  await endpoint.database.query(
    `UPDATE sessions SET state = 'deleting', deleted_by = $1 WHERE state = $2 AND ${column} <= $3`,
    [deletedBy, state, beforeUnixMs],
  );
}

async function sweepAndLog(removal: Removal): Promise<void> {
  const { log, stopping } = removal.endpoint;
  try {
    await sweepUploads(removal);
  } catch (error) {
    // Tried again with the next sweep; while it is being stopped, the database may be closed already.
    if (!stopping.aborted) log.error({ err: error }, 'sweeping failed');
  }
}
