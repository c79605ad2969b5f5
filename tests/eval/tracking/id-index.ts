import type { TrackedBox, TrackingSequence } from './tracking-sequence';

/** The ids of one side of a sequence, numbered from 0 in order of appearance. */
export interface IdIndex {
  readonly positionOf: ReadonlyMap<number, number>;
  /** Boxes of each, over all frames. */
  readonly boxCounts: readonly number[];
}

/** Numbers the ids of the truth or of the predictions. */
export function indexIds(sequence: TrackingSequence, side: 'truth' | 'predictions'): IdIndex {
  const positionOf = new Map<number, number>();
  const boxCounts: number[] = [];
  for (const frame of sequence) {
    for (const { id } of frame[side]) {
      const position = positionOf.get(id) ?? positionOf.size;
      positionOf.set(id, position);
      boxCounts[position] = (boxCounts[position] ?? 0) + 1;
    }
  }
  return { positionOf, boxCounts };
}

/** Positions of the boxes of one frame. */
export function positionsOf(boxes: readonly TrackedBox[], index: IdIndex): number[] {
  return boxes.map(({ id }) => index.positionOf.get(id) ?? -1);
}

/** A number for each pair of a truth's and a tracker's id. */
export class PairTable {
  readonly #columnCount: number;
  readonly #values: Float64Array;

  constructor(rowCount: number, columnCount: number) {
    this.#columnCount = columnCount;
    this.#values = new Float64Array(rowCount * columnCount);
  }

  /** 0 where nothing was added. */
  at(row: number, column: number): number {
    return this.#values[row * this.#columnCount + column] ?? 0;
  }

  add(row: number, column: number, amount: number): void {
    this.#values[row * this.#columnCount + column] = this.at(row, column) + amount;
  }

  /** Calls back for every pair that is not 0. */
  forEach(visit: (row: number, column: number, value: number) => void): void {
    this.#values.forEach((value, index) => {
      if (value !== 0)
        visit(Math.floor(index / this.#columnCount), index % this.#columnCount, value);
    });
  }
}
