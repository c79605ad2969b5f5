import {
  add,
  clipByValue,
  div,
  eye,
  matMul,
  mean,
  mul,
  neg,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  train,
  variable,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs';
import type { PairSet, VectorPair } from '../contracts/recognition';
import { dot } from '../core/vector';
import type { PairsByKind } from './rounds';
import { widestDirections } from './widest-directions';

/** Adam's step. */
const LEARNING_RATE = 0.03;
/** How sharply cosines become probabilities: 1/12 is one e-fold of odds, so that 0.3 and 0.7 are far apart. */
const SHARPNESS = 12;
/**
 * Weight of the squared distance from the embedder as it is, for one same pair: each further one is as much more to go by. With
 * 60 pairs of vehicles that the embedder had not learned, a third of it learned things by heart; with 300 it made no difference.
 */
const RESTRAINT = 0.6;
/** Keeps the root of a vector that was projected away from a slope without end. */
const EPSILON = 1e-6;

/** Vectors of a batch: what of them M changes, one a row, and the squared length of the rest. */
interface Batch {
  readonly inside: Tensor2D;
  readonly squaredOutside: Tensor;
}

/**
 * A projection W = I + Bᵀ M B with M = 0 at the start, so that it cannot begin worse than the embedder; the rows of B are the
 * directions in which vectors lie. It learns M by Adam on the logistic loss of the pairs' cosines. All work is on the few numbers of
 * a vector that M changes. Holds tensors until `dispose`.
 */
export class SubspaceProjection {
  readonly #set: Pick<PairSet, 'dimension' | 'vectors'>;
  readonly #restraint: number;
  readonly #basis: Tensor2D;
  /** The part of each vector that M changes, row by row. */
  readonly #inside: Float32Array;
  readonly #matrix;
  /** Cosine at which a pair is as likely the same as different: learned, for it moves as the vectors do. */
  readonly #middle;
  readonly #optimizer = train.adam(LEARNING_RATE);

  /** `pairs`: to learn from, of both kinds. `middle`: where both meet before anything is learned. Borrows the vectors. */
  constructor(
    set: Pick<PairSet, 'dimension' | 'vectors'>,
    pairs: PairsByKind,
    middle: number,
    seed: number,
  ) {
    this.#set = set;
    this.#restraint = RESTRAINT / Math.max(1, pairs.same.length);
    this.#basis = widestDirections(set, [...pairs.same, ...pairs.different], seed);
    this.#inside = tidy(() => {
      const rowCount = set.vectors.length / set.dimension;
      const vectors = tensor2d(set.vectors, [rowCount, set.dimension]);
      return Float32Array.from(matMul(vectors, this.#basis, false, true).dataSync());
    });
    const size = this.#count;
    this.#matrix = tidy(() => variable(tensor2d(new Float32Array(size * size), [size, size])));
    this.#middle = tidy(() => variable(tensor1d([middle])));
  }

  /** One step on these pairs, each kind of which counts half. Neither may be empty. */
  step(pairs: PairsByKind): void {
    // No tidy of its own: the gradient needs what is in between, and `minimize` clears up after it.
    const loss = (): Scalar => {
      const restraint = mul(this.#restraint, sum(square(this.#matrix)));
      return add(this.#loss(pairs), restraint).asScalar();
    };
    this.#optimizer.minimize(loss, false, [this.#matrix, this.#middle]);
  }

  /** Cosine of each pair as it is projected now, clamped to [-1, 1]. */
  similaritiesOf(pairs: readonly VectorPair[]): readonly number[] {
    return tidy(() => Array.from(clipByValue(this.#cosines(pairs), -1, 1).dataSync()));
  }

  /** What it has learned so far, for {@link matrixOf}. */
  snapshot(): Float32Array {
    return Float32Array.from(this.#matrix.dataSync());
  }

  /** The whole projection at a snapshot of its own, row by row; as wide and high as the vectors are long. */
  matrixOf(snapshot: Float32Array): Float32Array {
    return tidy(() => {
      const learned = tensor2d(snapshot, [this.#count, this.#count]);
      const change = matMul(matMul(this.#basis, learned, true), this.#basis);
      return Float32Array.from(add(eye(this.#set.dimension), change).dataSync());
    });
  }

  dispose(): void {
    this.#optimizer.dispose();
    for (const part of [this.#basis, this.#matrix, this.#middle]) part.dispose();
  }

  /** Directions. */
  get #count(): number {
    return this.#basis.shape[0];
  }

  #loss({ same, different }: PairsByKind): Tensor {
    // softplus(x) is -log of the probability given to what is true.
    const ofSame = mean(softplus(neg(this.#evidence(same))));
    return div(add(ofSame, mean(softplus(this.#evidence(different)))), 2);
  }

  #evidence(pairs: readonly VectorPair[]): Tensor {
    return mul(SHARPNESS, sub(this.#cosines(pairs), this.#middle));
  }

  /** The part outside stays as it is, in dot products and in lengths. */
  #cosines(pairs: readonly VectorPair[]): Tensor {
    const [a, b] = [
      this.#batch(pairs.map((pair) => pair.a)),
      this.#batch(pairs.map((pair) => pair.b)),
    ];
    const dotsOutside = tensor1d(pairs.map((pair) => this.#dotOutside(pair)));
    const [insideA, insideB] = [this.#project(a.inside), this.#project(b.inside)];
    const squaredLengths = mul(
      add(a.squaredOutside, sum(square(insideA), 1)),
      add(b.squaredOutside, sum(square(insideB), 1)),
    );
    return div(add(dotsOutside, sum(mul(insideA, insideB), 1)), sqrt(squaredLengths));
  }

  #project(inside: Tensor2D): Tensor {
    return add(inside, matMul(inside, this.#matrix, false, true));
  }

  #batch(indices: readonly number[]): Batch {
    const inside = new Float32Array(indices.length * this.#count);
    indices.forEach((index, row) => {
      inside.set(this.#insideOf(index), row * this.#count);
    });
    const squaredOutside = indices.map((index) => {
      const own = this.#insideOf(index);
      return Math.max(0, 1 - dot(own, own)) + EPSILON;
    });
    return {
      inside: tensor2d(inside, [indices.length, this.#count]),
      squaredOutside: tensor1d(squaredOutside),
    };
  }

  #dotOutside({ a, b }: VectorPair): number {
    const { vectors, dimension } = this.#set;
    const vectorOf = (index: number): Float32Array =>
      vectors.subarray(index * dimension, (index + 1) * dimension);
    return dot(vectorOf(a), vectorOf(b)) - dot(this.#insideOf(a), this.#insideOf(b));
  }

  #insideOf(index: number): Float32Array {
    return this.#inside.subarray(index * this.#count, (index + 1) * this.#count);
  }
}
