import { Worker } from 'node:worker_threads';

/** Asked of the thread. */
export interface DigestQuestion {
  readonly number: number;
  readonly path: string;
}

/** What the thread found, by the question's number. */
export type DigestAnswer =
  | { readonly number: number; readonly sha256: string; readonly failure: null }
  | { readonly number: number; readonly sha256: null; readonly failure: string };

/** Its buffer is not among it; unlimited, it takes more for itself. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 };

interface Waiting {
  readonly resolve: (sha256: string) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * SHA-256 of files, computed beside everything else by a thread of its own, which starts with the first one and ends with the process.
 * One after the other: of one disk.
 */
export class FileDigests {
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #count = 0;

  /** In hexadecimal, of all that is in the file. Throws when it cannot be read. */
  sha256Of(path: string): Promise<string> {
    this.#count += 1;
    const question: DigestQuestion = { number: this.#count, path };
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.number, { resolve, reject });
      const thread = this.#startedThread();
      thread.postMessage(question);
      thread.ref();
    });
  }

  #startedThread(): Worker {
    if (this.#thread) return this.#thread;
    const thread = new Worker(new URL('./digest-thread.js', import.meta.url), {
      // Not those of the process, which load what reads TypeScript.
      execArgv: [],
      resourceLimits: THREAD_LIMITS,
    });
    thread.on('message', (answer: DigestAnswer) => this.#settle(answer));
    thread.on('error', (error) => this.#giveUp(error));
    this.#thread = thread;
    return thread;
  }

  #settle({ number, sha256, failure }: DigestAnswer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (sha256 !== null) waiting?.resolve(sha256);
    else waiting?.reject(new Error(`A file could not be read: ${failure}`));
    // A thread that waits for questions keeps no process running.
    if (this.#waiting.size === 0) this.#thread?.unref();
  }

  /** The thread has ended, for want of memory or because it could not be started: the next question starts another. */
  #giveUp(error: Error): void {
    this.#thread = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
