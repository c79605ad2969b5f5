import type { Detection, VehicleClass } from '../../contracts/detection';
import type { ClassMap } from '../../contracts/model';
import type { Box } from '../../contracts/detection';
import { AppError } from '../../core/app-error';
import type { OutputTensor } from '../../inference/tensor';
import { toFrameBox, type LetterboxGeometry } from './letterbox';

/** A class this app follows and its place among the network's. */
export interface FollowedClass {
  readonly index: number;
  readonly vehicleClass: VehicleClass;
}

/** The classes of a network that this app follows. */
export function followedClasses(classes: ClassMap): readonly FollowedClass[] {
  return classes.flatMap((vehicleClass, index) => (vehicleClass ? [{ index, vehicleClass }] : []));
}

/**
 * The best of the classes followed, whatever the others score: a lorry that looks a little more like a train is one
 * still. `scoreAt` gives the score of a class's index; null when none is above `floor`.
 */
export function bestFollowed(
  followed: readonly FollowedClass[],
  scoreAt: (index: number) => number,
  floor: number,
): { readonly score: number; readonly vehicleClass: VehicleClass } | null {
  let best: FollowedClass | null = null;
  let bestScore = floor;
  for (const one of followed) {
    const score = scoreAt(one.index);
    if (score <= bestScore) continue;
    best = one;
    bestScore = score;
  }
  return best && { score: bestScore, vehicleClass: best.vehicleClass };
}

/** A detection in frame pixels of a box in input pixels; null when nothing of it lies in the frame: it was in the bars. */
export function inFrame(
  inputBox: Box,
  geometry: LetterboxGeometry,
  { score, vehicleClass }: Pick<Detection, 'score' | 'vehicleClass'>,
): Detection | null {
  const box = toFrameBox(inputBox, geometry);
  // Written so that a box of NaN goes, too.
  return box.x2 > box.x1 && box.y2 > box.y1 ? { box, score, vehicleClass } : null;
}

/**
 * The values of an output that must have `shape`; null is any length. `meaning` says in an error what the shape comes
 * from. Throws AppError MODEL_INCOMPATIBLE.
 */
export function outputData(
  outputs: Readonly<Record<string, OutputTensor>>,
  name: string,
  shape: readonly (number | null)[],
  meaning: string,
): Float32Array {
  const output = outputs[name];
  const isRight =
    output?.shape.length === shape.length &&
    shape.every((length, axis) => length === null || length === output.shape[axis]);
  if (output && isRight) return output.data;
  const expected = shape.map((length) => length ?? 'N').join('x');
  throw new AppError(
    'MODEL_INCOMPATIBLE',
    `Expected an output ${name} of ${expected} for ${meaning}, found ${output?.shape.join('x') ?? 'none'}`,
  );
}
