import type { HeadlessPixels } from '../contracts/headless';
import type { FrameImage } from '../contracts/frame';
import { AppError } from '../core/app-error';
import type { RgbaPixels } from '../stages/embed/resample';

/** Bytes that are passed to one call as arguments: engines take some tens of thousands. */
const CHUNK_BYTES = 8192;

/** A canvas for reading and writing pixels; it belongs to the caller. */
export function createPixelCanvas(
  widthPx: number,
  heightPx: number,
): OffscreenCanvasRenderingContext2D {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
  if (!context) throw new AppError('INTERNAL', 'Expected a 2D canvas in the page, found none');
  return context;
}

/** Size of a picture as displayed. */
export function displaySize(image: FrameImage): { widthPx: number; heightPx: number } {
  return image instanceof VideoFrame
    ? { widthPx: image.displayWidth, heightPx: image.displayHeight }
    : { widthPx: image.width, heightPx: image.height };
}

/** Reads a whole picture back. Borrows it. */
export function readPixels(image: FrameImage): RgbaPixels {
  const { widthPx, heightPx } = displaySize(image);
  const context = createPixelCanvas(widthPx, heightPx);
  context.drawImage(image, 0, 0);
  return { data: context.getImageData(0, 0, widthPx, heightPx).data, widthPx, heightPx };
}

/** A whole picture as a PNG, as Base64. Borrows it. */
export async function toPng(image: FrameImage): Promise<string> {
  const { widthPx, heightPx } = displaySize(image);
  const context = createPixelCanvas(widthPx, heightPx);
  context.drawImage(image, 0, 0);
  return toBase64(await context.canvas.convertToBlob({ type: 'image/png' }));
}

/** Pixels as a script that drives the page can take them. */
export async function toHeadlessPixels({
  data,
  widthPx,
  heightPx,
}: RgbaPixels): Promise<HeadlessPixels> {
  // A copy: a Blob takes no view of memory that might be shared.
  return { widthPx, heightPx, rgbaBase64: await toBase64(new Blob([new Uint8Array(data)])) };
}

/** The bytes of a blob as Base64. */
export async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES));
  }
  return btoa(text);
}
