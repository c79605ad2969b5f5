/** Holds at most one value: putting a new one closes the one nobody took. Newest wins. */
export class LatestSlot<T> {
  #value: T | null = null;
  #waiter: ((value: T | null) => void) | null = null;
  #isEnded = false;
  #replacedCount = 0;
  readonly #discard: (value: T) => void;

  /** `discard` frees a value that will never be taken. */
  constructor(discard: (value: T) => void) {
    this.#discard = discard;
  }

  /** Values that were replaced before anyone took them. */
  get replacedCount(): number {
    return this.#replacedCount;
  }

  /** Offers a value; the slot owns it from here. After `end` it is discarded at once. */
  put(value: T): void {
    if (this.#isEnded) return this.#discard(value);
    if (this.#waiter) {
      const waiter = this.#waiter;
      this.#waiter = null;
      waiter(value);
      return;
    }
    if (this.#value !== null) {
      this.#replacedCount += 1;
      this.#discard(this.#value);
    }
    this.#value = value;
  }

  /** Takes the value, waiting for one; null once the slot has ended. One taker at a time. */
  take(): Promise<T | null> {
    if (this.#waiter) throw new RangeError('LatestSlot has one taker at a time');
    if (this.#value !== null) {
      const value = this.#value;
      this.#value = null;
      return Promise.resolve(value);
    }
    if (this.#isEnded) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** No more values: a waiting taker gets null, a value nobody took is discarded. */
  end(): void {
    this.#isEnded = true;
    if (this.#value !== null) this.#discard(this.#value);
    this.#value = null;
    this.#waiter?.(null);
    this.#waiter = null;
  }
}
