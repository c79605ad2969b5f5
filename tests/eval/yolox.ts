import type { Detection, VehicleClass } from '../../src/contracts/detection';
import { iou } from '../../src/core/geometry';
import { resampleRgb, type RgbaPixels } from '../../src/stages/embed/resample';
import { OnnxNetwork } from './onnx-network';

/*
 * YOLOX-nano (Megvii, Apache-2.0): a second opinion on the street, from a detector that nobody looked at while
 * the street was drawn.
 */

/** Side of the square input, pixels. */
const INPUT_SIDE_PX = 416;
const STRIDES: readonly number[] = [8, 16, 32];
/** Grey of the bars, right and below: the picture sits in the top left corner. */
const PAD_VALUE = 114;
/** Box, objectness, then COCO's 80 classes. */
const ROW_LENGTH = 85;
const CLASS_OFFSET = 5;
/** Overlap from which two boxes are one vehicle; YOLOX's own demo uses 0.45. */
const SUPPRESSION_IOU = 0.45;
/** COCO's numbers for what we follow. */
const VEHICLE_CHANNELS: readonly (readonly [channel: number, vehicleClass: VehicleClass])[] = [
  [2, 'car'],
  [3, 'motorcycle'],
  [5, 'bus'],
  [7, 'truck'],
];

/** Finds vehicles with YOLOX-nano. */
export class YoloxDetector {
  readonly #network: OnnxNetwork;

  private constructor(network: OnnxNetwork) {
    this.#network = network;
  }

  static async open(path: string): Promise<YoloxDetector> {
    return new YoloxDetector(await OnnxNetwork.open(path));
  }

  /** Vehicles at or above `minScore`, best first, in pixels of the picture. */
  async detect(picture: RgbaPixels, minScore: number): Promise<readonly Detection[]> {
    const scale = INPUT_SIDE_PX / Math.max(picture.widthPx, picture.heightPx);
    const output = await this.#network.run(yoloxInput(picture, scale), [
      1,
      3,
      INPUT_SIDE_PX,
      INPUT_SIDE_PX,
    ]);
    return decodeYolox(output, INPUT_SIDE_PX, scale, minScore);
  }

  close(): Promise<void> {
    return this.#network.close();
  }
}

/** Blue, green, red planes of 0-255. */
function yoloxInput(picture: RgbaPixels, scale: number): Float32Array {
  const widthPx = Math.round(picture.widthPx * scale);
  const heightPx = Math.round(picture.heightPx * scale);
  const rgb = resampleRgb(picture, widthPx, heightPx);
  const plane = INPUT_SIDE_PX * INPUT_SIDE_PX;
  const input = new Float32Array(3 * plane).fill(PAD_VALUE);
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        input[channel * plane + y * INPUT_SIDE_PX + x] =
          rgb[(y * widthPx + x) * 3 + 2 - channel] ?? 0;
      }
    }
  }
  return input;
}

/**
 * Reads the network's answer: rows of centre x, centre y, log width, log height in strides of their cell, objectness,
 * class scores; the cells of stride 8 row by row, then 16, then 32. `scale`: input pixels a picture pixel.
 */
export function decodeYolox(
  output: Float32Array,
  inputSidePx: number,
  scale: number,
  minScore: number,
): readonly Detection[] {
  const found: Detection[] = [];
  let offset = 0;
  for (const stride of STRIDES) {
    const cells = inputSidePx / stride;
    for (let cell = 0; cell < cells * cells; cell += 1, offset += ROW_LENGTH) {
      const at = (index: number): number => output[offset + index] ?? 0;
      const best = bestClass(at);
      const score = at(4) * best.score;
      if (score < minScore) continue;
      const unit = stride / scale;
      const [x, y] = [(at(0) + (cell % cells)) * unit, (at(1) + Math.floor(cell / cells)) * unit];
      const [halfWidth, halfHeight] = [(Math.exp(at(2)) * unit) / 2, (Math.exp(at(3)) * unit) / 2];
      found.push({
        box: { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight },
        score,
        vehicleClass: best.vehicleClass,
      });
    }
  }
  return suppress(found);
}

/** The best of the vehicle classes: a box that is another thing above all is left to its score. */
function bestClass(at: (index: number) => number): { score: number; vehicleClass: VehicleClass } {
  let best: { score: number; vehicleClass: VehicleClass } = { score: 0, vehicleClass: 'car' };
  for (const [channel, vehicleClass] of VEHICLE_CHANNELS) {
    const score = at(CLASS_OFFSET + channel);
    if (score > best.score) best = { score, vehicleClass };
  }
  return best;
}

/** Greedy, over all classes at once: a van that is car and truck is one vehicle. */
function suppress(found: readonly Detection[]): readonly Detection[] {
  const kept: Detection[] = [];
  for (const candidate of [...found].sort((a, b) => b.score - a.score)) {
    if (kept.every(({ box }) => iou(box, candidate.box) < SUPPRESSION_IOU)) kept.push(candidate);
  }
  return kept;
}
