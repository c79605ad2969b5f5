import type { PairSet, VectorPair } from '../contracts/recognition';
import { similaritiesOf, type PairSimilarities } from '../core/separation';
import type { PairsByKind } from './rounds';
import { seededOrder } from './seeded-order';
import { SubspaceProjection } from './subspace-projection';

/** Pairs of each kind in a step. */
const BATCH_SIZE = 96;
/** In an epoch, so that progress is told, and the pairs to stop by are asked, about twice a second. */
const STEP_COUNT = 5;

/** Learns one projection from one list of pairs, epoch by epoch. Holds memory until `dispose`. */
export class Learner {
  readonly #pairs: PairsByKind;
  readonly #projection: SubspaceProjection;
  #seed: number;

  /** `pairs`: some of both kinds. Borrows the set. */
  constructor(set: PairSet, pairs: PairsByKind, seed: number) {
    this.#pairs = pairs;
    this.#seed = seed;
    const { same, different } = similaritiesOf(set, [...pairs.same, ...pairs.different]);
    const middle = (meanOf(same) + meanOf(different)) / 2;
    this.#projection = new SubspaceProjection(set, pairs, middle, seed);
  }

  /** Steps on pairs drawn by chance; the kind there is less of is gone through more often. */
  runEpoch(): void {
    this.#seed += 1;
    const same = shuffled(this.#pairs.same, 2 * this.#seed);
    const different = shuffled(this.#pairs.different, 2 * this.#seed + 1);
    for (let step = 0; step < STEP_COUNT; step += 1) {
      this.#projection.step({ same: cut(same, step), different: cut(different, step) });
    }
  }

  similaritiesOf({ same, different }: PairsByKind): PairSimilarities {
    return {
      same: this.#projection.similaritiesOf(same),
      different: this.#projection.similaritiesOf(different),
    };
  }

  /** What it has learned so far, for {@link matrixOf}. */
  snapshot(): Float32Array {
    return this.#projection.snapshot();
  }

  /** The projection at a snapshot of its own, row by row; as wide and high as the vectors are long. */
  matrixOf(snapshot: Float32Array): Float32Array {
    return this.#projection.matrixOf(snapshot);
  }

  dispose(): void {
    this.#projection.dispose();
  }
}

function shuffled(pairs: readonly VectorPair[], seed: number): readonly VectorPair[] {
  return seededOrder(pairs.length, seed).flatMap((index) => pairs[index] ?? []);
}

function cut(pairs: readonly VectorPair[], step: number): readonly VectorPair[] {
  const size = Math.min(BATCH_SIZE, pairs.length);
  return Array.from({ length: size }, (_, index) => (step * size + index) % pairs.length).flatMap(
    (index) => pairs[index] ?? [],
  );
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
