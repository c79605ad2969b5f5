/** One thing to be made durable. */
interface Write {
  readonly byteCount: number;
  readonly run: () => Promise<void>;
}

/** Makes things durable one after the other. After the first failure nothing more is written. */
export class WriteQueue {
  readonly #onFailed: (error: unknown) => void;
  #chain: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #hasFailed = false;
  #waiters: (() => void)[] = [];

  /** `onFailed`: called once. */
  constructor(onFailed: (error: unknown) => void) {
    this.#onFailed = onFailed;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** `byteCount`: memory held until it is written. */
  add(byteCount: number, run: () => Promise<void>): void {
    if (this.#hasFailed) return;
    this.#waitingBytes += byteCount;
    this.#chain = this.#chain.then(() => this.#write({ byteCount, run }));
  }

  /** Resolves when less than this waits, or nothing is written any more. */
  async whenBelow(maxBytes: number): Promise<void> {
    while (!this.#hasFailed && this.#waitingBytes >= maxBytes) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Resolves when all that was added is written, or failed. */
  async settle(): Promise<void> {
    let seen;
    do {
      seen = this.#chain;
      await seen;
    } while (seen !== this.#chain);
  }

  async #write({ byteCount, run }: Write): Promise<void> {
    try {
      if (!this.#hasFailed) await run();
    } catch (error) {
      this.#hasFailed = true;
      this.#onFailed(error);
    } finally {
      this.#waitingBytes -= byteCount;
      for (const wake of this.#waiters.splice(0)) wake();
    }
  }
}
