import type { ModelInputSpec, SizePx } from '../../contracts/model';
import { resampleRgb, type RgbaPixels } from './resample';

/** Where a picture lies inside a network's input, in its pixels. */
export interface PicturePlacement {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** An RGB picture as large as a network's input, with bars where it does not fill it; interleaved floats 0-255. */
export interface FittedPicture {
  readonly rgb: Float32Array;
  readonly size: SizePx;
  readonly placement: PicturePlacement;
}

/**
 * Fits a picture into an input: aspect kept and centred or in the top left corner, or stretched to fill it. Centred,
 * an odd remainder leaves the wider bar right or below, as in training.
 */
export function placePicture(
  picture: SizePx,
  size: SizePx,
  fit: ModelInputSpec['fit'],
): PicturePlacement {
  if (fit === 'stretched') return { leftPx: 0, topPx: 0, ...size };
  const scale = Math.min(size.widthPx / picture.widthPx, size.heightPx / picture.heightPx);
  const widthPx = Math.max(1, Math.round(picture.widthPx * scale));
  const heightPx = Math.max(1, Math.round(picture.heightPx * scale));
  const isCentred = fit === 'centred';
  return {
    leftPx: isCentred ? Math.floor((size.widthPx - widthPx) / 2) : 0,
    topPx: isCentred ? Math.floor((size.heightPx - heightPx) / 2) : 0,
    widthPx,
    heightPx,
  };
}

/** Resizes to an input of `size`; the bars are grey at the input's `padValue`. */
export function fitPicture(
  pixels: RgbaPixels,
  size: SizePx,
  { fit, padValue }: Pick<ModelInputSpec, 'fit' | 'padValue'>,
): FittedPicture {
  const placement = placePicture(pixels, size, fit);
  const content = resampleRgb(pixels, placement.widthPx, placement.heightPx);
  const rgb = new Float32Array(size.widthPx * size.heightPx * 3).fill(padValue);
  const rowLength = placement.widthPx * 3;
  for (let y = 0; y < placement.heightPx; y += 1) {
    const to = ((placement.topPx + y) * size.widthPx + placement.leftPx) * 3;
    rgb.set(content.subarray(y * rowLength, (y + 1) * rowLength), to);
  }
  return { rgb, size, placement };
}
