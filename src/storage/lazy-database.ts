import type { Migration } from './migrations/migration';
import { abortQuietly, openShared } from './open-database';
import { toStorageError } from './storage-error';

/** A transaction that may change what is stored, as idb has them. */
interface DurableTransaction {
  readonly done: Promise<void>;
  readonly error: DOMException | null;
  abort(): void;
}

/**
 * A database that is opened when first used, by any number of tabs and workers, and opened again when the browser closed it. `Idb` is what its
 * migrations make. All methods throw AppError STORAGE_*; `doing` tells what for, as in "list the sessions".
 */
export class LazyDatabase<Idb extends { close(): void }> {
  readonly name: string;
  readonly #migrations: readonly Migration[];
  #opening: Promise<Idb> | null = null;

  constructor(name: string, migrations: readonly Migration[]) {
    this.name = name;
    this.#migrations = migrations;
  }

  /** Works with the database itself. */
  async use<T>(doing: string, work: (database: Idb) => Promise<T>): Promise<T> {
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

  #open(): Promise<Idb> {
    if (this.#opening) return this.#opening;
    const opening = openShared(this.name, this.#migrations, () => {
      if (this.#opening === opening) this.close();
    }) as unknown as Promise<Idb>; // the migrations have made exactly the stores that the schema describes
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    return opening;
  }
}

/** Runs `work` in a transaction, entirely or not at all. It may await requests of its transaction only. */
export async function runDurably<Transaction extends DurableTransaction, T>(
  transaction: Transaction,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
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
}
