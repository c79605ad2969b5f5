import type { Lock, Locker } from '@tus/server';

/** Whoever waits longer than a holder may need to notice, to finish and, if it died, to expire, is refused. */
export const LOCK_PATIENCE_MS = 10_000;

/**
 * One lock for each piece, by the name of its upload: whoever changes the piece's bytes holds it. Who waits tells the holder, who ends its
 * request: a device that comes back has often left a dead connection behind.
 */
export interface PieceLocks extends Locker {
  /** Runs `work` as the only one that has the lock. Refusal CONFLICT: somebody kept it. */
  withLock<T>(id: string, work: () => Promise<T>): Promise<T>;
}

/** Runs `work` between taking and freeing a lock. Whoever wants it meanwhile waits until it is done. */
export async function holdLock<T>(lock: Lock, work: () => Promise<T>): Promise<T> {
  await lock.lock(new AbortController().signal, () => undefined);
  try {
    return await work();
  } finally {
    await lock.unlock();
  }
}
