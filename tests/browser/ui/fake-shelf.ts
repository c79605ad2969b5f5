import type { Unsubscribe } from '../../../src/contracts/app';
import type { ErrorData } from '../../../src/contracts/errors';
import type { ExecutionProvider, ModelManifest } from '../../../src/contracts/model';
import type {
  DryRunResult,
  ModelDraft,
  ModelShelf,
  ModelSpeed,
  OnnxFacts,
  ShelfState,
} from '../../../src/contracts/shelf';
import { AppError } from '../../../src/core/app-error';
import { ABSENT_DETECTOR, FAKE_MODELS, IMPORT_FACTS } from './fake-models';

const SPEEDS: readonly ModelSpeed[] = [
  { provider: 'webgpu', threadCount: 1, medianMs: 18.4, error: null },
  { provider: 'wasm', threadCount: 4, medianMs: 41.2, error: null },
  { provider: 'wasm', threadCount: 1, medianMs: 121.7, error: null },
];

/** A shelf that does at once what it is asked, and remembers it; tests change `state` with `set`. */
export class FakeShelf implements ModelShelf {
  readonly calls: string[] = [];
  state: ShelfState = {
    models: [
      ...FAKE_MODELS.map((manifest) => ({ place: 'built-in', manifest }) as const),
      { place: 'absent', listing: ABSENT_DETECTOR },
    ],
    detectorId: 'detect-small',
    embedderId: 'embed-one',
    searchedWithId: 'embed-one',
    reembedding: null,
    quarantined: [],
  };
  /** Thrown by the next `inspect`, `dryRun` or `add`. */
  nextError: ErrorData | null = null;
  facts: OnnxFacts = IMPORT_FACTS;
  speeds = SPEEDS;
  /** With it, `measure` and `inspect` end only by their signal. */
  isEndless = false;
  drafts: ModelDraft[] = [];
  readonly #listeners = new Set<(state: ShelfState) => void>();

  onChanged(listener: (state: ShelfState) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Changes the state as the machinery would. */
  set(change: Partial<ShelfState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener(this.state);
  }

  refresh(): Promise<void> {
    this.calls.push('refresh');
    return Promise.resolve();
  }

  use(modelId: string): void {
    this.calls.push(`use ${modelId}`);
    const isEmbedder = modelId.startsWith('embed');
    if (!isEmbedder) return this.set({ detectorId: modelId });
    const reembedding = {
      targetSpace: `${modelId}:1`,
      state: 'running',
      doneCount: 120,
      totalCount: 900,
      skippedCount: 0,
      errorMessage: null,
    } as const;
    this.set({ embedderId: modelId, reembedding });
  }

  pauseReembedding(): void {
    this.calls.push('pauseReembedding');
    const { reembedding } = this.state;
    if (reembedding) this.set({ reembedding: { ...reembedding, state: 'paused' } });
  }

  resumeReembedding(): void {
    this.calls.push('resumeReembedding');
    const { reembedding } = this.state;
    if (reembedding) this.set({ reembedding: { ...reembedding, state: 'running' } });
  }

  cancelReembedding(): Promise<void> {
    this.calls.push('cancelReembedding');
    this.set({ embedderId: this.state.searchedWithId ?? 'embed-one', reembedding: null });
    return Promise.resolve();
  }

  async measure(
    modelId: string,
    onSpeed: (speed: ModelSpeed) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.calls.push(`measure ${modelId}`);
    for (const speed of this.speeds) {
      await Promise.resolve();
      onSpeed(speed);
    }
    if (this.isEndless) await aborted(signal);
  }

  release(modelId: string, provider: ExecutionProvider): void {
    this.calls.push(`release ${modelId} ${provider}`);
    const quarantined = this.state.quarantined.filter(
      (entry) => entry.modelId !== modelId || entry.provider !== provider,
    );
    this.set({ quarantined });
  }

  async inspect(file: File, signal: AbortSignal): Promise<OnnxFacts> {
    this.calls.push(`inspect ${file.name}`);
    await this.#answer();
    if (this.isEndless) await aborted(signal);
    return this.facts;
  }

  async dryRun(
    file: File,
    draft: ModelDraft,
    picture: ImageBitmap,
    _signal: AbortSignal,
  ): Promise<DryRunResult> {
    this.calls.push(`dryRun ${file.name} ${picture.width}x${picture.height}`);
    await this.#answer();
    this.drafts.push(draft);
    if (draft.task === 'embed') {
      return { task: 'embed', inferenceMs: 9.3, dimension: 256, selfSimilarity: 0.97 };
    }
    const { width, height } = picture;
    const box = { x1: width * 0.2, y1: height * 0.3, x2: width * 0.6, y2: height * 0.8 };
    return {
      task: 'detect',
      inferenceMs: 64.2,
      detections: [
        { box, score: 0.91, vehicleClass: 'car' },
        { box: { ...box, x1: width * 0.65, x2: width * 0.95 }, score: 0.4, vehicleClass: 'bus' },
      ],
    };
  }

  async add(file: File, draft: ModelDraft): Promise<ModelManifest> {
    this.calls.push(`add ${file.name}`);
    await this.#answer();
    const [like] = FAKE_MODELS;
    if (!like) throw new Error('Expected a model to copy, found none');
    const { title, task, input, output, licence } = draft;
    const id = `${task === 'embed' ? 'embed' : 'detect'}-own-1`;
    const manifest = { ...like, id, title, task, input, output, licence };
    this.set({ models: [...this.state.models, { place: 'own', manifest }] });
    return manifest;
  }

  remove(modelId: string): Promise<void> {
    this.calls.push(`remove ${modelId}`);
    const models = this.state.models.filter(
      (model) => model.place === 'absent' || model.manifest.id !== modelId,
    );
    this.set({ models });
    return Promise.resolve();
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (!this.nextError) return;
    const { code, message } = this.nextError;
    this.nextError = null;
    throw new AppError(code, message);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new DOMException('Cancelled', 'AbortError'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
