import { AppError } from '../core/app-error';
import { GALLERY_MIGRATIONS } from './migrations/gallery-migrations';
import { abortQuietly, openDatabase, type DatabaseConnection } from './open-database';
import { ALL_STORES, type GalleryDatabase, type GalleryWrite } from './schema';
import { toStorageError } from './storage-error';

/**
 * The gallery's database, open: runs transactions, turns their failures into AppErrors, and knows
 * whether and why it was closed.
 */
export class GalleryConnection {
  readonly #listeners = new Set<(reason: AppError) => void>();
  #connection: DatabaseConnection | null = null;
  #closedBecause: AppError | null = null;

  private constructor() {}

  /** Opens or makes the database; throws what {@link openDatabase} throws. */
  static async open(databaseName: string): Promise<GalleryConnection> {
    const gallery = new GalleryConnection();
    gallery.#connection = await openDatabase(databaseName, GALLERY_MIGRATIONS, (reason) =>
      gallery.#end(reason),
    );
    return gallery;
  }

  /** False where the browser has no Web Locks: nothing then keeps a second tab from writing too. */
  get isExclusive(): boolean {
    return this.#connection?.isExclusive ?? false;
  }

  /** Runs a query. `doing` tells what for, as in "list the vehicles". */
  async read<T>(doing: string, work: (database: GalleryDatabase) => Promise<T>): Promise<T> {
    const database = this.#open();
    try {
      return await work(database);
    } catch (error) {
      throw this.#closedBecause ?? toStorageError(error, doing);
    }
  }

  /**
   * Runs one durable transaction over all stores: `work` happens entirely or not at all, and is on
   * disk when the promise resolves. `work` may await requests of its transaction only.
   */
  async write<T>(doing: string, work: (transaction: GalleryWrite) => Promise<T>): Promise<T> {
    const database = this.#open();
    let transaction: GalleryWrite | null = null;
    try {
      // Strict: a sighting reported as stored must survive a power cut, and they are rare enough.
      transaction = database.transaction(ALL_STORES, 'readwrite', { durability: 'strict' });
      // The failure is reported below; unheard here it would be reported a second time.
      transaction.done.catch(() => undefined);
      const result = await work(transaction);
      await transaction.done;
      return result;
    } catch (error) {
      if (transaction) abortQuietly(transaction);
      // A full disk shows up when the transaction ends; its requests only say "aborted".
      throw this.#closedBecause ?? toStorageError(transaction?.error ?? error, doing);
    }
  }

  /**
   * Calls back once when the database was closed by something other than `close`, with the reason;
   * at once when that has happened already. Returns the unsubscriber.
   */
  onClosed(listener: (reason: AppError) => void): () => void {
    if (this.#closedBecause) listener(this.#closedBecause);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes after the transactions under way are through, and lets another context in. Safe to call twice. */
  close(): void {
    this.#listeners.clear();
    this.#closedBecause ??= new AppError('STORAGE_UNAVAILABLE', 'The gallery was closed');
    this.#connection?.close();
  }

  #end(reason: AppError): void {
    if (this.#closedBecause) return;
    this.#closedBecause = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(reason);
  }

  #open(): GalleryDatabase {
    if (this.#closedBecause) throw this.#closedBecause;
    if (!this.#connection) throw new AppError('STORAGE_UNAVAILABLE', 'The gallery is not open');
    // The migrations have made exactly the stores that the schema describes.
    return this.#connection.database as unknown as GalleryDatabase;
  }
}
