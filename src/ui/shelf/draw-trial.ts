import type { Detection } from '../../contracts/detection';
import { similarityText } from '../../sinks/overlay/label-text';

/** Longer side of the drawing, pixels: sharp on a dense screen, whatever size the picture has. */
const MAX_SIDE_PX = 1600;
/** Line and text as parts of the drawing's longer side. */
const LINE_SHARE = 1 / 320;
const TEXT_SHARE = 1 / 45;
/** Readable on any picture: amber on near black, in dark and light alike. */
const BOX_COLOUR = '#ffc65c';
const TEXT_BACKGROUND = '#0a0f0e';

/** Draws a picture with the boxes found in it. Borrows the picture. */
export function drawTrial(
  canvas: HTMLCanvasElement,
  picture: ImageBitmap,
  detections: readonly Detection[],
): void {
  // A picture that was closed has no size: nothing is left to draw.
  if (picture.width === 0) return;
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(picture.width, picture.height));
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const side = Math.max(canvas.width, canvas.height);
  context.lineWidth = Math.max(2, side * LINE_SHARE);
  context.font = `600 ${Math.max(11, side * TEXT_SHARE)}px system-ui, sans-serif`;
  context.textBaseline = 'top';
  // The most certain last, on top.
  for (const detection of [...detections].reverse()) drawBox(context, detection, scale);
}

function drawBox(
  context: CanvasRenderingContext2D,
  { box, score, vehicleClass }: Detection,
  scale: number,
): void {
  const left = box.x1 * scale;
  const top = box.y1 * scale;
  context.strokeStyle = BOX_COLOUR;
  context.strokeRect(left, top, (box.x2 - box.x1) * scale, (box.y2 - box.y1) * scale);
  const text = `${vehicleClass} ${similarityText(score)}`;
  const height = Number.parseFloat(context.font.split(' ')[1] ?? '12') * 1.3;
  const labelTop = Math.max(0, top - height);
  context.fillStyle = TEXT_BACKGROUND;
  context.fillRect(left, labelTop, context.measureText(text).width + height / 2, height);
  context.fillStyle = BOX_COLOUR;
  context.fillText(text, left + height / 4, labelTop + height / 8);
}
