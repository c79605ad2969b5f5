import type { PairSet, SeparationScores, VectorPair } from '../contracts/recognition';
import { dot } from './vector';

/** Similarities of pairs, apart by whether they show one vehicle. */
export interface PairSimilarities {
  readonly same: readonly number[];
  readonly different: readonly number[];
}

/** Another form of a vector: see `core/projection.ts`. */
export type Project = (vector: Float32Array) => Float32Array;

/**
 * Cosine of each of `pairs`, clamped to [-1, 1] (rounding may leave it). Every vector is projected once.
 * Throws RangeError for a pair whose vectors the set does not have.
 */
export function similaritiesOf(
  { vectors, dimension }: Pick<PairSet, 'vectors' | 'dimension'>,
  pairs: readonly VectorPair[],
  project: Project = (vector) => vector,
): PairSimilarities {
  const projected = new Map<number, Float32Array>();
  const vectorAt = (index: number): Float32Array => {
    const known = projected.get(index);
    if (known) return known;
    const vector = vectors.subarray(index * dimension, (index + 1) * dimension);
    if (index < 0 || vector.length !== dimension) {
      throw new RangeError(
        `Expected a vector of ${vectors.length / dimension}, got number ${index}`,
      );
    }
    const made = project(vector);
    projected.set(index, made);
    return made;
  };
  const same: number[] = [];
  const different: number[] = [];
  for (const { a, b, isSame } of pairs) {
    const similarity = Math.max(-1, Math.min(1, dot(vectorAt(a), vectorAt(b))));
    (isSame ? same : different).push(similarity);
  }
  return { same, different };
}

/** Share of `similarities` at or above `accept`; 0 for none. */
export function shareAtOrAbove(similarities: readonly number[], accept: number): number {
  if (similarities.length === 0) return 0;
  return similarities.filter((similarity) => similarity >= accept).length / similarities.length;
}

/**
 * Where the share of different pairs taken for one and that of same pairs not recognised are equal; between two
 * thresholds, the mean of both where they are closest. Null without pairs of either kind.
 */
export function equalErrorRate({ same, different }: PairSimilarities): number | null {
  if (same.length === 0 || different.length === 0) return null;
  const ascendingSame = Float64Array.from(same).sort();
  const ascendingDifferent = Float64Array.from(different).sort();
  const thresholds = [...ascendingSame, ...ascendingDifferent, Infinity].sort((a, b) => a - b);
  let [missed, below] = [0, 0];
  let closest = { gap: Infinity, rate: 1 };
  for (const threshold of thresholds) {
    while (missed < same.length && (ascendingSame[missed] ?? 0) < threshold) missed += 1;
    while (below < different.length && (ascendingDifferent[below] ?? 0) < threshold) below += 1;
    const falseNonMatchRate = missed / same.length;
    const falseMatchRate = 1 - below / different.length;
    const gap = Math.abs(falseMatchRate - falseNonMatchRate);
    const rate = (falseMatchRate + falseNonMatchRate) / 2;
    if (gap < closest.gap) closest = { gap, rate };
  }
  return closest.rate;
}

/** Thresholds are thousandths: finer ones would only tell one pair of vectors from another. */
const STEP_COUNT = 1000;

/**
 * The lowest threshold in [0, 1], in thousandths, at which at most this share of different pairs is
 * taken for one. Null when even 1 takes more (copies of a vector).
 */
export function lowestAccept(different: readonly number[], falseMatchRate: number): number | null {
  const descending = Float64Array.from(different).sort().reverse();
  // A rate such as 0.29 x 100 falls just short of the whole number it means.
  const allowedCount = Math.floor(falseMatchRate * different.length + 1e-9);
  const firstTooMany = descending[allowedCount];
  if (firstTooMany === undefined || firstTooMany < 0) return 0;
  let steps = Math.floor(firstTooMany * STEP_COUNT);
  // The product may have been rounded up past it, or stand on it.
  while (steps / STEP_COUNT <= firstTooMany) steps += 1;
  while (steps > 0 && (steps - 1) / STEP_COUNT > firstTooMany) steps -= 1;
  return steps > STEP_COUNT ? null : steps / STEP_COUNT;
}

/** Both figures; null without pairs of either kind. */
export function separationOf(similarities: PairSimilarities): SeparationScores | null {
  const rate = equalErrorRate(similarities);
  if (rate === null) return null;
  const accept = lowestAccept(similarities.different, 0.01);
  return {
    equalErrorRate: rate,
    recallAtOnePercent: accept === null ? 0 : shareAtOrAbove(similarities.same, accept),
  };
}
