import type { Adaptation, PairSet } from '../contracts/recognition';
import type { Project } from './separation';
import { toUnitLength } from './vector';

/** A linear projection, `outputDimension` rows of `inputDimension`. */
export type ProjectionMatrix = Pick<Adaptation, 'matrix' | 'inputDimension' | 'outputDimension'>;

/**
 * Takes unit vectors of the embedder into the adapted space, unit length again. A vector the matrix leaves nothing of
 * becomes one of zeros: it resembles nothing. Throws RangeError for a matrix or a vector of another size.
 */
export function projectionOf({
  matrix,
  inputDimension,
  outputDimension,
}: ProjectionMatrix): Project {
  if (matrix.length !== inputDimension * outputDimension) {
    throw new RangeError(
      `Expected a matrix of ${outputDimension} x ${inputDimension}, got ${matrix.length} values`,
    );
  }
  return (vector) => {
    if (vector.length !== inputDimension) {
      throw new RangeError(`Expected a vector of ${inputDimension}, got one of ${vector.length}`);
    }
    const projected = new Float32Array(outputDimension);
    for (let row = 0; row < outputDimension; row += 1) {
      let sum = 0;
      const start = row * inputDimension;
      for (let i = 0; i < inputDimension; i += 1)
        sum += (matrix[start + i] ?? 0) * (vector[i] ?? 0);
      projected[row] = sum;
    }
    return toUnitLength(projected) ?? projected.fill(0);
  };
}

/** Vectors between two breaths: some 10 ms at 256 dimensions on a phone. */
const VECTORS_A_TURN = 64;

/** The same pairs with projected vectors. Gives the thread back in between, so that a page stays alive. */
export async function projectPairSet(
  pairs: PairSet,
  projection: ProjectionMatrix,
): Promise<PairSet> {
  const project = projectionOf(projection);
  const { outputDimension } = projection;
  const count = pairs.vectors.length / pairs.dimension;
  const vectors = new Float32Array(count * outputDimension);
  for (let index = 0; index < count; index += 1) {
    const start = index * pairs.dimension;
    const vector = pairs.vectors.subarray(start, start + pairs.dimension);
    vectors.set(project(vector), index * outputDimension);
    if (index % VECTORS_A_TURN === VECTORS_A_TURN - 1) {
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
    }
  }
  return { ...pairs, dimension: outputDimension, vectors };
}
