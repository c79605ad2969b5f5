import type { SessionCamera, SessionFrame } from '../../contracts/session';
import { boxInView, containMapping } from '../../sinks/overlay/view-mapping';

/** Round dots: a pattern that no box of the overlay has. CSS pixels. */
const DOT_SPACING = 7;
const DOT_WIDTH = 3;
const DOT_COLOR = '#ffffff';
const CASING_COLOR = 'rgb(6 10 9 / 80%)';
const CASING_WIDTH = 2;

/**
 * Draws the boxes of a second result set as white dotted lines, without names: they say where it found a vehicle, the
 * overlay below says who. Clears the canvas first.
 */
export function drawCompared(
  context: CanvasRenderingContext2D,
  pixelRatio: number,
  camera: SessionCamera,
  frame: SessionFrame | null,
): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  if (!frame) return;
  const mapping = containMapping(width, height, camera.widthPx, camera.heightPx);
  context.lineCap = 'round';
  context.setLineDash([0, DOT_SPACING * pixelRatio]);
  context.beginPath();
  for (const { box, state } of frame.boxes) {
    if (state !== 'confirmed') continue;
    const { x1, y1, x2, y2 } = boxInView(mapping, box);
    context.rect(x1, y1, x2 - x1, y2 - y1);
  }
  context.strokeStyle = CASING_COLOR;
  context.lineWidth = (DOT_WIDTH + CASING_WIDTH) * pixelRatio;
  context.stroke();
  context.strokeStyle = DOT_COLOR;
  context.lineWidth = DOT_WIDTH * pixelRatio;
  context.stroke();
}
