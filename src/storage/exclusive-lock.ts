import type { ErrorCode } from '../contracts/errors';
import { AppError } from '../core/app-error';

/**
 * How long an open waits for the lock. A page that is being reloaded asks before the worker of its
 * former self is quite gone, which takes the browser a moment.
 */
const LOCK_WAIT_MS = 1_500;

/** A lock held, or a stand-in where the browser has no locks. */
export interface HeldLock {
  /** False: this browser has no Web Locks, so nothing keeps a second tab out. */
  readonly isExclusive: boolean;
  release(): void;
}

/** Present in every current browser on a secure page; absent on plain http and in Node 20. */
function lockManager(): LockManager | undefined {
  // `navigator` is typed as always there, which is not so in Node 20; nor is `locks` on plain http.
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  return navigator?.locks;
}

/**
 * Takes an exclusive Web Lock for this context; the browser gives it back when the context ends,
 * however it ends. `onStolen` is called when someone takes it away by force.
 * Without Web Locks the answer is a lock that excludes nobody: two tabs may then write at once. Each
 * change is still one transaction, but one tab's list does not learn of the other's changes.
 * Throws AppError `codeWhenHeld` when another context keeps it, STORAGE_UNAVAILABLE when denied.
 */
export function holdExclusiveLock(
  name: string,
  onStolen: () => void,
  codeWhenHeld: ErrorCode = 'GALLERY_IN_USE',
): Promise<HeldLock> {
  const locks = lockManager();
  if (!locks) return Promise.resolve({ isExclusive: false, release: () => undefined });
  return new Promise((resolve, reject) => {
    let isHeld = false;
    locks
      .request(name, { mode: 'exclusive', signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
        isHeld = true;
        return new Promise<void>((release) => {
          resolve({ isExclusive: true, release });
        });
      })
      .catch((error: unknown) => {
        if (isHeld) onStolen();
        else reject(lockError(name, error, codeWhenHeld));
      });
  });
}

/** Holds a lock that nobody else asks for yet as long as this context lives; resolves once it has it. Rejects where there are no locks. */
export function holdForLife(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const hold = (): Promise<never> => {
      resolve();
      return new Promise(() => undefined);
    };
    navigator.locks.request(name, hold).catch(reject);
  });
}

function lockError(name: string, error: unknown, codeWhenHeld: ErrorCode): AppError {
  const errorName = error instanceof Error ? error.name : String(error);
  if (errorName === 'TimeoutError') {
    return new AppError(
      codeWhenHeld,
      `Expected the lock ${name} to be free, found it held by another tab for ${LOCK_WAIT_MS} ms`,
      { cause: error },
    );
  }
  return new AppError('STORAGE_UNAVAILABLE', `Could not take the lock ${name}: ${String(error)}`, {
    cause: error,
  });
}
