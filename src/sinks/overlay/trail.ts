/** Points kept for one vehicle; at one a box-width-tenth this is a few seconds of driving. */
const MAX_POINTS = 24;
/** A new point is worth keeping once the vehicle moved this share of its box's width. */
const STEP_SHARE = 0.12;

/** Where a vehicle's foot was, newest last; a ring in one typed array. Frame pixels. */
export class Trail {
  readonly #points = new Float32Array(MAX_POINTS * 2);
  #start = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Keeps the point unless the vehicle hardly moved. */
  add(x: number, y: number, boxWidthPx: number): void {
    if (this.#count > 0) {
      const moved = Math.hypot(x - this.xAt(this.#count - 1), y - this.yAt(this.#count - 1));
      if (moved < Math.max(2, boxWidthPx * STEP_SHARE)) return;
    }
    const slot = (this.#start + this.#count) % MAX_POINTS;
    this.#points[slot * 2] = x;
    this.#points[slot * 2 + 1] = y;
    if (this.#count < MAX_POINTS) this.#count += 1;
    else this.#start = (this.#start + 1) % MAX_POINTS;
  }

  xAt(index: number): number {
    return this.#points[((this.#start + index) % MAX_POINTS) * 2] ?? 0;
  }

  yAt(index: number): number {
    return this.#points[((this.#start + index) % MAX_POINTS) * 2 + 1] ?? 0;
  }

  clear(): void {
    this.#start = 0;
    this.#count = 0;
  }
}
