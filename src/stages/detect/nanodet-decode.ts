import type { Detection } from '../../contracts/detection';
import type { DetectorOutputSpec } from '../../contracts/model';
import type { OutputTensor } from '../../inference/tensor';
import { bestFollowed, followedClasses, inFrame, outputData } from './class-scores';
import type { LetterboxGeometry } from './letterbox';

type NanoDetOutputSpec = Extract<DetectorOutputSpec, { type: 'nanodet-dfl' }>;

/**
 * Reads NanoDet's heads: for each cell the class logits, then for left, top, right and bottom a
 * distribution over `binCount` distances in strides. Boxes are in frame pixels, not suppressed.
 *
 * Throws AppError MODEL_INCOMPATIBLE when an output is missing or has another shape.
 */
export function decodeNanoDet(
  outputs: Readonly<Record<string, OutputTensor>>,
  spec: NanoDetOutputSpec,
  geometry: LetterboxGeometry,
  scoreFloor: number,
): readonly Detection[] {
  const { inputWidthPx, inputHeightPx } = geometry;
  const found: Detection[] = [];
  for (const { name, stride } of spec.heads) {
    const data = outputData(
      outputs,
      name,
      [1, spec.classes.length + 4 * spec.binCount, inputHeightPx / stride, inputWidthPx / stride],
      `${inputWidthPx}x${inputHeightPx} at stride ${stride} with ${spec.classes.length} classes and ${spec.binCount} bins`,
    );
    collect(data, stride, spec, geometry, scoreFloor, found);
  }
  return found;
}

function collect(
  data: Float32Array,
  stride: number,
  spec: NanoDetOutputSpec,
  geometry: LetterboxGeometry,
  scoreFloor: number,
  into: Detection[],
): void {
  const columnCount = geometry.inputWidthPx / stride;
  const cellCount = columnCount * (geometry.inputHeightPx / stride);
  // Comparing logits spares a sigmoid for each of thousands of empty cells.
  const logitFloor = Math.log(scoreFloor / (1 - scoreFloor));
  const classCount = spec.classes.length;
  const followed = followedClasses(spec.classes);
  for (let cell = 0; cell < cellCount; cell += 1) {
    const logitAt = (index: number): number => data[index * cellCount + cell] ?? -Infinity;
    const best = bestFollowed(followed, logitAt, logitFloor);
    if (!best) continue;
    const centreX = ((cell % columnCount) + 0.5) * stride;
    const centreY = (Math.floor(cell / columnCount) + 0.5) * stride;
    const distance = (side: number): number => {
      const firstBin = (classCount + side * spec.binCount) * cellCount + cell;
      return expectedBin(data, firstBin, cellCount, spec.binCount) * stride;
    };
    const inputBox = {
      x1: centreX - distance(0),
      y1: centreY - distance(1),
      x2: centreX + distance(2),
      y2: centreY + distance(3),
    };
    const score = 1 / (1 + Math.exp(-best.score));
    const detection = inFrame(inputBox, geometry, { score, vehicleClass: best.vehicleClass });
    if (detection) into.push(detection);
  }
}

/** Mean of a distribution given as logits `step` apart, in bins. */
function expectedBin(data: Float32Array, first: number, step: number, binCount: number): number {
  let largest = -Infinity;
  for (let bin = 0; bin < binCount; bin += 1) {
    largest = Math.max(largest, data[first + bin * step] ?? -Infinity);
  }
  let total = 0;
  let weighted = 0;
  for (let bin = 0; bin < binCount; bin += 1) {
    const weight = Math.exp((data[first + bin * step] ?? -Infinity) - largest);
    total += weight;
    weighted += weight * bin;
  }
  return weighted / total;
}
