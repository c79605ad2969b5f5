import type { Box } from '../../contracts/detection';
import { AppError } from '../../core/app-error';
import { blurRegions } from '../../core/blur-regions';
import type { RgbaPixels } from './resample';

/** Twice the input of the built-in embedder, pixels. */
const MAX_READ_SIDE_PX = 256;

/** Longer side of a stored picture, pixels: sharp in the list and in a detail view on a phone. */
const MAX_PICTURE_SIDE_PX = 320;

/** About 10 KB a picture at the size above. */
const PICTURE_QUALITY = 0.82;

/** Reads pictures back through one small canvas that stays in CPU memory. */
export class CropPixelReader {
  readonly #maxSidePx: number;
  #canvas: OffscreenCanvas | null = null;

  /**
   * Pictures whose longer side is beyond `maxSidePx` are shrunk by the browser first. Twice the embedder's input leaves
   * our own filter the last, exact halving; a larger read-back would cost more than it tells.
   */
  constructor(maxSidePx = MAX_READ_SIDE_PX) {
    this.#maxSidePx = maxSidePx;
  }

  /** Borrows `image`. The result is a copy. */
  read(image: ImageBitmap): RgbaPixels {
    const { widthPx, heightPx } = fitInto(image, this.#maxSidePx);
    const canvas = (this.#canvas ??= new OffscreenCanvas(this.#maxSidePx, this.#maxSidePx));
    const context = contextOf(canvas, true);
    // A crop has no transparency, but the canvas may hold the one before.
    context.clearRect(0, 0, widthPx, heightPx);
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, widthPx, heightPx);
    const { data } = context.getImageData(0, 0, widthPx, heightPx);
    return { data, widthPx, heightPx };
  }
}

/**
 * Encodes a crop for the gallery as JPEG, which every browser can write, with `blurredBoxes` (pixels of `image`) made
 * unrecognisable. Borrows `image`.
 */
export function encodePicture(
  image: ImageBitmap,
  blurredBoxes: readonly Box[] = [],
): Promise<Blob> {
  const { widthPx, heightPx } = fitInto(image, MAX_PICTURE_SIDE_PX);
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = contextOf(canvas, false);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, widthPx, heightPx);
  const [scaleX, scaleY] = [widthPx / image.width, heightPx / image.height];
  blurRegions(
    context,
    blurredBoxes.map(({ x1, y1, x2, y2 }) => ({
      x1: x1 * scaleX,
      y1: y1 * scaleY,
      x2: x2 * scaleX,
      y2: y2 * scaleY,
    })),
  );
  return canvas.convertToBlob({ type: 'image/jpeg', quality: PICTURE_QUALITY });
}

function contextOf(canvas: OffscreenCanvas, willReadFrequently: boolean) {
  const context = canvas.getContext('2d', { willReadFrequently, alpha: false });
  if (!context) throw new AppError('INTERNAL', 'Expected a 2D canvas in the worker, found none');
  return context;
}

function fitInto(image: ImageBitmap, maxSidePx: number): { widthPx: number; heightPx: number } {
  const scale = Math.min(1, maxSidePx / Math.max(image.width, image.height));
  return {
    widthPx: Math.max(1, Math.round(image.width * scale)),
    heightPx: Math.max(1, Math.round(image.height * scale)),
  };
}
