import { describe, expect, it } from 'vitest';
import { reasonAgainst } from '../../../src/adaptation/judge';
import { separationOf, type PairSimilarities } from '../../../src/core/separation';

/** So many pairs of each kind at their places, but for some that stand beyond the other kind. */
function similarities(count: number, missed: number, taken: number): PairSimilarities {
  const of = (wrong: number, right: number, place: number): readonly number[] =>
    Array.from({ length: count }, (_, pair) => (pair < wrong ? place : right) + pair / 100_000);
  return { same: of(missed, 0.9, 0.05), different: of(taken, 0.1, 0.95) };
}

function verdict(before: PairSimilarities, after: PairSimilarities, epochCount = 5): string | null {
  const [scoresBefore, scoresAfter] = [separationOf(before), separationOf(after)];
  if (!scoresBefore || !scoresAfter) throw new RangeError('Both kinds are needed');
  return reasonAgainst(
    { before: scoresBefore, after: scoresAfter },
    { before, after, epochCount, matrix: new Float32Array(0) },
  );
}

describe('whether what was learned is kept', () => {
  it('is decided by a clear gain, compared pair by pair', () => {
    expect(verdict(similarities(100, 12, 12), similarities(100, 4, 4))).toBeNull();
    expect(verdict(similarities(100, 12, 0), similarities(100, 2, 0))).toBeNull();
    expect(verdict(similarities(100, 4, 4), similarities(100, 4, 4))).toContain('not clearly');
  });

  it('is denied where few pairs gained as chance would have them', () => {
    expect(verdict(similarities(50, 3, 3), similarities(50, 2, 2))).toContain('not clearly better');
    expect(verdict(similarities(50, 2, 0), similarities(50, 0, 0))).toContain('not clearly better');
    expect(verdict(similarities(500, 30, 30), similarities(500, 20, 20))).toBeNull();
  });

  it('is denied where as many pairs got wrong as got right', () => {
    const before = similarities(100, 20, 0);
    const turned = { ...before, same: before.same.toReversed() };
    expect(verdict(before, turned)).toContain('not clearly better');
  });

  it('is denied when one of the figures gets worse', () => {
    // Fewer errors where both are as many, but more different pairs among the most alike.
    const before = similarities(100, 20, 0);
    const after = similarities(100, 0, 10);
    expect(verdict(before, after)).toContain('worse');
  });

  it('is denied when learning was best not begun', () => {
    expect(verdict(similarities(100, 12, 12), similarities(100, 4, 4), 0)).toContain('not clearly');
  });
});
