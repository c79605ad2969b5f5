import { DEFAULT_DETECTOR_ID, DEFAULT_EMBEDDER_ID } from '../../models';
import type { PreparingStep, Settings } from '../contracts/app';
import type { BackendChoice, ModelManifest } from '../contracts/model';
import type { SourcePace } from '../contracts/source';
import type { FramePath, PerceptionOptions, StageReady } from '../contracts/worker-api';
import { AppError } from '../core/app-error';
import { thresholdsFor } from '../core/match-thresholds';
import type { BackendSelector } from './backend-selector';
import type { DeviceFacts } from './device-facts';
import type { IdentityClient } from './identity-client';
import { spaceOf, type ModelCatalogue } from './model-catalogue';
import type { PerceptionClient } from './perception-client';
import type { ProviderTrust } from './provider-trust';
import { loadTrusted, type TrustedReady } from './trusted-load';

/** The embedder costs some milliseconds a crop: one thread keeps the other cores for the detector. */
const EMBEDDER_BACKEND = { provider: 'wasm', threadCount: 1, origin: 'default' } as const;

/** Both networks, loaded and connected. */
export interface EngineReady {
  readonly detector: StageReady;
  readonly embedder: StageReady;
  /** Why the measured backend is not the one in use; null when it is. */
  readonly fallbackReason: AppError | null;
}

/** What a headless run or a bench may pin that a person cannot. */
export interface EnginePins {
  readonly framePath: FramePath | null;
  readonly isEmbeddingEnabled: boolean;
}

/** What the engine works with. */
export interface EngineParts {
  readonly perception: PerceptionClient;
  readonly identity: IdentityClient;
  readonly selector: BackendSelector;
  readonly catalogue: ModelCatalogue;
  readonly trust: ProviderTrust;
  readonly readFacts: () => Promise<DeviceFacts>;
  /** Absolute address of ONNX Runtime's own files; ends with a slash. */
  readonly runtimeBaseUrl: string;
  readonly pins?: EnginePins | undefined;
}

