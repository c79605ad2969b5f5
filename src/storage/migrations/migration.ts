import type { IDBPDatabase, IDBPTransaction } from 'idb';

/** The transaction a migration works in: every store, of any shape. */
export type MigrationTransaction = IDBPTransaction<unknown, string[], 'versionchange'>;

/**
 * One step of the database's history. A released one is never edited: what must change gets a step
 * of its own, in a file of its own, with a test that starts from a real older database.
 */
export interface Migration {
  /** Version the database has afterwards; steps count 1, 2, 3, ... */
  readonly version: number;
  /** May await requests of `transaction` only: anything else lets it end too early. */
  migrate(database: IDBPDatabase, transaction: MigrationTransaction): void | Promise<void>;
}

/**
 * Applies, in order, the steps a database of `oldVersion` (0: just created) has not had yet.
 * Throws RangeError when the steps are not numbered 1, 2, 3, ...
 */
export async function runMigrations(
  migrations: readonly Migration[],
  oldVersion: number,
  database: IDBPDatabase,
  transaction: MigrationTransaction,
): Promise<void> {
  migrations.forEach(({ version }, index) => {
    if (version !== index + 1)
      throw new RangeError(`Expected migration ${index + 1}, found migration ${version}`);
  });
  for (const migration of migrations) {
    if (migration.version > oldVersion) await migration.migrate(database, transaction);
  }
}
