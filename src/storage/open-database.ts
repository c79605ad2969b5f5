import { openDB, type IDBPDatabase } from 'idb';
import { AppError } from '../core/app-error';
import { holdExclusiveLock } from './exclusive-lock';
import { runMigrations, type Migration, type MigrationTransaction } from './migrations/migration';
import { toStorageError } from './storage-error';

/**
 * How long an upgrade waits for tabs with the older version. They close their connection when told,
 * after the transaction they are in; one that has not by then is stuck or frozen.
 */
const BLOCKED_WAIT_MS = 3_000;

/** An open database and the right to write it. */
export interface DatabaseConnection {
  readonly database: IDBPDatabase;
  /** False: this browser has no Web Locks, see {@link holdExclusiveLock}. */
  readonly isExclusive: boolean;
  /** Closes the connection once its transactions are through, and lets others in. Safe to call twice. */
  close(): void;
}

/**
 * Opens a database for this context alone, applying the migrations it has not had.
 * `onLost` is called at most once, with the reason, when the connection ended without `close`: a
 * newer version of the app wants to upgrade, the data was cleared, the browser gave up on it.
 * Throws AppError GALLERY_IN_USE, STORAGE_UNAVAILABLE, STORAGE_BLOCKED, STORAGE_NEWER (nothing is
 * touched then), STORAGE_FULL.
 */
export async function openDatabase(
  name: string,
  migrations: readonly Migration[],
  onLost: (reason: AppError) => void,
): Promise<DatabaseConnection> {
  let isOver = false;
  let end = (): void => undefined;
  const lose = (reason: AppError): void => {
    if (isOver) return;
    end();
    onLost(reason);
  };
  const lock = await holdExclusiveLock(`${name}:writer`, () => {
    lose(new AppError('GALLERY_IN_USE', `Another tab took the lock of ${name} by force`));
  });
  end = () => {
    isOver = true;
    lock.release();
  };
  try {
    const database = await openShared(name, migrations, lose);
    // The lock was stolen meanwhile; `onLost` has told why, and the first use will say so.
    if (isOver) database.close();
    end = () => {
      isOver = true;
      database.close();
      lock.release();
    };
    return { database, isExclusive: lock.isExclusive, close: () => end() };
  } catch (error) {
    end();
    throw error;
  }
}

/**
 * Opens a database that other contexts may have open too, applying the migrations it has not had. `lose` is told, perhaps more than
 * once, that the connection ended or must be closed. Throws AppError STORAGE_* as {@link openDatabase}.
 */
export function openShared(
  name: string,
  migrations: readonly Migration[],
  lose: (reason: AppError) => void,
): Promise<IDBPDatabase> {
  if (typeof indexedDB === 'undefined') {
    const message = 'Expected IndexedDB, found a browser without it';
    return Promise.reject(new AppError('STORAGE_UNAVAILABLE', message));
  }
  let migrationFailure: unknown = null;
  let blockedTimer: ReturnType<typeof setTimeout> | undefined;
  return new Promise((resolve, reject) => {
    let isGivenUp = false;
    // Inside a promise because `indexedDB.open` itself throws where storage is denied.
    const opening = Promise.resolve().then(() =>
      openDB(name, migrations.length, {
        upgrade(database, oldVersion, _newVersion, transaction) {
          migrate(migrations, oldVersion, database, transaction).catch((error: unknown) => {
            migrationFailure = error;
          });
        },
        blocked(currentVersion, wantedVersion) {
          blockedTimer = setTimeout(() => {
            isGivenUp = true;
            reject(blockedError(name, currentVersion, wantedVersion));
          }, BLOCKED_WAIT_MS);
        },
        blocking(currentVersion, wantedVersion) {
          lose(blockingError(name, currentVersion, wantedVersion));
        },
        terminated() {
          lose(new AppError('STORAGE_UNAVAILABLE', `The browser closed the database ${name}`));
        },
      }),
    );
    opening
      .then((database) => {
        // Whoever asked was told STORAGE_BLOCKED already: this connection must not linger.
        if (isGivenUp) database.close();
        else resolve(database);
      })
      .catch((error: unknown) => {
        reject(toStorageError(migrationFailure ?? error, `open the database ${name}`));
      })
      .finally(() => clearTimeout(blockedTimer));
  });
}

/** Runs the migrations; when one fails, the database stays as it was before all of them. */
async function migrate(
  migrations: readonly Migration[],
  oldVersion: number,
  database: IDBPDatabase,
  transaction: MigrationTransaction,
): Promise<void> {
  // The same failure reaches us through the open request; unheard, this one would be reported twice.
  transaction.done.catch(() => undefined);
  try {
    await runMigrations(migrations, oldVersion, database, transaction);
  } catch (error) {
    abortQuietly(transaction);
    throw transaction.error ?? error;
  }
}

/** Aborts a transaction that may have ended by itself. */
export function abortQuietly(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // InvalidStateError: it is over already, which is what was wanted.
  }
}

function blockedError(name: string, current: number, wanted: number | null): AppError {
  return new AppError(
    'STORAGE_BLOCKED',
    `Expected to upgrade ${name} from version ${current} to ${wanted}, but another tab has kept ` +
      `version ${current} open for ${BLOCKED_WAIT_MS} ms`,
  );
}

function blockingError(name: string, current: number, wanted: number | null): AppError {
  return wanted === null
    ? new AppError('STORAGE_UNAVAILABLE', `The database ${name} is being deleted by another tab`)
    : new AppError(
        'STORAGE_NEWER',
        `Another tab upgrades ${name} from version ${current} to ${wanted}; this tab let go of it`,
      );
}
