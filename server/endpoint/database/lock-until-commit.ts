import type { Queries } from './database';

/** Waits until no other transaction, of any process, holds the lock of this name; it is free again when this one ends. */
export async function lockUntilCommit(queries: Queries, name: string): Promise<void> {
  await queries.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
}
