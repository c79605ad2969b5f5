import {
  gather,
  matMul,
  randomNormal,
  tensor1d,
  tensor2d,
  tidy,
  type Tensor2D,
} from '@tensorflow/tfjs';
import type { PairSet, VectorPair } from '../contracts/recognition';
import { orthonormalRows } from './orthonormal-rows';
import { seededOrder } from './seeded-order';

/** On real vectors of 256 numbers 32 were somewhat worse to learn in, 64 and 96 no better. */
const DIRECTION_COUNT = 48;
/** More vectors find the same directions. */
const MAX_SAMPLE_COUNT = 1_000;
/** Where the spread falls slowly, as that of embeddings does, one or two are advised. */
const ROUND_COUNT = 2;

/**
 * Directions in which the vectors of these pairs lie, the mean of all included: orthonormal rows, made from some that were drawn by
 * chance and turned towards the widest spread. Halko, Martinsson and Tropp, "Finding Structure with Randomness" (2011),
 * algorithm 4.4. The caller disposes of them.
 */
export function widestDirections(
  { vectors, dimension }: Pick<PairSet, 'dimension' | 'vectors'>,
  pairs: readonly VectorPair[],
  seed: number,
): Tensor2D {
  const used = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const chosen = seededOrder(used.length, seed)
    .slice(0, MAX_SAMPLE_COUNT)
    .map((position) => used[position] ?? 0);
  const orthonormal = (rows: Tensor2D): Tensor2D => {
    const basis = orthonormalRows(Float32Array.from(rows.dataSync()), dimension);
    return tensor2d(basis, [basis.length / dimension, dimension]);
  };
  return tidy(() => {
    const all = tensor2d(vectors, [vectors.length / dimension, dimension]);
    const sample: Tensor2D = gather(all, tensor1d(chosen, 'int32'));
    const count = Math.min(DIRECTION_COUNT, dimension);
    let rows: Tensor2D = randomNormal([count, dimension], 0, 1, 'float32', seed);
    for (let round = 0; round < ROUND_COUNT; round += 1) {
      rows = orthonormal(matMul(matMul(rows, sample, false, true), sample));
    }
    return rows;
  });
}
