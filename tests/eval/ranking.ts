import { dot } from '../../src/core/vector';

/** How well each vehicle is found among many by likeness alone. */
export interface RankingScores {
  /** Share of queries whose most similar entry is the right one, [0, 1]. */
  readonly rank1: number;
  /** Mean over queries of 1 / rank of the right entry, which with one right entry each is the mean average precision, [0, 1]. */
  readonly meanAveragePrecision: number;
}

/**
 * Ranks `gallery` for each query by cosine; entry i of both is the same vehicle. Vectors have unit length. A tie counts
 * against the query. Throws RangeError for lists of different or no length.
 */
export function rankAcross(
  queries: readonly Float32Array[],
  gallery: readonly Float32Array[],
): RankingScores {
  if (queries.length === 0 || queries.length !== gallery.length) {
    throw new RangeError(
      `Expected as many queries as entries and at least one, got ${queries.length} and ${gallery.length}`,
    );
  }
  const ranks = queries.map((query, right) => {
    const similarities = gallery.map((entry) => dot(query, entry));
    const own = similarities[right] ?? -1;
    return similarities.filter((similarity, index) => index === right || similarity >= own).length;
  });
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    rank1: mean(ranks.map((rank) => (rank === 1 ? 1 : 0))),
    meanAveragePrecision: mean(ranks.map((rank) => 1 / rank)),
  };
}
