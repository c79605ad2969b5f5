import { resampleRgb, type RgbaPixels } from './resample';

/** Where a picture lies inside its square, in pixels of the square. */
export interface SquarePlacement {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A square RGB picture with bars, interleaved floats 0-255. */
export interface SquarePicture {
  readonly rgb: Float32Array;
  readonly sidePx: number;
  readonly placement: SquarePlacement;
}

/**
 * Fits a picture into a square of `sidePx`, aspect kept and centred. An odd remainder leaves the wider
 * bar right or below, as in training.
 */
export function placeInSquare(widthPx: number, heightPx: number, sidePx: number): SquarePlacement {
  const scale = sidePx / Math.max(widthPx, heightPx);
  const width = Math.max(1, Math.round(widthPx * scale));
  const height = Math.max(1, Math.round(heightPx * scale));
  return {
    leftPx: Math.floor((sidePx - width) / 2),
    topPx: Math.floor((sidePx - height) / 2),
    widthPx: width,
    heightPx: height,
  };
}

/** Resizes into a square of `sidePx`; the bars are grey at `padValue` (0-255). */
export function fitInSquare(pixels: RgbaPixels, sidePx: number, padValue: number): SquarePicture {
  const placement = placeInSquare(pixels.widthPx, pixels.heightPx, sidePx);
  const content = resampleRgb(pixels, placement.widthPx, placement.heightPx);
  const rgb = new Float32Array(sidePx * sidePx * 3).fill(padValue);
  const rowLength = placement.widthPx * 3;
  for (let y = 0; y < placement.heightPx; y += 1) {
    const to = ((placement.topPx + y) * sidePx + placement.leftPx) * 3;
    rgb.set(content.subarray(y * rowLength, (y + 1) * rowLength), to);
  }
  return { rgb, sidePx, placement };
}
