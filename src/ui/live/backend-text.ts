import type { BackendChoice } from '../../contracts/model';
import type { FramePath } from '../../contracts/worker-api';
import { millisecondsText } from '../shared/number-text';

const ORIGIN_TEXTS: Readonly<Record<BackendChoice['origin'], string>> = {
  measured: 'measured now',
  remembered: 'measured earlier',
  user: 'your choice',
  fallback: 'fallback after a failure',
  default: 'default',
};

/** How pixels reach the network. */
export const PATH_TEXTS: Readonly<Record<FramePath, string>> = {
  'i420-simd': 'Frame path: camera planes, SIMD kernel',
  webgpu: 'Frame path: on the graphics card',
  canvas: 'Frame path: canvas',
};

/** A backend in one line: `WebAssembly, 2 threads, 416 px · 41 ms, measured now`. */
export function backendText(backend: BackendChoice): string {
  const threads = backend.threadCount === 1 ? '1 thread' : `${backend.threadCount} threads`;
  const provider = backend.provider === 'webgpu' ? 'WebGPU' : `WebAssembly, ${threads}`;
  const measured =
    backend.measuredMs === null ? '' : `${millisecondsText(backend.measuredMs)} ms, `;
  return `${provider}, ${backend.inputSidePx} px · ${measured}${ORIGIN_TEXTS[backend.origin]}`;
}
