import { AssignmentProblem } from '../../../src/core/assignment';

/** A chosen pair. */
export interface Pair {
  readonly row: number;
  readonly column: number;
}

/**
 * Pairs rows with columns, each used once: as many pairs as can be, and of those choices the one with the least
 * sum of costs. `cost` answers null for a pair that may not be, else a number in [0, 1].
 */
export function cheapestPairs(
  rowCount: number,
  columnCount: number,
  cost: (row: number, column: number) => number | null,
): Pair[] {
  // Dearer than any number of allowed pairs together, so that no pair is given up for cheaper ones.
  return solve(rowCount, columnCount, cost, rowCount + columnCount + 1);
}

/**
 * Pairs rows with columns, each used once, with the greatest sum of weights. A pair whose weight is not above
 * zero is never chosen.
 */
export function heaviestPairs(
  rowCount: number,
  columnCount: number,
  weight: (row: number, column: number) => number,
): Pair[] {
  let heaviest = 0;
  for (let row = 0; row < rowCount; row++)
    for (let column = 0; column < columnCount; column++)
      heaviest = Math.max(heaviest, weight(row, column));
  // A row left alone costs what a pair of no weight costs: the sum to minimise is a constant less the weights.
  const cost = (row: number, column: number): number | null => {
    const gain = weight(row, column);
    return gain > 0 ? heaviest - gain : null;
  };
  return solve(rowCount, columnCount, cost, heaviest);
}

function solve(
  rowCount: number,
  columnCount: number,
  cost: (row: number, column: number) => number | null,
  unmatchedCost: number,
): Pair[] {
  const problem = new AssignmentProblem();
  problem.begin(columnCount);
  for (let row = 0; row < rowCount; row++) {
    problem.addRow();
    for (let column = 0; column < columnCount; column++) {
      const price = cost(row, column);
      if (price !== null) problem.addPair(column, price);
    }
  }
  const columns = problem.solve(unmatchedCost);
  return [...columns].flatMap((column, row) => (column < 0 ? [] : [{ row, column }]));
}
