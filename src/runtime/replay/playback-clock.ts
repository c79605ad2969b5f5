/**
 * Where playback is. While it runs, the position is computed from one moment it was at and the wall clock, never added up, so that
 * it cannot drift however display frames come. Milliseconds are of a monotonic clock such as `performance.now()`.
 */
export class PlaybackClock {
  #anchorUs: number;
  /** Null: stands still at the anchor. */
  #anchorMs: number | null = null;
  #speed = 1;

  constructor(positionUs: number) {
    this.#anchorUs = positionUs;
  }

  get isRunning(): boolean {
    return this.#anchorMs !== null;
  }

  get speed(): number {
    return this.#speed;
  }

  /** Microseconds on the source's clock. */
  at(nowMs: number): number {
    if (this.#anchorMs === null) return this.#anchorUs;
    const passedMs = Math.max(0, nowMs - this.#anchorMs);
    return this.#anchorUs + Math.round(passedMs * 1000 * this.#speed);
  }

  /** Goes somewhere else; running on or standing as before. */
  moveTo(positionUs: number, nowMs: number): void {
    this.#anchorUs = positionUs;
    if (this.#anchorMs !== null) this.#anchorMs = nowMs;
  }

  start(nowMs: number): void {
    this.#anchorMs ??= nowMs;
  }

  stop(nowMs: number): void {
    this.#anchorUs = this.at(nowMs);
    this.#anchorMs = null;
  }

  /** Source seconds a second; above 0. */
  setSpeed(speed: number, nowMs: number): void {
    this.moveTo(this.at(nowMs), nowMs);
    this.#speed = speed;
  }
}
