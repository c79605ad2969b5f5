import type { ModelInputSpec, ModelManifest, SizePx } from '../../contracts/model';
import { AppError } from '../../core/app-error';
import { fitPicture, type FittedPicture } from './fit-picture';
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
  /** Planar, normalised, `3 * widthPx * heightPx` values of the input's size. */
  readonly data: Float32Array;
  /** See `measureSharpness`. */
  readonly sharpness: number;
}

/**
 * Fits a crop to an embedder's input. Null when it is flat or blurred beyond use. Throws AppError
 * MODEL_INCOMPATIBLE for a model without a fixed input size.
 */
export function prepareCrop(pixels: RgbaPixels, input: ModelInputSpec): CropTensor | null {
  const size = fixedSize({ input });
  const picture = fitPicture(pixels, size, input);
  const { sharpness, lumaVariance } = measureSharpness(picture);
  if (lumaVariance < MIN_LUMA_VARIANCE || sharpness < MIN_SHARPNESS) return null;
  return { data: toPlanes(picture, input), sharpness };
}

/** The input size of an embedder. Throws AppError MODEL_INCOMPATIBLE for a model without a fixed one. */
export function fixedSize({ input }: Pick<ModelManifest, 'input'>): SizePx {
  if (input.size) return input.size;
  throw new AppError(
    'MODEL_INCOMPATIBLE',
    'Expected an embedder with a fixed input size, found a free one',
  );
}

/** Interleaved RGB to planes in the model's channel order, normalised. */
export function toPlanes(picture: FittedPicture, input: ModelInputSpec): Float32Array {
  const planeLength = picture.size.widthPx * picture.size.heightPx;
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

/** The same picture seen in a mirror; planes of rows of `widthPx` values. */
export function mirrorPlanes(data: Float32Array, widthPx: number): Float32Array {
  const mirrored = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += widthPx) {
    for (let x = 0; x < widthPx; x += 1) mirrored[row + x] = data[row + widthPx - 1 - x] ?? 0;
  }
  return mirrored;
}
