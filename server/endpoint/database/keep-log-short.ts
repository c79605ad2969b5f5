import type { Endpoint } from '../endpoint';
import type { Database } from './database';

const LOOK_MS = 10_000;
/** Two parts. A checkpoint writes 16 MB of pages at most, in which nobody is answered: seldom, and short. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;

/**
 * The embedded database checkpoints when it is closed only, having no process of its own for it (PGlite 0.5.14): its log would grow as long as the
 * endpoint runs, and all of it be read again after a crash. Looks after it until the endpoint is stopped.
 */
export function keepLogShort({ database, log, stopping }: Endpoint): void {
  if (database.kind === 'server') return;
  const look = async (): Promise<void> => {
    try {
      await shortenLog(database);
    } catch (error) {
      // Tried again; while it is being stopped, the database may be closed already.
      if (!stopping.aborted) log.error({ err: error }, 'shortening the log of the database failed');
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Lets parts of the log be used again once there are enough of them. */
export async function shortenLog(database: Database): Promise<void> {
  const [log] = await database.query<{ bytes: number }>(
    'SELECT (pg_current_wal_lsn() - redo_lsn)::bigint AS bytes FROM pg_control_checkpoint()',
  );
  if ((log?.bytes ?? 0) > MAX_LOG_BYTES) await database.query('CHECKPOINT');
}
