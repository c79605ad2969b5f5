import {
  add,
  div,
  matMul,
  mean,
  mul,
  neg,
  norm,
  randomNormal,
  sigmoid,
  softplus,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  train,
  variable,
  zeros,
  type Scalar,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs';
import type { PairSet, VectorPair } from '../contracts/recognition';

/**
 * Directions that may be changed. What a scene adds to all vectors alike (its light, its cameras' angles) spans few; and for
 * the 8,000 numbers of 16 directions hundreds of pairs are enough, where 65,000 of a full matrix would learn them by heart.
 */
const RANK = 16;
/** How far the first directions, which are drawn by chance, reach. They change nothing before the first step. */
const START_SPREAD = 0.1;
/** Adam's step. */
const LEARNING_RATE = 0.01;
/** How sharply cosines become probabilities: 1/12 is one e-fold of odds, so that 0.3 and 0.7 are far apart. */
const SHARPNESS = 12;
/** Weight of the squared distance from the embedder as it is, beside a loss near 0.1. */
const RESTRAINT = 0.002;
/** Keeps the length of a vector that was projected away from being divided by. */
const EPSILON = 1e-6;

/**
 * A projection W = I + U Vᵀ with U = 0 at the start, so that it cannot begin worse than the embedder; as in Hu et al., "LoRA"
 * (2021). It learns by Adam on a logistic loss of the pairs' cosines in which a pair counts by how wrong it still is, as in
 * Lin et al., "Focal Loss for Dense Object Detection" (2017), with an exponent of 1. Holds tensors until `dispose`.
 */
export class LowRankProjection {
  readonly #set: Pick<PairSet, 'dimension' | 'vectors'>;
  readonly #left;
  readonly #right;
  /** Cosine at which a pair is as likely the same as different: learned, for it moves as the vectors do. */
  readonly #middle;
  readonly #optimizer = train.adam(LEARNING_RATE);

  /** `middle`: where same and different pairs meet before anything is learned. Borrows the vectors. */
  constructor(set: Pick<PairSet, 'dimension' | 'vectors'>, middle: number, seed: number) {
    const shape: [number, number] = [set.dimension, RANK];
    this.#set = set;
    this.#left = tidy(() => variable(zeros(shape)));
    this.#right = tidy(() => variable(randomNormal(shape, 0, START_SPREAD, 'float32', seed)));
    this.#middle = tidy(() => variable(tensor1d([middle])));
  }

  /** One step on these pairs, each kind of which counts half. Neither may be empty. */
  step(same: readonly VectorPair[], different: readonly VectorPair[]): void {
    const variables = [this.#left, this.#right, this.#middle];
    this.#optimizer.minimize(() => this.#loss(same, different), false, variables);
  }

  /** Row by row; the same size as the vectors. */
  matrix(): Float32Array {
    const { dimension } = this.#set;
    const change = tidy(() => matMul(this.#left, this.#right, false, true).dataSync());
    const matrix = Float32Array.from(change);
    for (let i = 0; i < dimension; i += 1)
      matrix[i * dimension + i] = 1 + (matrix[i * dimension + i] ?? 0);
    return matrix;
  }

  dispose(): void {
    this.#optimizer.dispose();
    for (const part of [this.#left, this.#right, this.#middle]) part.dispose();
  }

  #loss(same: readonly VectorPair[], different: readonly VectorPair[]): Scalar {
    // No tidy of its own: the gradient needs what is in between, and `minimize` clears up after it.
    const wrong = add(this.#focalLoss(same, true), this.#focalLoss(different, false));
    return add(div(wrong, 2), mul(RESTRAINT, this.#squaredChange())).asScalar();
  }

  #focalLoss(pairs: readonly VectorPair[], isSame: boolean): Tensor {
    const a = this.#project(pairs.map((pair) => pair.a));
    const b = this.#project(pairs.map((pair) => pair.b));
    const evidence = mul(SHARPNESS, sub(sum(mul(a, b), 1), this.#middle));
    const wrong = isSame ? neg(evidence) : evidence;
    // softplus(x) is -log of the probability given to what is true.
    return mean(mul(sigmoid(wrong), softplus(wrong)));
  }

  /** ‖U Vᵀ‖², by way of the two small products: the trace of UᵀU VᵀV. */
  #squaredChange(): Tensor {
    const leftProduct = matMul(this.#left, this.#left, true, false);
    const rightProduct = matMul(this.#right, this.#right, true, false);
    return sum(mul(leftProduct, rightProduct));
  }

  #project(indices: readonly number[]): Tensor {
    const vectors = this.#rows(indices);
    // Row vectors: x Wᵀ = x + (x V) Uᵀ.
    const change = matMul(matMul(vectors, this.#right), this.#left, false, true);
    const projected = add(vectors, change);
    return div(projected, add(norm(projected, 2, 1, true), EPSILON));
  }

  #rows(indices: readonly number[]): Tensor2D {
    const { dimension, vectors } = this.#set;
    const rows = new Float32Array(indices.length * dimension);
    indices.forEach((index, row) => {
      rows.set(vectors.subarray(index * dimension, (index + 1) * dimension), row * dimension);
    });
    return tensor2d(rows, [indices.length, dimension]);
  }
}
