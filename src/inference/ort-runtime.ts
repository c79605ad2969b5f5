import type * as OrtModule from 'onnxruntime-web';
import type { ExecutionProvider } from '../contracts/model';
import { AppError } from '../core/app-error';
import { runtimeFlavour, type RuntimeFlavour } from '../core/runtime-files';

/** ONNX Runtime's JavaScript interface; all its flavours look the same. */
export type Ort = typeof OrtModule;

/** What a worker wants of the runtime. Fixed for the life of the worker. */
export interface RuntimeRequest {
  readonly provider: ExecutionProvider;
  /** WASM threads, at least 1; more than 1 needs cross-origin isolation, else 1 is used. */
  readonly threadCount: number;
  /** Absolute address of the folder with ONNX Runtime's files; ends with a slash. */
  readonly runtimeBaseUrl: string;
}

interface LoadedRuntime {
  readonly key: string;
  readonly ort: Promise<Ort>;
}

/** The runtime of this worker: its thread pool is made once and cannot be changed. */
let loaded: LoadedRuntime | null = null;

/** Threads that can really be used: without cross-origin isolation there is no shared memory. */
export function usableThreadCount(
  request: Pick<RuntimeRequest, 'provider' | 'threadCount'>,
): number {
  if (request.provider === 'webgpu' || !globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.floor(request.threadCount));
}

/**
 * Loads the one binary the request needs. Asking again for the same is free; asking for another is a
 * mistake of the caller (RangeError): a worker keeps its runtime, start a new one.
 */
export function loadOrt(request: RuntimeRequest): Promise<Ort> {
  const flavour = runtimeFlavour(request.provider);
  const threadCount = usableThreadCount(request);
  const key = `${flavour}:${threadCount}:${request.runtimeBaseUrl}`;
  if (loaded && loaded.key !== key) {
    throw new RangeError(`This worker runs ${loaded.key}; ${key} needs a new worker`);
  }
  loaded ??= { key, ort: configure(flavour, threadCount, request.runtimeBaseUrl) };
  return loaded.ort;
}

async function configure(
  flavour: RuntimeFlavour,
  threadCount: number,
  runtimeBaseUrl: string,
): Promise<Ort> {
  const ort = await importFlavour(flavour);
  ort.env.wasm.numThreads = threadCount;
  // Our own worker already keeps inference off the page.
  ort.env.wasm.proxy = false;
  // Addresses of this origin: ONNX Runtime then needs no blob: worker, so the policy can forbid them.
  ort.env.wasm.wasmPaths = runtimeBaseUrl;
  ort.env.logLevel = 'error';
  return ort;
}

async function importFlavour(flavour: RuntimeFlavour): Promise<Ort> {
  try {
    // Literal specifiers: the bundler must see them to make one chunk of each.
    if (flavour === 'wasm') return await import('onnxruntime-web/wasm');
    if (flavour === 'jspi') return await import('onnxruntime-web/jspi');
    return await import('onnxruntime-web/webgpu');
  } catch (cause) {
    throw new AppError('BACKEND_FAILED', `The ${flavour} runtime could not be loaded`, { cause });
  }
}
