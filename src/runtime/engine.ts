import { DEFAULT_DETECTOR_ID, DEFAULT_EMBEDDER_ID, modelById } from '../../models';
import type { PreparingStep, Settings } from '../contracts/app';
import type { BackendChoice, ModelManifest } from '../contracts/model';
import type { SourcePace } from '../contracts/source';
import type { FramePath, PerceptionOptions, StageReady } from '../contracts/worker-api';
import { AppError, toErrorData } from '../core/app-error';
import { thresholdsFor } from '../core/match-thresholds';
import type { BackendSelector } from './backend-selector';
import type { IdentityClient } from './identity-client';
import type { PerceptionClient } from './perception-client';

/** The embedder costs some milliseconds a crop: one thread keeps the other cores for the detector. */
const EMBEDDER_BACKEND = { provider: 'wasm', threadCount: 1, origin: 'default' } as const;

/** Both networks, loaded and connected. */
export interface EngineReady {
  readonly detector: StageReady;
  readonly embedder: StageReady;
  /** Why the measured backend is not the one in use; null when it is. */
  readonly fallbackReason: AppError | null;
}

/** Where the app keeps what the workers load: absolute addresses of its own folders. */
export interface EnginePlaces {
  readonly modelBaseUrl: string;
  readonly runtimeBaseUrl: string;
}

/** What a headless run or a bench may pin that a person cannot. */
export interface EnginePins {
  readonly framePath: FramePath | null;
  readonly isEmbeddingEnabled: boolean;
}

/** Chooses backends, loads both networks, and connects their workers. */
export class Engine {
  readonly #perception: PerceptionClient;
  readonly #identity: IdentityClient;
  readonly #selector: BackendSelector;
  readonly #places: EnginePlaces;
  readonly #pins: EnginePins;
  #inUse: BackendChoice | null = null;
  /** Broke down in this session; kept until the page is loaded again. */
  #failed: BackendChoice | null = null;

  constructor(
    perception: PerceptionClient,
    identity: IdentityClient,
    selector: BackendSelector,
    places: EnginePlaces,
    pins: EnginePins = { framePath: null, isEmbeddingEnabled: true },
  ) {
    this.#perception = perception;
    this.#identity = identity;
    this.#selector = selector;
    this.#places = places;
    this.#pins = pins;
  }

  /** Throws AppError MODEL_*, BACKEND_*, STORAGE_*, GALLERY_IN_USE; AbortError when `signal` aborts. */
  async prepare(
    settings: Settings,
    pace: SourcePace,
    onStep: (step: PreparingStep) => void,
    signal: AbortSignal,
  ): Promise<EngineReady> {
    const manifest = detectorManifest(settings.detectorId);
    onStep('measuring-backend');
    const backend = await this.#chooseBackend(manifest, settings, pace, signal);
    signal.throwIfAborted();
    onStep('loading-models');
    const [detection, embedder] = await Promise.all([
      this.#configureDetector(manifest, backend, settings, signal),
      this.#configureEmbedder(settings),
    ]);
    signal.throwIfAborted();
    this.#inUse = detection.ready.backend;
    const channel = new MessageChannel();
    await this.#identity.connectPerception(channel.port1);
    await this.#perception.connectIdentity(channel.port2);
    return { detector: detection.ready, embedder, fallbackReason: detection.fallbackReason };
  }

  /** Settings that take effect while a run goes on. */
  async applyLive(settings: Settings): Promise<void> {
    await Promise.all([
      this.#perception.setOptions(this.#options(settings)),
      this.#identity.setThresholds(thresholdsFor(settings.matchThreshold), settings.pairThresholds),
    ]);
  }

  /** The backend in use broke down in mid-run: the next `prepare` takes one that runs everywhere. */
  noteBackendFailure(): void {
    if (this.#inUse?.provider === 'webgpu') this.#failed = this.#inUse;
  }

  modelUrl(manifest: ModelManifest): string {
    return new URL(manifest.file, this.#places.modelBaseUrl).href;
  }

  #chooseBackend(
    manifest: ModelManifest,
    settings: Settings,
    pace: SourcePace,
    signal: AbortSignal,
  ): Promise<BackendChoice> {
    if (this.#failed) return this.#selector.fallback(manifest, this.#failed);
    return this.#selector.choose(manifest, this.modelUrl(manifest), {
      override: settings.backendOverride,
      inputSideOverridePx: settings.inputSideOverridePx,
      isRecording: pace === 'offline',
      signal,
    });
  }

  async #configureDetector(
    manifest: ModelManifest,
    backend: BackendChoice,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<{ ready: StageReady; fallbackReason: AppError | null }> {
    const config = {
      manifest,
      modelUrl: this.modelUrl(manifest),
      runtimeBaseUrl: this.#places.runtimeBaseUrl,
      options: this.#options(settings),
      framePath: this.#pins.framePath,
      isProviderNew: true,
    };
    try {
      return {
        ready: await this.#perception.configure({ ...config, backend }),
        fallbackReason: null,
      };
    } catch (error) {
      signal.throwIfAborted();
      if (backend.provider === 'wasm' || isFileFault(error)) throw error;
      const fallback = await this.#selector.fallback(manifest, backend);
      const ready = await this.#perception.configure({ ...config, backend: fallback });
      return { ready, fallbackReason: asAppError(error) };
    }
  }

  #configureEmbedder(settings: Settings): Promise<StageReady> {
    const manifest = requireModel(DEFAULT_EMBEDDER_ID);
    return this.#identity.configure({
      manifest,
      modelUrl: this.modelUrl(manifest),
      runtimeBaseUrl: this.#places.runtimeBaseUrl,
      backend: {
        ...EMBEDDER_BACKEND,
        inputSidePx: manifest.input.size?.widthPx ?? manifest.input.strideMultiple,
        measuredMs: null,
      },
      isProviderNew: true,
      thresholds: thresholdsFor(settings.matchThreshold),
      pairThresholds: settings.pairThresholds,
      retention: settings.retention,
    });
  }

  #options(settings: Settings): PerceptionOptions {
    return {
      scoreThreshold: settings.scoreThreshold,
      classes: settings.classes,
      isEmbeddingEnabled: this.#pins.isEmbeddingEnabled,
    };
  }
}

/** True for failures that another execution provider may not have. */
export function isBackendFault(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    (error.code === 'BACKEND_FAILED' ||
      error.code === 'BACKEND_UNAVAILABLE' ||
      error.code === 'WORKER_GONE')
  );
}

/** True for failures of the file, which no backend can help. */
function isFileFault(error: unknown): boolean {
  return (
    error instanceof AppError &&
    (error.code === 'MODEL_UNAVAILABLE' || error.code === 'MODEL_CORRUPT')
  );
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('BACKEND_FAILED', toErrorData(error).message, { cause: error });
}

/** A remembered choice may name a model this version does not know: then the built-in one serves. */
function detectorManifest(id: string): ModelManifest {
  const chosen = modelById(id);
  return chosen?.task === 'detect' ? chosen : requireModel(DEFAULT_DETECTOR_ID);
}

function requireModel(id: string): ModelManifest {
  const manifest = modelById(id);
  if (!manifest) throw new AppError('MODEL_UNAVAILABLE', `Expected the model "${id}", found none`);
  return manifest;
}
