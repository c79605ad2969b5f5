import { readListing } from '../../models';
import type { Settings, Unsubscribe } from '../contracts/app';
import type { ExecutionProvider, ModelListing, ModelManifest } from '../contracts/model';
import type {
  DryRunResult,
  ModelDraft,
  ModelShelf,
  ModelSpeed,
  OnnxFacts,
  ShelfState,
} from '../contracts/shelf';
import { AppError, toErrorData } from '../core/app-error';
import type { OwnModels } from '../storage/own-models';
import { candidatesFor, comparedInput, RUN_COUNT } from './backend-selector';
import type { DeviceFacts } from './device-facts';
import { Emitter } from './emitter';
import type { ModelCatalogue } from './model-catalogue';
import type { ModelProbe } from './model-probe';
import type { ProviderTrust } from './provider-trust';
import type { Reembedder } from './reembedder';
import type { SettingsKeeper } from './settings-keeper';

export interface ShelfParts {
  readonly catalogue: ModelCatalogue;
  readonly own: OwnModels;
  readonly probe: ModelProbe;
  readonly trust: ProviderTrust;
  readonly settings: SettingsKeeper;
  readonly reembedder: Reembedder;
  readonly readFacts: () => Promise<DeviceFacts>;
}

/** Raised when the app begins to read what a description says in another way. */
const OWN_READING_VERSION = 1;

/** The models of this device: those of the app, those added to it, and the user's own. */
export class DeviceModelShelf implements ModelShelf {
  readonly #parts: ShelfParts;
  readonly #changes = new Emitter<[ShelfState]>();
  #facts: DeviceFacts | null = null;

  constructor(parts: ShelfParts) {
    this.#parts = parts;
    parts.reembedder.onChanged(() => {
      this.#emit();
    });
    parts.settings.onChange(({ detectorId, embedderId }) => {
      if (detectorId !== undefined || embedderId !== undefined) this.#emit();
    });
  }

  get state(): ShelfState {
    const { catalogue, settings, reembedder, trust } = this.#parts;
    const { detectorId, embedderId } = settings.current;
    return {
      models: catalogue.models,
      detectorId,
      embedderId,
      searchedWithId: reembedder.searchedWithId,
      reembedding: reembedder.progress,
      quarantined: this.#facts ? trust.quarantined(this.#facts) : [],
    };
  }

