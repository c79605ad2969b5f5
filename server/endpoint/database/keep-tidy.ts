import type { Endpoint } from '../endpoint';
import type { Database } from './database';

/*
 * A PostgreSQL server looks after itself by processes of its own. The embedded one has none (PGlite 0.5.14): it checkpoints when it is closed only,
 * and never uses the room of removed rows again. Its log and its tables would grow as long as the endpoint runs.
 */

const LOOK_MS = 10_000;
/** Two parts. A checkpoint writes 16 MB of pages at most, in which nobody is answered: seldom, and short. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;
/** As a server does, which begins at 50: vacuuming some thousand rows takes some 15 ms. */
const DEAD_ROWS_SQL = 'n_dead_tup > 1000 + 0.2 * n_live_tup';

/** Looks after an embedded database until the endpoint is stopped. */
export function keepTidy({ database, log, stopping }: Endpoint): void {
  if (database.kind === 'server') return;
  const look = async (): Promise<void> => {
    try {
      await tidy(database);
    } catch (error) {
      // Tried again; while it is being stopped, the database may be closed already.
      if (!stopping.aborted) log.error({ err: error }, 'tidying the database failed');
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Lets the room of rows that were removed, and parts of the log, be used again where there are many. */
export async function tidy(database: Database): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_stat_user_tables WHERE ${DEAD_ROWS_SQL}`,
  );
  for (const { name } of tables) await database.query(`VACUUM ${name}`);
  const [log] = await database.query<{ bytes: number }>(
    'SELECT (pg_current_wal_lsn() - redo_lsn)::bigint AS bytes FROM pg_control_checkpoint()',
  );
  if ((log?.bytes ?? 0) > MAX_LOG_BYTES) await database.query('CHECKPOINT');
}
