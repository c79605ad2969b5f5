/** CSS pixels; the stylesheet takes them from here. */
export const ROW_HEIGHT = 84;
export const HEADING_HEIGHT = 40;
/** Rows made beyond the edges, so that a quick scroll shows no holes. */
const OVERSCAN_ROWS = 6;

/** One line of the list. */
export type ListRow =
  | { readonly type: 'heading'; readonly section: 'live' | 'stored' }
  | { readonly type: 'live'; readonly index: number }
  | { readonly type: 'stored'; readonly index: number };

/**
 * The list as lines: vehicles in the picture first, then the gallery, each under its heading. Only
 * arithmetic, so that thousands of vehicles cost as much as ten.
 */
export class RowLayout {
  readonly liveCount: number;
  readonly storedCount: number;

  constructor(liveCount: number, storedCount: number) {
    this.liveCount = liveCount;
    this.storedCount = storedCount;
  }

  get rowCount(): number {
    return this.#liveLines + this.#storedLines;
  }

  get height(): number {
    return this.topOf(this.rowCount);
  }

  /** The row at a position of the list; positions outside it throw RangeError. */
  rowAt(position: number): ListRow {
    if (position < 0 || position >= this.rowCount)
      throw new RangeError(`Expected a row below ${this.rowCount}, got ${position}`);
    if (position < this.#liveLines) {
      return position === 0
        ? { type: 'heading', section: 'live' }
        : { type: 'live', index: position - 1 };
    }
    const rest = position - this.#liveLines;
    return rest === 0
      ? { type: 'heading', section: 'stored' }
      : { type: 'stored', index: rest - 1 };
  }

  /** Distance of a row from the list's top, CSS pixels; the row count gives the whole height. */
  topOf(position: number): number {
    const headings = this.#headingsBefore(position);
    return headings * HEADING_HEIGHT + (position - headings) * ROW_HEIGHT;
  }

  /** Position of a vehicle's row; -1 for an index of -1. */
  positionOf(type: 'live' | 'stored', index: number): number {
    if (index < 0) return -1;
    return type === 'live' ? index + 1 : this.#liveLines + 1 + index;
  }

  /** Rows worth making for a part of the list: first, and one past the last. */
  rowsIn(scrollTop: number, viewportHeight: number): { first: number; end: number } {
    const first = this.#rowOver(scrollTop) - OVERSCAN_ROWS;
    const end = this.#rowOver(scrollTop + viewportHeight) + 1 + OVERSCAN_ROWS;
    return { first: Math.max(0, first), end: Math.min(this.rowCount, end) };
  }

  get #liveLines(): number {
    return this.liveCount === 0 ? 0 : this.liveCount + 1;
  }

  get #storedLines(): number {
    return this.storedCount === 0 ? 0 : this.storedCount + 1;
  }

  #headingsBefore(position: number): number {
    const live = this.liveCount > 0 && position > 0 ? 1 : 0;
    return live + (this.storedCount > 0 && position > this.#liveLines ? 1 : 0);
  }

  /** The row that lies over a height; the nearest one outside the list. */
  #rowOver(height: number): number {
    // Headings are lower than rows: the estimate is early by at most two.
    let position = Math.min(this.rowCount, Math.max(0, Math.floor(height / ROW_HEIGHT)));
    while (position + 1 < this.rowCount && this.topOf(position + 1) <= height) position += 1;
    return position;
  }
}
