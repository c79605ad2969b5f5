import type { Detection } from '../../contracts/detection';
import type { DetectorOutputSpec } from '../../contracts/model';
import type { OutputTensor } from '../../inference/tensor';
import { bestFollowed, followedClasses, inFrame, outputData } from './class-scores';
import type { LetterboxGeometry } from './letterbox';

type YoloOutputSpec = Extract<DetectorOutputSpec, { type: 'yolo' }>;

/**
 * Reads ready boxes in input pixels: centre x, centre y, width, height, objectness where there is one, class scores. A
 * box a row (YOLOv5, v7) or a box a column (YOLOv8 and later). Not suppressed.
 *
 * Throws AppError MODEL_INCOMPATIBLE when the output is missing or has another shape.
 */
export function decodeYolo(
  outputs: Readonly<Record<string, OutputTensor>>,
  spec: YoloOutputSpec,
  geometry: LetterboxGeometry,
  scoreFloor: number,
): readonly Detection[] {
  const classOffset = spec.hasObjectness ? 5 : 4;
  const valueCount = classOffset + spec.classes.length;
  const isRows = spec.order === 'rows';
  const data = outputData(
    outputs,
    spec.name,
    isRows ? [1, null, valueCount] : [1, valueCount, null],
    `a box a ${isRows ? 'row' : 'column'}, ${spec.hasObjectness ? 'with' : 'without'} objectness, ${spec.classes.length} classes`,
  );
  const boxCount = data.length / valueCount;
  const [boxStep, valueStep] = isRows ? [valueCount, 1] : [1, boxCount];
  const followed = followedClasses(spec.classes);
  const found: Detection[] = [];
  for (let box = 0; box < boxCount; box += 1) {
    const at = (index: number): number => data[box * boxStep + index * valueStep] ?? 0;
    const objectness = spec.hasObjectness ? at(4) : 1;
    // Class scores are at most 1: most boxes end here.
    if (objectness <= scoreFloor) continue;
    const best = bestFollowed(followed, (i) => objectness * at(classOffset + i), scoreFloor);
    if (!best) continue;
    const [halfWidth, halfHeight] = [at(2) / 2, at(3) / 2];
    const inputBox = {
      x1: at(0) - halfWidth,
      y1: at(1) - halfHeight,
      x2: at(0) + halfWidth,
      y2: at(1) + halfHeight,
    };
    const detection = inFrame(inputBox, geometry, best);
    if (detection) found.push(detection);
  }
  return found;
}
