import type { Lock, RequestRelease } from '@tus/server';
import { Refusal } from '../refusal';
import { holdLock, LOCK_PATIENCE_MS, type PieceLocks } from './piece-locks';

interface Holding {
  readonly cancelRequest: RequestRelease;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/**
 * Locks of the only process that uses a database. The library's own ask the holder again in every turn of the event loop, and take all of a
 * core while they wait.
 */
export class MemoryLocks implements PieceLocks {
  readonly #holdings = new Map<string, Holding>();

  newLock(id: string): Lock {
    return new MemoryLock(this.#holdings, id);
  }

  withLock<T>(id: string, work: () => Promise<T>): Promise<T> {
    return holdLock(this.newLock(id), work);
  }
}

class MemoryLock implements Lock {
  readonly #holdings: Map<string, Holding>;
  readonly #id: string;
  #own: Holding | null = null;

  constructor(holdings: Map<string, Holding>, id: string) {
    this.#holdings = holdings;
    this.#id = id;
  }

  async lock(signal: AbortSignal, cancelRequest: RequestRelease): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<'over'>((resolve) => {
      timer = setTimeout(() => resolve('over'), LOCK_PATIENCE_MS);
    });
    try {
      for (;;) {
        const holding = this.#holdings.get(this.#id);
        if (holding === undefined) break;
        void holding.cancelRequest();
        const found = await Promise.race([holding.ended, patience]);
        if (signal.aborted) throw new Refusal('CONFLICT', 'The connection broke.');
        if (found === 'over') throw keptBySomebody();
      }
    } finally {
      clearTimeout(timer);
    }
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#own = { cancelRequest, ended, end };
    this.#holdings.set(this.#id, this.#own);
  }

  unlock(): Promise<void> {
    if (this.#own !== null && this.#holdings.get(this.#id) === this.#own) {
      this.#holdings.delete(this.#id);
    }
    this.#own?.end();
    this.#own = null;
    return Promise.resolve();
  }
}

/** Refusal CONFLICT. */
function keptBySomebody(): Refusal {
  return new Refusal(
    'CONFLICT',
    'Another request is working on this piece. Try again in some seconds.',
    LOCK_PATIENCE_MS / 1000,
  );
}
