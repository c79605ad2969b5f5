const MINUTE_MS = 60_000;

/** The time of day for texts that name a day only when it is not today: they must notice midnight. */
export class MinuteClock {
  /** Unix milliseconds, at most a minute old. */
  nowUnixMs = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Begins to run, with the wall clock's minutes. */
  start(): void {
    this.stop();
    const now = Date.now();
    this.nowUnixMs = now;
    // Not read back from the state: an effect that starts the clock would depend on it.
    this.#timer = setTimeout(() => this.start(), MINUTE_MS - (now % MINUTE_MS));
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
