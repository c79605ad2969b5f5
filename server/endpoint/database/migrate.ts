import type { Queries } from './database';
import { MIGRATIONS, type Migration } from './migrations/all-migrations';

/** A transaction that also runs several statements at once, which take no parameters. */
export interface ScriptQueries extends Queries {
  script(sql: string): Promise<void>;
}

/** The database was made by a later version of this program. */
export class DatabaseTooNewError extends Error {
  override readonly name = 'DatabaseTooNewError';
}

/** Any number that no other program on the server is likely to use for its advisory lock: "resight" in letters of a telephone. */
const LOCK_NUMBER = 7_374_448;

/**
 * Brings the schema up to date, within the transaction it is given. Processes that start at the same time wait for each other.
 * Throws {@link DatabaseTooNewError} and changes nothing when the database has steps that are not known here.
 */
export async function migrate(
  queries: ScriptQueries,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await queries.query('select pg_advisory_xact_lock($1)', [LOCK_NUMBER]);
  await queries.script(
    'create table if not exists schema_steps (number integer primary key, name text not null, applied_at timestamptz not null default now())',
  );
  const applied = await queries.query<{ number: number; name: string }>(
    'select number, name from schema_steps order by number',
  );
  const newest = applied.at(-1);
  if (newest !== undefined && newest.number > migrations.length) {
    throw new DatabaseTooNewError(
      `Expected a database of at most version ${migrations.length}, found version ${newest.number} (${newest.name}). ` +
        'It was used by a newer Resight: update this one, or give it a data folder or database of its own.',
    );
  }
  for (const [index, { name, sql }] of migrations.entries()) {
    const number = index + 1;
    if (newest !== undefined && number <= newest.number) continue;
    await queries.script(sql);
    await queries.query('insert into schema_steps (number, name) values ($1, $2)', [number, name]);
  }
}

/** Whether descriptors can be compared by the database; installs the extension where that is allowed. */
export async function ensureVector(queries: ScriptQueries): Promise<boolean> {
  const find = () => queries.query("select 1 from pg_extension where extname = 'vector'");
  if ((await find()).length > 0) return true;
  const available = await queries.query(
    "select 1 from pg_available_extensions where name = 'vector'",
  );
  if (available.length === 0) return false;
  // A savepoint: a refusal, such as for want of rights, must not end the transaction.
  await queries.script('savepoint before_vector');
  try {
    await queries.script('create extension if not exists vector');
    return true;
  } catch {
    await queries.script('rollback to savepoint before_vector');
    return false;
  }
}
