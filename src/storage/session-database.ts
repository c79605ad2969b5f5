import { LazyDatabase, runDurably } from './lazy-database';
import { SESSION_MIGRATIONS } from './migrations/session-migrations';
import {
  SESSION_STORES,
  type SessionIdb,
  type SessionRead,
  type SessionWrite,
} from './session-rows';

/**
 * The sessions' database. A session itself has one writer at a time, which holds its lock; a row is read and written back within one
 * transaction. All methods throw AppError STORAGE_*; `doing` as in {@link LazyDatabase}.
 */
export class SessionDatabase extends LazyDatabase<SessionIdb> {
  constructor(name: string) {
    super(name, SESSION_MIGRATIONS);
  }

  /** Runs one transaction that changes nothing: what it reads belongs together. */
  read<T>(doing: string, work: (transaction: SessionRead) => Promise<T>): Promise<T> {
    return this.use(doing, (database) => work(database.transaction(SESSION_STORES)));
  }

  /** Runs one durable transaction: `work` happens entirely or not at all, and is on disk when the promise resolves. */
  write<T>(doing: string, work: (transaction: SessionWrite) => Promise<T>): Promise<T> {
    return this.use(doing, (database) =>
      runDurably(database.transaction(SESSION_STORES, 'readwrite', { durability: 'strict' }), work),
    );
  }
}
