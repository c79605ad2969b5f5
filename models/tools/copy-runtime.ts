import { createRequire } from 'node:module';
import path from 'node:path';
import { copyIfDifferent } from './files';
import type { ProjectPaths } from './project-paths';

/**
 * ONNX Runtime's own files that the app may load, of which a device loads one pair: plain for WASM, jspi
 * for WebGPU where the browser can suspend WebAssembly, asyncify for WebGPU elsewhere.
 * `src/inference/ort-runtime.ts` chooses.
 */
const RUNTIME_FILES: readonly string[] = [
  'ort-wasm-simd-threaded.mjs',
  'ort-wasm-simd-threaded.wasm',
  'ort-wasm-simd-threaded.jspi.mjs',
  'ort-wasm-simd-threaded.jspi.wasm',
  'ort-wasm-simd-threaded.asyncify.mjs',
  'ort-wasm-simd-threaded.asyncify.wasm',
];

/** Copies the runtime's files into `public/ort/`. Returns how many had to be written. */
export async function copyRuntime(paths: ProjectPaths): Promise<number> {
  // the package's main file stands in the folder that holds the others
  const main = createRequire(import.meta.url).resolve('onnxruntime-web');
  let writtenCount = 0;
  for (const file of RUNTIME_FILES) {
    const source = path.join(path.dirname(main), file);
    if (await copyIfDifferent(source, path.join(paths.publicRuntime, file))) writtenCount += 1;
  }
  return writtenCount;
}
