import { iou } from '../../../src/core/geometry';
import { indexIds, PairTable, positionsOf } from './id-index';
import { heaviestPairs } from './pairing';
import { MIN_IOU, type TrackingSequence } from './tracking-sequence';

/** Boxes under the best one-to-one choice of tracker ids for true ids. */
export interface IdentityCounts {
  readonly rightCount: number;
  readonly truthBoxCount: number;
  readonly predictionBoxCount: number;
}

/** Fractions; null where there is nothing to divide by. */
export interface IdentityScores {
  readonly idf1: number | null;
  readonly idp: number | null;
  readonly idr: number | null;
}

/**
 * Identity measures (Ristani et al. 2016): each true id gets at most one tracker id of the whole sequence, so that
 * the frames in which the two overlap enough are most. Minimising their false positives and negatives is the same.
 */
export function countIdentity(sequence: TrackingSequence): IdentityCounts {
  const truthIds = indexIds(sequence, 'truth');
  const predictionIds = indexIds(sequence, 'predictions');
  const [rowCount, columnCount] = [truthIds.boxCounts.length, predictionIds.boxCounts.length];
  const together = new PairTable(rowCount, columnCount);
  for (const { truth, predictions } of sequence) {
    const rows = positionsOf(truth, truthIds);
    const columns = positionsOf(predictions, predictionIds);
    truth.forEach((object, t) =>
      predictions.forEach((prediction, p) => {
        if (iou(object.box, prediction.box) >= MIN_IOU) together.add(rows[t]!, columns[p]!, 1);
      }),
    );
  }
  const pairs = heaviestPairs(rowCount, columnCount, (row, column) => together.at(row, column));
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  return {
    rightCount: sum(pairs.map(({ row, column }) => together.at(row, column))),
    truthBoxCount: sum(truthIds.boxCounts),
    predictionBoxCount: sum(predictionIds.boxCounts),
  };
}

/** Several sequences as one, ids being different in each: everything is added. */
export function addIdentity(parts: readonly IdentityCounts[]): IdentityCounts {
  const total = (key: keyof IdentityCounts): number =>
    parts.reduce((sum, part) => sum + part[key], 0);
  return {
    rightCount: total('rightCount'),
    truthBoxCount: total('truthBoxCount'),
    predictionBoxCount: total('predictionBoxCount'),
  };
}

/** The fractions that follow from the counts. */
export function identityScores(counts: IdentityCounts): IdentityScores {
  const { rightCount, truthBoxCount, predictionBoxCount } = counts;
  const ratio = (count: number, whole: number): number | null =>
    whole === 0 ? null : count / whole;
  return {
    idf1: ratio(2 * rightCount, truthBoxCount + predictionBoxCount),
    idp: ratio(rightCount, predictionBoxCount),
    idr: ratio(rightCount, truthBoxCount),
  };
}
