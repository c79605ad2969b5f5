import pg from 'pg';
import type { Logger } from 'pino';
import type { Database, Queries, SqlValue } from './database';
import { ensureVector, migrate, type ScriptQueries } from './migrate';
import { ServerListener } from './server-listener';

/** Enough for what waits on the disk of one database server; more processes share its limit, 100 unless set otherwise. */
const POOL_SIZE = 10;
/** A database that does not answer by then is as good as not there. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Longest statement: far more than any of ours takes. */
const STATEMENT_TIMEOUT_MS = 60_000;
const TRANSACTION_TRIES = 5;

/** serialization_failure, deadlock_detected (PostgreSQL, appendix A): nothing was done, and a second try may succeed. */
const RETRIED_CODES: ReadonlySet<unknown> = new Set(['40001', '40P01']);

/** The driver's own parsers, with ours before them. */
const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, Number);
// A Date would be a moment, in this machine's time zone.
TYPES.setTypeParser(pg.types.builtins.DATE, (text) => text);

/**
 * Connects to a PostgreSQL server and brings its schema up to date. Throws what the driver throws when it cannot be reached, and
 * DatabaseTooNewError.
 */
export async function openServerDatabase(url: string, log: Logger): Promise<Database> {
  const options: pg.ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'resight-endpoint',
    types: TYPES,
  };
  const pool = new pg.Pool({
    ...options,
    max: POOL_SIZE,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // A connection that breaks while nobody uses it: the pool makes another when one is needed.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'database connection lost'));
  try {
    let hasVector = false;
    await inTransaction(pool, async (queries) => {
      hasVector = await ensureVector(queries);
      await migrate(queries);
    });
    return new ServerDatabase(pool, new ServerListener(options, log), hasVector);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

class ServerDatabase implements Database {
  readonly kind = 'server';
  readonly hasVector: boolean;
  readonly #pool: pg.Pool;
  readonly #listener: ServerListener;
  #closed: Promise<void> | null = null;

  constructor(pool: pg.Pool, listener: ServerListener, hasVector: boolean) {
    this.#pool = pool;
    this.#listener = listener;
    this.hasVector = hasVector;
  }

  query<Row extends object>(
    sql: string,
    parameters: readonly SqlValue[] = [],
  ): Promise<readonly Row[]> {
    return queriesOf(this.#pool).query<Row>(sql, parameters);
  }

  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return inTransaction(this.#pool, work);
  }

  listen(
    channel: string,
    listener: (payload: string | null) => void,
  ): Promise<() => Promise<void>> {
    return this.#listener.listen(channel, listener);
  }

  async notify(channel: string, payload: string): Promise<void> {
    await this.#pool.query('select pg_notify($1, $2)', [channel, payload]);
  }

  close(): Promise<void> {
    this.#closed ??= this.#listener.close().then(() => this.#pool.end());
    return this.#closed;
  }
}

function queriesOf(target: pg.Pool | pg.PoolClient): ScriptQueries {
  return {
    async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
      return (await target.query<Row & pg.QueryResultRow>(sql, [...parameters])).rows;
    },
    async script(sql) {
      await target.query(sql);
    },
  };
}

async function inTransaction<T>(
  pool: pg.Pool,
  work: (queries: ScriptQueries) => Promise<T>,
): Promise<T> {
  for (let tryNumber = 1; ; tryNumber += 1) {
    try {
      return await tryTransaction(pool, work);
    } catch (error) {
      const mayRetry = error instanceof pg.DatabaseError && RETRIED_CODES.has(error.code);
      if (!mayRetry || tryNumber === TRANSACTION_TRIES) throw error;
    }
  }
}

async function tryTransaction<T>(
  pool: pg.Pool,
  work: (queries: ScriptQueries) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    await client.query('begin');
    const result = await work(queriesOf(client));
    await client.query('commit');
    return result;
  } catch (error) {
    // Where not even this works the connection is gone, and with it the transaction.
    await client.query('rollback').catch(() => (isBroken = true));
    throw error;
  } finally {
    client.release(isBroken);
  }
}
