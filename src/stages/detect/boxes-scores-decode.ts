import type { Detection } from '../../contracts/detection';
import type { DetectorOutputSpec } from '../../contracts/model';
import type { OutputTensor } from '../../inference/tensor';
import { bestFollowed, followedClasses, inFrame, outputData } from './class-scores';
import type { LetterboxGeometry } from './letterbox';

type BoxesScoresOutputSpec = Extract<DetectorOutputSpec, { type: 'boxes-scores' }>;

/**
 * Reads corners and scores of ready boxes, two outputs of one order. Not suppressed. Throws AppError
 * MODEL_INCOMPATIBLE when an output is missing or has another shape.
 */
export function decodeBoxesScores(
  outputs: Readonly<Record<string, OutputTensor>>,
  spec: BoxesScoresOutputSpec,
  geometry: LetterboxGeometry,
  scoreFloor: number,
): readonly Detection[] {
  const classCount = spec.classes.length;
  const boxes = outputData(outputs, spec.boxesName, [1, null, 4], 'corners of boxes');
  const boxCount = boxes.length / 4;
  const scores = outputData(
    outputs,
    spec.scoresName,
    [1, boxCount, classCount],
    `${boxCount} boxes and ${classCount} classes`,
  );
  const [scaleX, scaleY] = spec.areFractions
    ? [geometry.inputWidthPx, geometry.inputHeightPx]
    : [1, 1];
  const followed = followedClasses(spec.classes);
  const found: Detection[] = [];
  for (let box = 0; box < boxCount; box += 1) {
    const best = bestFollowed(followed, (i) => scores[box * classCount + i] ?? 0, scoreFloor);
    if (!best) continue;
    const at = (index: number): number => boxes[box * 4 + index] ?? 0;
    const inputBox = {
      x1: at(0) * scaleX,
      y1: at(1) * scaleY,
      x2: at(2) * scaleX,
      y2: at(3) * scaleY,
    };
    const detection = inFrame(inputBox, geometry, best);
    if (detection) found.push(detection);
  }
  return found;
}