/** Chooses models and backends, loads both networks, and connects their workers. */
export class Engine {
  readonly #parts: EngineParts;
  readonly #pins: EnginePins;
  #inUse: BackendChoice | null = null;
  /** Broke down in this session; kept until the page is loaded again. */
  #failed: BackendChoice | null = null;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#pins = parts.pins ?? { framePath: null, isEmbeddingEnabled: true };
  }

  /** Throws AppError MODEL_*, BACKEND_*, STORAGE_*, GALLERY_IN_USE; AbortError when `signal` aborts. */
  async prepare(
    settings: Settings,
    pace: SourcePace,
    onStep: (step: PreparingStep) => void,
    signal: AbortSignal,
  ): Promise<EngineReady> {
    const { catalogue, perception, identity } = this.#parts;
    // The user's own models are known after this; the built-in ones are at once.
    if (!isKnown(catalogue, settings)) await catalogue.refresh();
    signal.throwIfAborted();
    const detector = detectorOf(catalogue, settings);
    const facts = await this.#parts.readFacts();
    onStep('measuring-backend');
    const backend = await this.#chooseBackend(detector, facts, settings, pace, signal);
    signal.throwIfAborted();
    onStep('loading-models');
    const [detection, embedding] = await Promise.all([
      this.#configureDetector(detector, backend, facts, settings, signal),
      this.#configureEmbedder(facts, settings, signal),
    ]);
    signal.throwIfAborted();
    // Before there is any picture.
    await perception.setMasks(settings.masks);
    this.#inUse = detection.ready.backend;
    const channel = new MessageChannel();
    await identity.connectPerception(channel.port1);
    await perception.connectIdentity(channel.port2);
    return {
      detector: detection.ready,
      embedder: embedding.ready,
      fallbackReason: detection.fallbackReason ?? embedding.fallbackReason,
    };
  }

  /** Settings that take effect while a run goes on. */
  async applyLive(settings: Settings): Promise<void> {
    await Promise.all([
      this.#parts.perception.setOptions(this.#options(settings)),
      this.#parts.perception.setMasks(settings.masks),
      this.#parts.identity.setThresholds(
        thresholdsFor(settings.matchThreshold),
        settings.pairThresholds,
      ),
    ]);
  }

  /** The backend in use broke down in mid-run: the next `prepare` takes one that runs everywhere. */
  noteBackendFailure(): void {
    if (this.#inUse?.provider === 'webgpu') this.#failed = this.#inUse;
  }

  async #chooseBackend(
    manifest: ModelManifest,
    facts: DeviceFacts,
    settings: Settings,
    pace: SourcePace,
    signal: AbortSignal,
  ): Promise<BackendChoice> {
    const { selector, catalogue } = this.#parts;
    const fallback = this.#failed && selector.fallback(manifest, this.#failed, facts);
    if (fallback) return fallback;
    return selector.choose(manifest, await catalogue.urlOf(manifest), {
      override: settings.backendOverride,
      inputSideOverridePx: settings.inputSideOverridePx,
      isRecording: pace === 'offline',
      signal,
    });
  }

  async #configureDetector(
    manifest: ModelManifest,
    backend: BackendChoice,
    facts: DeviceFacts,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<TrustedReady<StageReady>> {
    const { perception, catalogue, runtimeBaseUrl } = this.#parts;
    const modelUrl = await catalogue.urlOf(manifest);
    const options = this.#options(settings);
    const { framePath } = this.#pins;
    return this.#loadTrusted(manifest, backend, facts, signal, (tried, isProviderNew) =>
      perception.configure({
        manifest,
        modelUrl,
        runtimeBaseUrl,
        backend: tried,
        options,
        framePath,
        isProviderNew,
      }),
    );
  }

  async #configureEmbedder(
    facts: DeviceFacts,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<TrustedReady<StageReady>> {
    const { identity, catalogue, runtimeBaseUrl } = this.#parts;
    const manifest = await this.#embedderFor(settings);
    const modelUrl = await catalogue.urlOf(manifest);
    const backend = embedderBackend(manifest);
    return this.#loadTrusted(manifest, backend, facts, signal, (tried, isProviderNew) =>
      identity.configure({
        manifest,
        modelUrl,
        runtimeBaseUrl,
        backend: tried,
        isProviderNew,
        thresholds: thresholdsFor(settings.matchThreshold),
        pairThresholds: settings.pairThresholds,
        retention: settings.retention,
      }),
    );
  }

  /** The chosen one, unless the gallery is still searched with another: what is known in one space says nothing in the next. */
  async #embedderFor(settings: Settings): Promise<ModelManifest> {
    const { identity, catalogue } = this.#parts;
    const chosen = embedderOf(catalogue, settings);
    const { space } = await identity.gallerySpace();
    if (space === null || space === spaceOf(chosen)) return chosen;
    return catalogue.bySpace(space) ?? chosen;
  }

  #loadTrusted<Ready>(
    manifest: ModelManifest,
    backend: BackendChoice,
    facts: DeviceFacts,
    signal: AbortSignal,
    load: (backend: BackendChoice, isProviderNew: boolean) => Promise<Ready>,
  ): Promise<TrustedReady<Ready>> {
    const { trust, selector } = this.#parts;
    const next = (failed: BackendChoice): BackendChoice | null =>
      selector.fallback(manifest, failed, facts);
    return loadTrusted(backend, { manifest, facts, trust, signal, load, next });
  }

  #options(settings: Settings): PerceptionOptions {
    return {
      scoreThreshold: settings.scoreThreshold,
      classes: settings.classes,
      isEmbeddingEnabled: this.#pins.isEmbeddingEnabled,
    };
  }
}

/** How an embedder runs unless that fails. */
export function embedderBackend({ input }: Pick<ModelManifest, 'input'>): BackendChoice {
  const { widthPx, heightPx } = input.size ?? {
    widthPx: input.strideMultiple,
    heightPx: input.strideMultiple,
  };
  return { ...EMBEDDER_BACKEND, inputSidePx: Math.max(widthPx, heightPx), measuredMs: null };
}

/** The embedder the user chose; the built-in one when it is not there any more. Throws AppError MODEL_UNAVAILABLE. */
export function embedderOf(catalogue: ModelCatalogue, settings: Settings): ModelManifest {
  const chosen = catalogue.find(settings.embedderId);
  return chosen?.task === 'embed' ? chosen : requireModel(catalogue, DEFAULT_EMBEDDER_ID);
}

/** As {@link embedderOf}, for the detector. */
function detectorOf(catalogue: ModelCatalogue, settings: Settings): ModelManifest {
  const chosen = catalogue.find(settings.detectorId);
  return chosen?.task === 'detect' ? chosen : requireModel(catalogue, DEFAULT_DETECTOR_ID);
}

function isKnown(catalogue: ModelCatalogue, { detectorId, embedderId }: Settings): boolean {
  return catalogue.find(detectorId) !== undefined && catalogue.find(embedderId) !== undefined;
}

function requireModel(catalogue: ModelCatalogue, id: string): ModelManifest {
  const manifest = catalogue.find(id);
  if (!manifest) throw new AppError('MODEL_UNAVAILABLE', `Expected the model "${id}", found none`);
  return manifest;
}
