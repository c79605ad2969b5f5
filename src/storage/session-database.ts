import { SESSION_MIGRATIONS } from './migrations/session-migrations';
import { abortQuietly, openShared } from './open-database';
import {
  SESSION_STORES,
  type SessionIdb,
  type SessionRead,
  type SessionWrite,
} from './session-rows';
import { toStorageError } from './storage-error';

/**
 * The sessions' database: opened when first used, by any number of tabs and workers; opened again when the browser closed it. A session
 * itself has one writer at a time, which holds its lock; a row is read and written back within one transaction. All methods throw
 * AppError STORAGE_*; `doing` tells what for, as in "list the sessions".
 */
export class SessionDatabase {
  readonly name: string;
  #opening: Promise<SessionIdb> | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** Runs one transaction that changes nothing: what it reads belongs together. */
  read<T>(doing: string, work: (transaction: SessionRead) => Promise<T>): Promise<T> {
    return this.use(doing, (database) => work(database.transaction(SESSION_STORES)));
  }

  /**
   * Runs one durable transaction: `work` happens entirely or not at all, and is on disk when the promise resolves. `work` may await
   * requests of its transaction only.
   */
  write<T>(doing: string, work: (transaction: SessionWrite) => Promise<T>): Promise<T> {
    return this.use(doing, async (database) => {
      const transaction = database.transaction(SESSION_STORES, 'readwrite', {
        durability: 'strict',
      });
      // The failure is reported below; unheard here it would be reported a second time.
      transaction.done.catch(() => undefined);
      try {
        const result = await work(transaction);
        await transaction.done;
        return result;
      } catch (error) {
        abortQuietly(transaction);
        // A full disk shows up when the transaction ends; its requests only say "aborted".
        throw transaction.error ?? error;
      }
    });
  }

  /** Works with the database itself. */
  async use<T>(doing: string, work: (database: SessionIdb) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (error) {
      throw toStorageError(error, doing);
    }
  }

  /** Closes after the transactions under way are through. The next use opens it again. */
  close(): void {
    const opening = this.#opening;
    this.#opening = null;
    opening?.then((database) => database.close()).catch(() => undefined); // it was never open
  }

  #open(): Promise<SessionIdb> {
    if (this.#opening) return this.#opening;
    const opening = openShared(this.name, SESSION_MIGRATIONS, () => {
      if (this.#opening === opening) this.close();
    }) as unknown as Promise<SessionIdb>; // the migrations have made exactly the stores that the schema describes
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    return opening;
  }
}
