import { describe, expect, it } from 'vitest';
import { AssignmentProblem } from '../../../src/core/assignment';
import { randomNumbers } from '../track/scene';

const FORBIDDEN = Infinity;

function solve(problem: AssignmentProblem, costs: number[][], unmatchedCost: number): number[] {
  problem.begin(costs[0]?.length ?? 0);
  for (const row of costs) {
    problem.addRow();
    row.forEach((cost, column) => {
      if (cost !== FORBIDDEN) problem.addPair(column, cost);
    });
  }
  return [...problem.solve(unmatchedCost)];
}

function totalCost(costs: number[][], columns: number[], unmatchedCost: number): number {
  return columns.reduce(
    (sum, column, row) => sum + (column < 0 ? unmatchedCost : (costs[row]?.[column] ?? FORBIDDEN)),
    0,
  );
}

/** Tries every assignment. */
function bestCost(costs: number[][], unmatchedCost: number, row = 0, taken = 0): number {
  const current = costs[row];
  if (!current) return 0;
  let best = unmatchedCost + bestCost(costs, unmatchedCost, row + 1, taken);
  current.forEach((cost, column) => {
    if (cost === FORBIDDEN || taken & (1 << column)) return;
    best = Math.min(best, cost + bestCost(costs, unmatchedCost, row + 1, taken | (1 << column)));
  });
  return best;
}

describe('AssignmentProblem', () => {
  it('finds the cheapest assignment that brute force finds, for 2,000 random gated problems', () => {
    const random = randomNumbers(7);
    const problem = new AssignmentProblem();
    for (let round = 0; round < 2000; round++) {
      const rows = 1 + Math.floor(random() * 6);
      const columns = 1 + Math.floor(random() * 6);
      const gate = random();
      const costs = Array.from({ length: rows }, () =>
        // Few distinct values, so that ties occur; negative ones as well.
        Array.from({ length: columns }, () =>
          random() < gate ? Math.floor(random() * 12) - 3 : FORBIDDEN,
        ),
      );
      const unmatchedCost = Math.floor(random() * 10);
      const answer = solve(problem, costs, unmatchedCost);
      const used = answer.filter((column) => column >= 0);
      expect(new Set(used).size).toBe(used.length);
      expect(totalCost(costs, answer, unmatchedCost)).toBeCloseTo(
        bestCost(costs, unmatchedCost),
        9,
      );
    }
  });

  it('never chooses a pair that was not added, even when both sides stay alone', () => {
    const problem = new AssignmentProblem();
    expect(
      solve(
        problem,
        [
          [FORBIDDEN, 1],
          [FORBIDDEN, 2],
        ],
        1000,
      ),
    ).toEqual([1, -1]);
  });

  it('leaves a row alone when every column costs more than that', () => {
    expect(solve(new AssignmentProblem(), [[0.9], [0.4]], 0.5)).toEqual([-1, 0]);
  });

  it('gives up a good pair when two rows together are cheaper', () => {
    const costs = [
      [1, 2],
      [1, 100],
    ];
    expect(solve(new AssignmentProblem(), costs, 1000)).toEqual([1, 0]);
  });

  it('answers for no rows and for no columns', () => {
    const problem = new AssignmentProblem();
    expect(solve(problem, [], 1)).toEqual([]);
    expect(solve(problem, [[], []], 1)).toEqual([-1, -1]);
  });

  it('grows beyond its first buffers', () => {
    const count = 700;
    const costs = Array.from({ length: count }, (_, row) =>
      Array.from({ length: count }, (_, column) => (column === count - 1 - row ? 0 : FORBIDDEN)),
    );
    const answer = solve(new AssignmentProblem(), costs, 1);
    expect(answer).toEqual(Array.from({ length: count }, (_, row) => count - 1 - row));
  });

  it('refuses a column outside the problem, a cost that is no number, and a pair before any row', () => {
    const problem = new AssignmentProblem();
    problem.begin(2);
    expect(() => problem.addPair(0, 1)).toThrow(RangeError);
    problem.addRow();
    expect(() => problem.addPair(2, 1)).toThrow('Expected a column in [0, 2), got 2');
    expect(() => problem.addPair(0, Number.NaN)).toThrow('Expected a finite cost, got NaN');
  });
});
