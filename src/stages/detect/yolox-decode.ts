import type { Detection } from '../../contracts/detection';
import type { DetectorOutputSpec } from '../../contracts/model';
import type { OutputTensor } from '../../inference/tensor';
import { bestFollowed, followedClasses, inFrame, outputData } from './class-scores';
import type { LetterboxGeometry } from './letterbox';

type YoloxOutputSpec = Extract<DetectorOutputSpec, { type: 'yolox' }>;

/** Centre x, centre y, log width, log height and objectness come before the classes. */
const CLASS_OFFSET = 5;

/**
 * Reads YOLOX's rows: for each cell of each stride, row by row, the centre's distance from the cell in strides, the
 * logarithms of width and height in strides, objectness and class scores, whose product is the score
 * (Ge et al. 2021, and `demo_postprocess` of its repository). Not suppressed.
 *
 * Throws AppError MODEL_INCOMPATIBLE when the output is missing or has another shape.
 */
export function decodeYolox(
  outputs: Readonly<Record<string, OutputTensor>>,
  spec: YoloxOutputSpec,
  geometry: LetterboxGeometry,
  scoreFloor: number,
): readonly Detection[] {
  const { inputWidthPx, inputHeightPx } = geometry;
  const grids = spec.strides.map((stride) => ({
    stride,
    columnCount: inputWidthPx / stride,
    cellCount: (inputWidthPx / stride) * (inputHeightPx / stride),
  }));
  const rowCount = grids.reduce((sum, { cellCount }) => sum + cellCount, 0);
  const rowLength = CLASS_OFFSET + spec.classes.length;
  const data = outputData(
    outputs,
    spec.name,
    [1, rowCount, rowLength],
    `${inputWidthPx}x${inputHeightPx} with strides ${spec.strides.join(', ')} and ${spec.classes.length} classes`,
  );
  const followed = followedClasses(spec.classes);
  const found: Detection[] = [];
  let row = 0;
  for (const { stride, columnCount, cellCount } of grids) {
    for (let cell = 0; cell < cellCount; cell += 1, row += rowLength) {
      const at = (index: number): number => data[row + index] ?? 0;
      const objectness = at(4);
      // Class scores are at most 1: most cells end here.
      if (objectness <= scoreFloor) continue;
      const best = bestFollowed(followed, (i) => objectness * at(CLASS_OFFSET + i), scoreFloor);
      if (!best) continue;
      const centreX = (at(0) + (cell % columnCount)) * stride;
      const centreY = (at(1) + Math.floor(cell / columnCount)) * stride;
      const halfWidth = (Math.exp(at(2)) * stride) / 2;
      const halfHeight = (Math.exp(at(3)) * stride) / 2;
      const box = {
        x1: centreX - halfWidth,
        y1: centreY - halfHeight,
        x2: centreX + halfWidth,
        y2: centreY + halfHeight,
      };
      const detection = inFrame(box, geometry, best);
      if (detection) found.push(detection);
    }
  }
  return found;
}
