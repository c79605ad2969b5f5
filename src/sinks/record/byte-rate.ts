/** Over how long a rate is taken, milliseconds: a crossing is busy for a light's cycle and empty for the next. */
const WINDOW_MS = 30_000;

/** How fast a total has grown of late. */
export class ByteRate {
  #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  /** Call with rising time, a few times a second at most. */
  note(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes });
    const fromMs = atMs - WINDOW_MS;
    const first = this.#samples.findLastIndex((sample) => sample.atMs <= fromMs);
    if (first > 0) this.#samples = this.#samples.slice(first);
  }

  /** Mean of the last half minute, or of what there is of it; 0 until known. */
  get bytesPerS(): number {
    const [oldest, newest] = [this.#samples[0], this.#samples.at(-1)];
    if (!oldest || !newest || newest.atMs === oldest.atMs) return 0;
    return ((newest.bytes - oldest.bytes) * 1000) / (newest.atMs - oldest.atMs);
  }
}
