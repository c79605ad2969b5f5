import { WebGLRenderer } from 'three';
import type { StreetQuality } from '../contracts/street';
import { AppError } from '../core/app-error';

/** What draws, and on what. */
export interface OpenedRenderer {
  readonly renderer: WebGLRenderer;
  readonly canvas: OffscreenCanvas;
  /** As WebGL names it. */
  readonly name: string;
}

/** Programs that draw on the CPU: SwiftShader (Chromium), llvmpipe and softpipe (Mesa), WARP (Windows). */
const SOFTWARE_NAMES = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Throws AppError STREET_UNAVAILABLE where a worker cannot have WebGL 2. */
export function openRenderer(): OpenedRenderer {
  if (!('OffscreenCanvas' in globalThis)) {
    throw new AppError('STREET_UNAVAILABLE', 'Expected OffscreenCanvas in a worker, found none');
  }
  const canvas = new OffscreenCanvas(1, 1);
  // Smoothing, depth and gamma happen on the way to the canvas, which only takes the finished picture.
  const context = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    failIfMajorPerformanceCaveat: false,
    powerPreference: 'high-performance',
  });
  if (!context) {
    throw new AppError('STREET_UNAVAILABLE', 'Expected WebGL 2 in a worker, found no context');
  }
  // The library's type has the page's context only; both are one interface.
  return { renderer: new WebGLRenderer({ canvas, context }), canvas, name: rendererName(context) };
}

/** `plain` where the CPU draws. */
export function qualityFor(rendererName: string): StreetQuality {
  return SOFTWARE_NAMES.test(rendererName) ? 'plain' : 'fine';
}

/** Throws AppError STREET_UNAVAILABLE when the GPU took the context back: all that was drawn with it is gone. */
export function requireContext({ renderer }: OpenedRenderer): void {
  if (!renderer.getContext().isContextLost()) return;
  throw new AppError('STREET_UNAVAILABLE', 'Expected a WebGL 2 context, found a lost one');
}

function rendererName(context: WebGL2RenderingContext): string {
  // Firefox tells it as RENDERER, and warns about the extension.
  const extension = context.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = context.getParameter(
    extension?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER,
  );
  return typeof name === 'string' ? name : 'unknown';
}
