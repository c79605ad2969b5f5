import type { AdaptationProgress, PairSet, VectorPair } from '../contracts/recognition';
import { projectionOf } from '../core/projection';
import { equalErrorRate, similaritiesOf } from '../core/separation';
import { LowRankProjection } from './low-rank-projection';
import { seededOrder } from './seeded-order';
import type { SplitPairs } from './split-pairs';

/** The synthetic scenes of the tests come to rest after 10 to 15. */
const MAX_EPOCH_COUNT = 30;
/** Epochs without a gain before it ends. */
const PATIENCE = 6;
/** Where the error rate stays the same, a smaller step apart is no gain worth another {@link PATIENCE} epochs. */
const DISTANCE_GAIN = 1.02;
/** Pairs of each kind in a step. */
const BATCH_SIZE = 48;
/** Of an epoch: what there is more of waits for the next, so that progress is told every second or so on a phone. */
const MAX_STEP_COUNT = 12;

/** What learning came to: the matrix of the epoch that did best on the pairs to stop by. */
export interface Trained {
  readonly matrix: Float32Array;
  /** Epochs run. */
  readonly epochCount: number;
}

/** Learns until the pairs to stop by gain no more. Gives the thread back after each epoch. */
export async function train(
  set: PairSet,
  split: SplitPairs,
  seed: number,
  onProgress: (progress: AdaptationProgress) => void,
): Promise<Trained> {
  const judge = stoppingJudge(set, split.stopping);
  const projection = new LowRankProjection(set, middleOf(set, split.training), seed);
  try {
    let best = { matrix: projection.matrix(), ...judge(projection.matrix()), epoch: 0 };
    let epoch = 0;
    while (epoch < MAX_EPOCH_COUNT && epoch - best.epoch < PATIENCE) {
      epoch += 1;
      for (const [same, different] of batchesOf(split.training, seed + epoch)) {
        projection.step(same, different);
      }
      const matrix = projection.matrix();
      const judged = judge(matrix);
      if (isBetter(judged, best)) best = { matrix, ...judged, epoch };
      onProgress({
        epoch,
        epochCount: MAX_EPOCH_COUNT,
        heldOutEqualErrorRate: judged.errorRate,
      });
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
    }
    return { matrix: best.matrix, epochCount: epoch };
  } finally {
    projection.dispose();
  }
}

/** Of the pairs to stop by: the error rate, which is coarse, and how far apart both kinds are on average. */
interface Judged {
  readonly errorRate: number;
  /** Difference of the means in standard deviations, the d' of detection theory. */
  readonly distance: number;
}

function stoppingJudge(
  set: PairSet,
  pairs: readonly VectorPair[],
): (matrix: Float32Array) => Judged {
  const { dimension } = set;
  return (matrix) => {
    const project = projectionOf({ matrix, inputDimension: dimension, outputDimension: dimension });
    const similarities = similaritiesOf(set, pairs, project);
    const [same, different] = [momentsOf(similarities.same), momentsOf(similarities.different)];
    const spread = Math.sqrt((same.variance + different.variance) / 2);
    return {
      errorRate: equalErrorRate(similarities) ?? 1,
      distance: (same.mean - different.mean) / Math.max(spread, 1e-9),
    };
  };
}

function isBetter(judged: Judged, best: Judged): boolean {
  if (judged.errorRate !== best.errorRate) return judged.errorRate < best.errorRate;
  return judged.distance > best.distance * DISTANCE_GAIN;
}

function momentsOf(values: readonly number[]): {
  readonly mean: number;
  readonly variance: number;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** Half way between the means of both kinds, where the loss begins. */
function middleOf(set: PairSet, pairs: readonly VectorPair[]): number {
  const { same, different } = similaritiesOf(set, pairs);
  return (momentsOf(same).mean + momentsOf(different).mean) / 2;
}

type Batch = readonly [same: readonly VectorPair[], different: readonly VectorPair[]];

/** One epoch: the kind there is less of is gone through again until the other has been, or the epoch is full. */
function batchesOf(pairs: readonly VectorPair[], seed: number): readonly Batch[] {
  const same = shuffled(pairs, true, 2 * seed);
  const different = shuffled(pairs, false, 2 * seed + 1);
  const longer = Math.max(same.length, different.length);
  const stepCount = Math.min(MAX_STEP_COUNT, Math.ceil(longer / BATCH_SIZE));
  return Array.from({ length: stepCount }, (_, step): Batch => [
    cut(same, step),
    cut(different, step),
  ]);
}

function shuffled(
  pairs: readonly VectorPair[],
  isSame: boolean,
  seed: number,
): readonly VectorPair[] {
  const ofKind = pairs.filter((pair) => pair.isSame === isSame);
  return seededOrder(ofKind.length, seed).flatMap((index) => ofKind[index] ?? []);
}

function cut(pairs: readonly VectorPair[], step: number): readonly VectorPair[] {
  const size = Math.min(BATCH_SIZE, pairs.length);
  const start = step * size;
  return Array.from({ length: size }, (_, index) => (start + index) % pairs.length).flatMap(
    (index) => pairs[index] ?? [],
  );
}
