import { WebGLRenderer } from 'three';
import type { StreetCameraPlan } from '../../../../src/contracts/street';
import { STREET_CAMERAS } from '../../../../src/street/layout';

/** A renderer on a canvas of its own, whose pixels stay until they are read. The caller disposes it. */
export function createTestRenderer(): WebGLRenderer {
  const renderer = new WebGLRenderer({
    canvas: new OffscreenCanvas(16, 16),
    antialias: false,
    preserveDrawingBuffer: true,
  });
  return renderer;
}

/** One of the street's cameras with a small picture. `index`: 0 is camera A. */
export function smallCamera(
  index: number,
  changes: Partial<StreetCameraPlan> = {},
): StreetCameraPlan {
  const plan = STREET_CAMERAS[index];
  if (!plan) throw new RangeError(`Expected the index of a camera, got ${index}`);
  return { ...plan, widthPx: 160, heightPx: 90, ...changes };
}

/** RGBA of the renderer's canvas, from the upper left. */
export function readPixels(renderer: WebGLRenderer): Uint8ClampedArray {
  const { width, height } = renderer.domElement;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a 2D context, got none');
  context.drawImage(renderer.domElement, 0, 0);
  return context.getImageData(0, 0, width, height).data;
}

/** Mean of red, green and blue, [0, 255]. */
export function brightness(pixels: Uint8ClampedArray): number {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    sum += (pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0);
  }
  return sum / (pixels.length * 0.75);
}
