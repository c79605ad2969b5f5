import type { Detection } from '../../contracts/detection';
import type { ModelOutputSpec } from '../../contracts/model';
import { AppError } from '../../core/app-error';
import { iou } from '../../core/geometry';
import type { OutputTensor } from '../../inference/tensor';
import { toFrameBox, type LetterboxGeometry } from './letterbox';

type NanoDetOutputSpec = Extract<ModelOutputSpec, { type: 'nanodet-dfl' }>;

export interface DecodeOptions {
  /** Boxes below it are not worth the tracker's time; (0, 1). */
  readonly scoreFloor: number;
  /** Of two boxes that overlap more than this (intersection over union) the lower score goes. */
  readonly suppressionIou: number;
}

/**
 * Reads NanoDet's heads: for each cell the class logits, then for left, top, right and bottom a
 * distribution over `binCount` distances in strides. Suppression is across classes: one vehicle that
 * looks like a truck and a bus is one vehicle. Boxes are in frame pixels, best score first.
 *
 * Throws AppError MODEL_INCOMPATIBLE when an output is missing or has another shape.
 */
export function decodeNanoDet(
  outputs: Readonly<Record<string, OutputTensor>>,
  spec: NanoDetOutputSpec,
  geometry: LetterboxGeometry,
  options: DecodeOptions,
): readonly Detection[] {
  const candidates: Detection[] = [];
  for (const head of spec.heads) {
    const data = headData(outputs, head, spec, geometry);
    collect(data, head.stride, spec, geometry, options, candidates);
  }
  candidates.sort((a, b) => b.score - a.score);
  return suppress(candidates, options.suppressionIou);
}

function headData(
  outputs: Readonly<Record<string, OutputTensor>>,
  head: NanoDetOutputSpec['heads'][number],
  spec: NanoDetOutputSpec,
  geometry: LetterboxGeometry,
): Float32Array {
  const expected = [
    1,
    spec.classes.length + 4 * spec.binCount,
    geometry.inputHeightPx / head.stride,
    geometry.inputWidthPx / head.stride,
  ].join('x');
  const output = outputs[head.name];
  const found = output ? output.shape.join('x') : 'nothing';
  if (!output || found !== expected) {
    throw new AppError(
      'MODEL_INCOMPATIBLE',
      `Output ${head.name}: expected ${expected} float32, found ${found}`,
    );
  }
  return output.data;
}

function collect(
  data: Float32Array,
  stride: number,
  spec: NanoDetOutputSpec,
  geometry: LetterboxGeometry,
  options: DecodeOptions,
  into: Detection[],
): void {
  const columnCount = geometry.inputWidthPx / stride;
  const cellCount = columnCount * (geometry.inputHeightPx / stride);
  // Comparing logits spares a sigmoid for each of thousands of empty cells.
  const logitFloor = Math.log(options.scoreFloor / (1 - options.scoreFloor));
  const classCount = spec.classes.length;
  for (let cell = 0; cell < cellCount; cell += 1) {
    let bestLogit = logitFloor;
    let bestClass = -1;
    for (let index = 0; index < classCount; index += 1) {
      const logit = data[index * cellCount + cell] ?? -Infinity;
      if (logit > bestLogit) {
        bestLogit = logit;
        bestClass = index;
      }
    }
    const vehicleClass = spec.classes[bestClass];
    if (!vehicleClass) continue;
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
    const box = toFrameBox(inputBox, geometry);
    // A box that lies in the bars only has nothing left in the frame.
    if (box.x2 <= box.x1 || box.y2 <= box.y1) continue;
    into.push({ box, score: 1 / (1 + Math.exp(-bestLogit)), vehicleClass });
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

/** Greedy non-maximum suppression; `candidates` are best first. */
function suppress(candidates: readonly Detection[], suppressionIou: number): readonly Detection[] {
  const kept: Detection[] = [];
  for (const candidate of candidates) {
    if (kept.every((better) => iou(better.box, candidate.box) <= suppressionIou)) {
      kept.push(candidate);
    }
  }
  return kept;
}
