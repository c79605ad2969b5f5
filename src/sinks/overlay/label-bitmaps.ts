import { PENDING_COLOR, type MarkKind } from './marks';

/** A label ready to be drawn; sizes in device pixels. */
export interface LabelBitmap {
  readonly image: ImageBitmap;
  readonly width: number;
  readonly height: number;
}

/** CSS pixels. */
const HEIGHT = 22;
const PADDING = 7;
const ICON = 10;
const GAP = 5;
const RADIUS = 5;
const FONT = '600 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const PLATE = 'rgb(12 18 17 / 86%)';
/** A hundred vehicles with three forms each, and room for changes before old ones are given up. */
const MAX_LABELS = 400;

/**
 * Labels drawn once and then copied: text layout is by far the dearest thing on an overlay.
 * The least recently made are freed when there are too many.
 */
export class LabelBitmaps {
  readonly #bitmaps = new Map<string, LabelBitmap>();
  #pixelRatio = 1;

  get count(): number {
    return this.#bitmaps.size;
  }

  /** A change frees all labels: they were drawn for another density. */
  setPixelRatio(pixelRatio: number): void {
    if (pixelRatio === this.#pixelRatio) return;
    this.#pixelRatio = pixelRatio;
    this.clear();
  }

  /** The label for a key; the key must name everything that the look depends on. */
  get(key: string, text: string, kind: MarkKind, color: string): LabelBitmap | null {
    const known = this.#bitmaps.get(key);
    if (known) return known;
    const made = drawLabel(text, kind, color, this.#pixelRatio);
    if (!made) return null;
    if (this.#bitmaps.size >= MAX_LABELS) this.#freeOldest();
    this.#bitmaps.set(key, made);
    return made;
  }

  clear(): void {
    for (const bitmap of this.#bitmaps.values()) bitmap.image.close();
    this.#bitmaps.clear();
  }

  #freeOldest(): void {
    const oldest = this.#bitmaps.entries().next();
    if (oldest.done) return;
    const [key, bitmap] = oldest.value;
    bitmap.image.close();
    this.#bitmaps.delete(key);
  }
}

function drawLabel(
  text: string,
  kind: MarkKind,
  color: string,
  pixelRatio: number,
): LabelBitmap | null {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.font = FONT;
  const textWidth = text === '' ? 0 : Math.ceil(context.measureText(text).width) + GAP;
  const cssWidth = PADDING * 2 + ICON + textWidth;
  canvas.width = Math.ceil(cssWidth * pixelRatio);
  canvas.height = Math.ceil(HEIGHT * pixelRatio);
  context.scale(pixelRatio, pixelRatio);
  // Resizing a canvas resets its font.
  context.font = FONT;
  context.textBaseline = 'middle';
  // A returning vehicle's label is filled with its colour, all others are dark with a coloured icon.
  const isFilled = kind === 'returning';
  context.fillStyle = isFilled ? color : PLATE;
  context.beginPath();
  context.roundRect(0, 0, cssWidth, HEIGHT, RADIUS);
  context.fill();
  drawIcon(context, kind, isFilled ? '#0c1211' : color);
  context.fillStyle = isFilled ? '#0c1211' : PENDING_COLOR;
  context.fillText(text, PADDING + ICON + GAP, HEIGHT / 2 + 0.5);
  const { width, height } = canvas;
  return { image: canvas.transferToImageBitmap(), width, height };
}

/** Ring: undecided. Disc: has its number. Loop arrow: came back. Broken square: hidden now. */
function drawIcon(context: OffscreenCanvasRenderingContext2D, kind: MarkKind, color: string): void {
  const x = PADDING + ICON / 2;
  const y = HEIGHT / 2;
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 2;
  context.beginPath();
  if (kind === 'known') {
    context.arc(x, y, 4.5, 0, Math.PI * 2);
    context.fill();
    return;
  }
  if (kind === 'lost') {
    context.setLineDash([3, 2.2]);
    context.strokeRect(x - 4, y - 4, 8, 8);
    context.setLineDash([]);
    return;
  }
  if (kind === 'pending') {
    context.arc(x, y, 3.8, 0, Math.PI * 2);
    context.stroke();
    return;
  }
  context.arc(x, y, 4, -Math.PI * 0.25, Math.PI * 1.25);
  context.stroke();
  context.beginPath();
  context.moveTo(x - 6, y - 1.2);
  context.lineTo(x - 4.6, y - 6);
  context.lineTo(x - 0.6, y - 2.8);
  context.fill();
}
