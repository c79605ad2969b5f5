import { CanvasTexture, RepeatWrapping, SRGBColorSpace } from 'three';
import type { Random } from '../random';

/** What textures are painted with. */
export type Brush = OffscreenCanvasRenderingContext2D;

/** A repeating sRGB texture painted by `paint`. Belongs to the caller. */
export function paintTexture(
  widthPx: number,
  heightPx: number,
  anisotropy: number,
  paint: (brush: Brush) => void,
): CanvasTexture<OffscreenCanvas> {
  const canvas = new OffscreenCanvas(widthPx, heightPx);
  // Painted by the processor: the same pixels everywhere, and quick to read back.
  const brush = canvas.getContext('2d', { willReadFrequently: true });
  if (!brush) throw new Error('Expected a 2D context, got none');
  paint(brush);
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.wrapS = RepeatWrapping;
  texture.wrapT = RepeatWrapping;
  texture.anisotropy = anisotropy;
  return texture;
}

/** Fills the canvas with one colour, `rgb` as in CSS: "112,113,114". */
export function fill(brush: Brush, rgb: string): void {
  brush.fillStyle = `rgb(${rgb})`;
  brush.fillRect(0, 0, brush.canvas.width, brush.canvas.height);
}

/** Soft light and dark blotches that continue over the edges. `strength`: opacity of one, [0, 1]. */
export function addBlotches(brush: Brush, random: Random, count: number, strength: number): void {
  const { width, height } = brush.canvas;
  for (let index = 0; index < count; index += 1) {
    const x = random.between(0, width);
    const y = random.between(0, height);
    const radius = random.between(0.03, 0.16) * width;
    const grey = random.chance(0.5) ? 0 : 255;
    for (const [dx, dy] of wrapsOf(x, y, radius, width, height)) {
      const blotch = brush.createRadialGradient(x + dx, y + dy, 0, x + dx, y + dy, radius);
      blotch.addColorStop(0, `rgba(${grey},${grey},${grey},${strength})`);
      blotch.addColorStop(1, `rgba(${grey},${grey},${grey},0)`);
      brush.fillStyle = blotch;
      brush.fillRect(x + dx - radius, y + dy - radius, 2 * radius, 2 * radius);
    }
  }
}

/** Offsets at which a round thing must be drawn so that the texture repeats without a seam. */
function wrapsOf(
  x: number,
  y: number,
  radius: number,
  width: number,
  height: number,
): (readonly [number, number])[] {
  const across = [0];
  if (x < radius) across.push(width);
  if (x > width - radius) across.push(-width);
  const down = [0];
  if (y < radius) down.push(height);
  if (y > height - radius) down.push(-height);
  return across.flatMap((dx) => down.map((dy) => [dx, dy] as const));
}

/** Grain: every pixel a little lighter or darker, by up to `spread` of 255. */
export function addGrain(brush: Brush, random: Random, spread: number): void {
  const { width, height } = brush.canvas;
  const image = brush.getImageData(0, 0, width, height);
  const { data } = image;
  for (let at = 0; at < data.length; at += 4) {
    const step = (random.next() + random.next() - 1) * spread;
    for (let channel = at; channel < at + 3; channel += 1) {
      data[channel] = (data[channel] ?? 0) + step;
    }
  }
  brush.putImageData(image, 0, 0);
}
