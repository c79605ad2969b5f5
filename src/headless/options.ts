import type { Settings } from '../contracts/app';
import { HEADLESS_PARAMETERS as NAMES } from '../contracts/headless';
import type { FramePath } from '../contracts/worker-api';
import type { EnginePins } from '../runtime/engine';

const FRAME_PATHS: readonly FramePath[] = ['i420-simd', 'webgpu', 'canvas'];

/** What the address of a headless page asks for. */
export interface HeadlessRunOptions {
  readonly hasScreen: boolean;
  readonly pins: EnginePins;
  readonly settings: Partial<Settings>;
  readonly file: { readonly framesPerSecond?: number };
}

/** Reads the address; null for a page people look at. Throws RangeError for a value that makes no sense. */
export function readHeadlessOptions(parameters: URLSearchParams): HeadlessRunOptions | null {
  if (!parameters.has(NAMES.headless)) return null;
  const provider = parameters.get(NAMES.provider);
  if (provider !== null && provider !== 'wasm' && provider !== 'webgpu') {
    throw new RangeError(`Expected ${NAMES.provider} wasm or webgpu, got "${provider}"`);
  }
  const framesPerSecond = readNumber(parameters, NAMES.framesPerSecond);
  const inputSidePx = readNumber(parameters, NAMES.inputSidePx);
  const scoreThreshold = readNumber(parameters, NAMES.scoreThreshold);
  const matchThreshold = readNumber(parameters, NAMES.matchThreshold);
  const detectorId = parameters.get(NAMES.detector);
  const embedderId = parameters.get(NAMES.embedder);
  return {
    hasScreen: parameters.has(NAMES.screen),
    pins: {
      framePath: FRAME_PATHS.find((path) => path === parameters.get(NAMES.framePath)) ?? null,
      isEmbeddingEnabled: parameters.get(NAMES.embedding) !== 'off',
    },
    settings: {
      inputSideOverridePx: inputSidePx,
      backendOverride: provider && {
        provider,
        threadCount: readNumber(parameters, NAMES.threadCount) ?? 1,
      },
      ...(scoreThreshold === null ? {} : { scoreThreshold }),
      ...(matchThreshold === null ? {} : { matchThreshold }),
      ...(detectorId === null ? {} : { detectorId }),
      ...(embedderId === null ? {} : { embedderId }),
    },
    file: framesPerSecond === null ? {} : { framesPerSecond },
  };
}

function readNumber(parameters: URLSearchParams, name: string): number | null {
  const text = parameters.get(name);
  if (text === null) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new RangeError(`Expected ${name} a number, got "${text}"`);
  return value;
}
