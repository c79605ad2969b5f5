import { describe, expect, it } from 'vitest';
import { rankAcross } from '../../eval/ranking';

const vectors = (...rows: number[][]): Float32Array[] => rows.map((row) => Float32Array.from(row));

describe('ranking one list for each entry of another', () => {
  it('counts how often the right one is first, and how far down it is otherwise', () => {
    const queries = vectors([1, 0], [0, 1], [0.6, 0.8]);
    // The third query is most like the second entry, then like its own.
    const gallery = vectors([1, 0], [0.28, 0.96], [0.96, 0.28]);
    expect(rankAcross(queries, gallery)).toEqual({
      rank1: expect.closeTo(2 / 3, 6) as number,
      meanAveragePrecision: expect.closeTo((1 + 1 + 1 / 2) / 3, 6) as number,
    });
  });

  it('counts a tie against the query, so that an embedder that says the same of all scores nothing', () => {
    const same = vectors([1, 0], [1, 0], [1, 0], [1, 0]);
    expect(rankAcross(same, same)).toEqual({ rank1: 0, meanAveragePrecision: 0.25 });
  });

  it('refuses lists that do not belong together', () => {
    expect(() => rankAcross(vectors([1]), [])).toThrow(RangeError);
    expect(() => rankAcross([], [])).toThrow(RangeError);
  });
});
