import { dot } from '../../../src/core/vector';
import { equalErrorRate } from './equal-error-rate';

/** One picture of one vehicle. */
export interface ReidImage {
  readonly vehicle: string;
  readonly camera: string;
  /** Unit length; null: the app refuses the picture, which finds nothing and is found by nothing. */
  readonly vector: Float32Array | null;
}

/** All fractions. */
export interface RankingFigures {
  readonly rank1: number;
  readonly rank5: number;
  readonly mAP: number;
}

/** Each null when there is nothing to rank. */
export interface ReidFigures {
  readonly queries: number;
  /** Gallery: everything but what shows the same vehicle from the same camera (Market-1501, VeRi-776). */
  readonly standard: RankingFigures | null;
  /** Gallery: the other cameras only. `eer`: of all pairs of a query and a gallery picture of another camera. */
  readonly cross: (RankingFigures & { readonly eer: number }) | null;
}

/** What a refused picture's likeness to anything is: below every cosine. */
const NOTHING_ALIKE = -2;

/**
 * Ranks the gallery for each query by cosine. The query itself, if it is in the gallery, shows the same vehicle from the
 * same camera and so never counts. A query whose vehicle is not in its gallery is left out, as in the benchmarks.
 */
export function scoreReid(
  queries: readonly ReidImage[],
  gallery: readonly ReidImage[],
): ReidFigures {
  const standard: number[][] = [];
  const cross: number[][] = [];
  const same: number[] = [];
  const different: number[] = [];
  for (const query of queries) {
    const ranked = gallery.map((image) => ({
      isRight: image.vehicle === query.vehicle,
      isSameCamera: image.camera === query.camera,
      similarity: similarityOf(query, image),
    }));
    // A tie counts against the query: a wrong one stands before a right one that is no more alike.
    ranked.sort((a, b) => b.similarity - a.similarity || Number(a.isRight) - Number(b.isRight));
    standard.push(rightRanks(ranked.filter((one) => !(one.isRight && one.isSameCamera))));
    const across = ranked.filter((one) => !one.isSameCamera);
    cross.push(rightRanks(across));
    for (const { isRight, similarity } of across) (isRight ? same : different).push(similarity);
  }
  const crossFigures = summarise(cross);
  const eer = equalErrorRate(same, different);
  return {
    queries: queries.length,
    standard: summarise(standard),
    cross: crossFigures && eer !== null ? { ...crossFigures, eer } : null,
  };
}

function similarityOf(query: ReidImage, image: ReidImage): number {
  return query.vector && image.vector ? dot(query.vector, image.vector) : NOTHING_ALIKE;
}

/** Places, from 1, of the right ones in a ranked list; a refused picture is at no place, but counts as missing. */
function rightRanks(
  ranked: readonly { readonly isRight: boolean; readonly similarity: number }[],
): number[] {
  return ranked.flatMap(({ isRight, similarity }, index) => {
    if (!isRight) return [];
    return [similarity === NOTHING_ALIKE ? Infinity : index + 1];
  });
}

/** `ranksOfQueries`: for each query the places of the right ones, ascending. */
function summarise(ranksOfQueries: readonly (readonly number[])[]): RankingFigures | null {
  const asked = ranksOfQueries.filter(({ length }) => length > 0);
  if (asked.length === 0) return null;
  const shareWithin = (place: number): number =>
    asked.filter(([first = Infinity]) => first <= place).length / asked.length;
  return {
    rank1: shareWithin(1),
    rank5: shareWithin(5),
    mAP: asked.reduce((sum, ranks) => sum + averagePrecision(ranks), 0) / asked.length,
  };
}

/** Step average precision: mean over the right ones of the precision at their places. */
function averagePrecision(ranks: readonly number[]): number {
  return ranks.reduce((sum, rank, found) => sum + (found + 1) / rank, 0) / ranks.length;
}
