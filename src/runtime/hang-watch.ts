/** Live and nothing came for this long although frames arrive: the worker hangs. */
const HANG_MS = 30_000;
const TICK_MS = 5_000;
/** A tick that comes later than this means that the page slept or was throttled: silence proves nothing. */
const LATE_MS = 3 * TICK_MS;

/** Notices a worker that takes frames and never answers. */
export class HangWatch {
  readonly #isExplained: () => boolean;
  readonly #onHang: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastSignMs = 0;
  #lastTickMs = 0;

  /** `isExplained`: whether there is a reason for silence now (paused, muted, hidden, nothing to analyse). */
  constructor(isExplained: () => boolean, onHang: () => void) {
    this.#isExplained = isExplained;
    this.#onHang = onHang;
  }

  start(): void {
    this.stop();
    this.#lastSignMs = this.#lastTickMs = Date.now();
    this.#timer = setInterval(() => {
      this.#look();
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A result came, or something else proved that the worker lives. */
  noteSign(): void {
    this.#lastSignMs = Date.now();
  }

  #look(): void {
    const now = Date.now();
    const isLate = now - this.#lastTickMs > LATE_MS;
    this.#lastTickMs = now;
    if (isLate || this.#isExplained()) {
      this.#lastSignMs = now;
    } else if (now - this.#lastSignMs >= HANG_MS) {
      this.#lastSignMs = now;
      this.#onHang();
    }
  }
}