  onChanged(listener: (state: ShelfState) => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  async refresh(): Promise<void> {
    await this.#parts.catalogue.refresh();
    this.#facts = await this.#parts.readFacts().catch(() => null);
    this.#emit();
    await this.#parts.reembedder.ensure();
  }

  use(modelId: string): void {
    const { catalogue, settings, reembedder } = this.#parts;
    const manifest = this.#require(modelId);
    if (manifest.task === 'embed') {
      const accept = manifest.recommendedThreshold;
      // An empty gallery is in the new space at once; any other when it was re-embedded.
      const isEmpty = reembedder.searchedWithId === null;
      const threshold = isEmpty && accept !== null ? { matchThreshold: accept } : {};
      settings.update({ embedderId: modelId, ...threshold });
      void reembedder.ensure();
      return;
    }
    const before = catalogue.find(settings.current.detectorId);
    settings.update({ detectorId: modelId, ...this.#scoreAfter(before, manifest) });
  }

  pauseReembedding(): void {
    this.#parts.reembedder.setPaused(true);
  }

  resumeReembedding(): void {
    this.#parts.reembedder.setPaused(false);
  }

  cancelReembedding(): Promise<void> {
    return this.#parts.reembedder.cancel();
  }

  async measure(
    modelId: string,
    onSpeed: (speed: ModelSpeed) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { catalogue, probe } = this.#parts;
    const manifest = this.#require(modelId);
    const modelUrl = await catalogue.urlOf(manifest);
    const inputs = [comparedInput(manifest)];
    // One after the other: candidates that share the cores would spoil each other's figures.
    for (const backend of candidatesFor(await this.#parts.readFacts())) {
      try {
        const request = { manifest, modelUrl, ...backend, inputs, runCount: RUN_COUNT };
        const [medianMs = null] = await probe.measure(request, signal);
        onSpeed({ ...backend, medianMs, error: null });
      } catch (error) {
        signal.throwIfAborted();
        onSpeed({ ...backend, medianMs: null, error: toErrorData(error) });
      }
    }
  }

  release(modelId: string, provider: ExecutionProvider): void {
    this.#parts.trust.release(modelId, provider);
    this.#emit();
  }

  inspect(file: File, signal: AbortSignal): Promise<OnnxFacts> {
    return this.#parts.probe.inspect(file, signal);
  }

  async dryRun(
    file: File,
    draft: ModelDraft,
    picture: ImageBitmap,
    signal: AbortSignal,
  ): Promise<DryRunResult> {
    const manifest = await ownManifest(file, draft);
    return this.#parts.probe.dryRun(file, manifest, picture, signal);
  }

  async add(file: File, draft: ModelDraft): Promise<ModelManifest> {
    const { own, probe, catalogue } = this.#parts;
    const described = await ownManifest(file, draft);
    const golden = await probe.makeGolden(file, described, new AbortController().signal);
    const manifest = { ...described, golden };
    await own.put(manifest, file, asListing(manifest));
    await catalogue.refresh();
    this.#emit();
    return manifest;
  }

  async remove(modelId: string): Promise<void> {
    const { own, settings, catalogue, reembedder } = this.#parts;
    const { detectorId, embedderId } = settings.current;
    if ([detectorId, embedderId, reembedder.searchedWithId].includes(modelId)) {
      throw new RangeError(`Expected a model that is not in use, found ${modelId}`);
    }
    await own.remove(this.#require(modelId));
    await catalogue.refresh();
    this.#emit();
  }

  /** The new detector's own threshold, unless the user moved that of the one before. */
  #scoreAfter(before: ModelManifest | undefined, chosen: ModelManifest): Partial<Settings> {
    const wasMoved = this.#parts.settings.current.scoreThreshold !== before?.recommendedThreshold;
    if (wasMoved || chosen.recommendedThreshold === null) return {};
    return { scoreThreshold: chosen.recommendedThreshold };
  }

  #require(modelId: string): ModelManifest {
    const manifest = this.#parts.catalogue.find(modelId);
    if (!manifest) throw new RangeError(`Expected a model of the shelf, found "${modelId}"`);
    return manifest;
  }

  #emit(): void {
    this.#changes.emit(this.state);
  }
}

/** What is stored; nothing that could not be read back. Throws AppError MODEL_INCOMPATIBLE. */
function asListing(manifest: ModelManifest): ModelListing {
  try {
    return readListing({ ...manifest, download: null });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('MODEL_INCOMPATIBLE', reason, { cause });
  }
}

/**
 * The manifest of a file as its owner describes it. The same file described in another way (other pixel values, another output)
 * gives other vectors: it is another model, with an embedding space and a place on the shelf of its own.
 */
async function ownManifest(file: File, draft: ModelDraft): Promise<ModelManifest> {
  const sha256 = await sha256Of(await file.arrayBuffer());
  const { input, output } = draft;
  const reading = JSON.stringify({ version: OWN_READING_VERSION, input, output });
  const readingHash = (await sha256Of(new TextEncoder().encode(reading))).slice(0, 8);
  const id = `own-${sha256.slice(0, 12)}-${readingHash}`;
  return {
    id,
    task: draft.task,
    title: draft.title,
    file: `${id}.onnx`,
    sha256,
    bytes: file.size,
    input,
    output,
    // From 1 on, as every version is.
    preprocessVersion: Number.parseInt(readingHash, 16) + 1,
    recommendedThreshold: null,
    licence: draft.licence,
    origin: `Imported from ${file.name} on this device`,
    providersTried: ['wasm'],
    card: { trainedOn: draft.trainedOn, accuracy: [], failures: [] },
    golden: null,
  };
}

/** Hexadecimal. */
async function sha256Of(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
