/** Lower left corner of a rectangle on the sheet, pixels. */
export interface Place {
  readonly xPx: number;
  readonly yPx: number;
}

/** Places rectangles on a sheet in rows, in the order in which they come. */
export class ShelfPacker {
  readonly #widthPx: number;
  readonly #heightPx: number;
  #xPx = 0;
  #shelfYPx = 0;
  #shelfHeightPx = 0;

  constructor(widthPx: number, heightPx: number) {
    this.#widthPx = widthPx;
    this.#heightPx = heightPx;
  }

  /** Height of the sheet's used part, from its first row. */
  get usedHeightPx(): number {
    return this.#shelfYPx + this.#shelfHeightPx;
  }

  /** Null when there is no room for it on this sheet. Throws RangeError for one that no sheet has room for. */
  place(widthPx: number, heightPx: number): Place | null {
    if (widthPx > this.#widthPx || heightPx > this.#heightPx) {
      throw new RangeError(
        `Expected at most ${this.#widthPx}x${this.#heightPx} px, got ${widthPx}x${heightPx} px`,
      );
    }
    const isNewShelf = this.#xPx + widthPx > this.#widthPx;
    const yPx = isNewShelf ? this.usedHeightPx : this.#shelfYPx;
    if (yPx + heightPx > this.#heightPx) return null;
    if (isNewShelf) {
      this.#xPx = 0;
      this.#shelfYPx = yPx;
      this.#shelfHeightPx = 0;
    }
    const place = { xPx: this.#xPx, yPx };
    this.#xPx += widthPx;
    this.#shelfHeightPx = Math.max(this.#shelfHeightPx, heightPx);
    return place;
  }
}
