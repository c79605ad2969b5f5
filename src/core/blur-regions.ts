import type { Box } from '../contracts/detection';
import { boxHeightPx, boxWidthPx, clampBox } from './geometry';

/**
 * A region is redrawn from this many samples along its longer side. A plate fills half of its region at most, so all of
 * its signs share four samples, and a face less: nothing can be read out of them again.
 */
const SAMPLE_COUNT = 8;

/**
 * Makes regions of a picture unrecognisable: each is reduced to a handful of samples and drawn again from those. `boxes` are in
 * pixels of the canvas. Draws nothing outside of them.
 */
export function blurRegions(
  context: OffscreenCanvasRenderingContext2D,
  boxes: readonly Box[],
): void {
  if (boxes.length === 0) return;
  const samples = new OffscreenCanvas(SAMPLE_COUNT, SAMPLE_COUNT);
  const small = samples.getContext('2d', { alpha: false });
  if (!small) throw new Error('Expected a 2D canvas in the worker, found none');
  const { width, height } = context.canvas;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  for (const box of boxes) blurRegion(context, small, clampBox(box, width, height));
  context.restore();
}

function blurRegion(
  context: OffscreenCanvasRenderingContext2D,
  small: OffscreenCanvasRenderingContext2D,
  box: Box,
): void {
  const x = Math.floor(box.x1);
  const y = Math.floor(box.y1);
  const width = Math.ceil(box.x2) - x;
  const height = Math.ceil(box.y2) - y;
  if (width <= 0 || height <= 0) return;
  const scale = SAMPLE_COUNT / Math.max(boxWidthPx(box), boxHeightPx(box));
  const columnCount = sampleCount(width, scale);
  const rowCount = sampleCount(height, scale);
  small.imageSmoothingQuality = 'medium';
  small.drawImage(context.canvas, x, y, width, height, 0, 0, columnCount, rowCount);
  context.drawImage(small.canvas, 0, 0, columnCount, rowCount, x, y, width, height);
}

function sampleCount(lengthPx: number, scale: number): number {
  return Math.min(SAMPLE_COUNT, Math.max(1, Math.round(lengthPx * scale)));
}
