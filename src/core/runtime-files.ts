import type { ExecutionProvider } from '../contracts/model';

/**
 * Which of ONNX Runtime's binaries is loaded.
 * - `wasm`: 14 MB, CPU only.
 * - `jspi`: 17 MB, WebGPU, needs a browser that can suspend WebAssembly.
 * - `asyncify`: 27 MB, WebGPU everywhere else.
 */
export type RuntimeFlavour = 'wasm' | 'jspi' | 'asyncify';

/** The binary that serves a provider in this browser. */
export function runtimeFlavour(provider: ExecutionProvider): RuntimeFlavour {
  if (provider === 'wasm') return 'wasm';
  return 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
}

/** Names of the files a flavour loads from the app's `ort/` folder, as onnxruntime-web names them. */
export function runtimeFileNames(flavour: RuntimeFlavour): readonly string[] {
  const stem = flavour === 'wasm' ? 'ort-wasm-simd-threaded' : `ort-wasm-simd-threaded.${flavour}`;
  return [`${stem}.mjs`, `${stem}.wasm`];
}
