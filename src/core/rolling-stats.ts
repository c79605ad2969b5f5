/** The last few values of a series, for medians that follow the machine's mood. */
export class RollingStats {
  readonly #values: number[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity = 30) {
    this.#capacity = capacity;
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  get count(): number {
    return this.#values.length;
  }

  /** Median of the values held; 0 when there are none. */
  get median(): number {
    return median(this.#values);
  }

  clear(): void {
    this.#values.length = 0;
    this.#next = 0;
  }
}

/** Median; 0 for an empty list. Does not change its argument. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
