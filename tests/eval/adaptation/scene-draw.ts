import type { PairSet, VectorPair } from '../../../src/contracts/recognition';
import { createRandom } from '../../../src/street/random';
import type { ReidImage } from '../reid/reid-scores';

/** A picture that has a vector. */
export interface EmbeddedImage extends ReidImage {
  readonly vector: Float32Array;
}

/** Vehicles of one scene, in two parts. */
export interface SceneDraw {
  /** What the gallery of the scene would know. */
  readonly learned: PairSet;
  /** Pictures of vehicles that are not in it. */
  readonly heldOut: readonly EmbeddedImage[];
}

/** Of the vehicles. */
const HELD_OUT_SHARE = 1 / 3;
/** Vehicles that each one is seen together with, at each camera; a road with some traffic. */
const COMPANION_COUNT = 4;
/** Vehicles at the other camera that the user says it is not, beside the one that it is. */
const DENIED_COUNT = 2;

/**
 * Vehicles as they might pass two cameras, in an order that only the seed decides, with the pairs a gallery would have of them:
 * different ones that were in view together, the same one at both cameras, and others there that the user told apart.
 */
export function drawScene(images: readonly EmbeddedImage[], seed: number): SceneDraw {
  const vehicles = shuffled([...new Set(images.map(({ vehicle }) => vehicle))], seed);
  const heldOut = new Set(vehicles.slice(0, Math.round(vehicles.length * HELD_OUT_SHARE)));
  const order = new Map(vehicles.map((vehicle, position) => [vehicle, position]));
  const orderOf = ({ vehicle }: EmbeddedImage): number => order.get(vehicle) ?? 0;
  const toLearn = images
    .filter(({ vehicle }) => !heldOut.has(vehicle))
    .sort((a, b) => orderOf(a) - orderOf(b));
  return {
    learned: pairSetOf(toLearn, orderOf),
    heldOut: images.filter(({ vehicle }) => heldOut.has(vehicle)),
  };
}

function pairSetOf(
  images: readonly EmbeddedImage[],
  orderOf: (image: EmbeddedImage) => number,
): PairSet {
  const dimension = images[0]?.vector.length ?? 0;
  const vectors = new Float32Array(images.length * dimension);
  images.forEach(({ vector }, index) => {
    vectors.set(vector, index * dimension);
  });
  const pairs = images.flatMap((first, a) =>
    images.slice(a + 1).flatMap((second, step): readonly VectorPair[] => {
      const indices = { a, b: a + 1 + step };
      const distance = orderOf(second) - orderOf(first);
      const isSameCamera = first.camera === second.camera;
      if (distance === 0) return [{ ...indices, isSame: true, evidence: 'confirmed' }];
      if (isSameCamera && distance <= COMPANION_COUNT)
        return [{ ...indices, isSame: false, evidence: 'seen-together' }];
      return !isSameCamera && distance <= DENIED_COUNT
        ? [{ ...indices, isSame: false, evidence: 'confirmed' }]
        : [];
    }),
  );
  return {
    space: 'evaluated',
    dimension,
    vectors,
    cameraIds: images.map(({ camera }) => camera),
    cameraLabels: images.map(({ camera }) => camera),
    groups: images.map(orderOf),
    pairs,
  };
}

/** Fisher and Yates. */
function shuffled(values: readonly string[], seed: number): readonly string[] {
  const random = createRandom(seed);
  const result = [...values];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.next() * (last + 1));
    [result[last], result[other]] = [result[other] ?? '', result[last] ?? ''];
  }
  return result;
}
