import type { ModelInputSpec } from '../../contracts/model';
import { AppError } from '../../core/app-error';
import { fitInSquare, type SquarePicture } from './fit-in-square';
import type { RgbaPixels } from './resample';
import { measureSharpness } from './sharpness';

/**
 * Luma variance below which a crop is a flat patch (darkness, a lens cover, a washed-out sky). The
 * flattest of 800 real crops had 409.
 */
const MIN_LUMA_VARIANCE = 30;

/**
 * Sharpness below which nothing of a vehicle is left. The softest of 800 real crops (25 px enlarged to
 * 128) had 0.004.
 */
const MIN_SHARPNESS = 0.002;

/** A crop as the network wants it. */
export interface CropTensor {
  /** Planar, normalised, `3 * sidePx * sidePx` values. */
  readonly data: Float32Array;
  /** See `measureSharpness`. */
  readonly sharpness: number;
}

/**
 * Letterboxes a crop for an embedder. Null when it is flat or blurred beyond use. Throws AppError
 * MODEL_INCOMPATIBLE for a model without a fixed input side.
 */
export function prepareCrop(pixels: RgbaPixels, input: ModelInputSpec): CropTensor | null {
  if (!input.size) {
    throw new AppError(
      'MODEL_INCOMPATIBLE',
      'Expected an embedder with a fixed input side, found a free one',
    );
  }
  const picture = fitInSquare(pixels, input.size.widthPx, input.padValue);
  const { sharpness, lumaVariance } = measureSharpness(picture);
  if (lumaVariance < MIN_LUMA_VARIANCE || sharpness < MIN_SHARPNESS) return null;
  return { data: toPlanes(picture, input), sharpness };
}

/** Interleaved RGB to planes in the model's channel order, normalised. */
export function toPlanes(picture: SquarePicture, input: ModelInputSpec): Float32Array {
  const planeLength = picture.sidePx * picture.sidePx;
  const data = new Float32Array(3 * planeLength);
  for (let channel = 0; channel < 3; channel += 1) {
    const source = input.channelOrder === 'RGB' ? channel : 2 - channel;
    const mean = input.mean[channel] ?? 0;
    const scale = 1 / (input.std[channel] ?? 1);
    for (let i = 0; i < planeLength; i += 1) {
      data[channel * planeLength + i] = ((picture.rgb[i * 3 + source] ?? 0) - mean) * scale;
    }
  }
  return data;
}

/** The same picture seen in a mirror. */
export function mirrorPlanes(data: Float32Array, sidePx: number): Float32Array {
  const mirrored = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += sidePx) {
    for (let x = 0; x < sidePx; x += 1) mirrored[row + x] = data[row + sidePx - 1 - x] ?? 0;
  }
  return mirrored;
}
