import type { Detection } from './detection';
import type { ErrorData } from './errors';
import type {
  ExecutionProvider,
  ModelInputSpec,
  ModelListing,
  ModelManifest,
  ModelOutputSpec,
  ModelTask,
} from './model';
import type { ReembedProgress } from './recognition';

/*
 * The model shelf as the Models page sees it. `runtime/model-shelf.ts` implements it; weights never come from another origin
 * than the app's own or from a file the user chose.
 */

/**
 * - `built-in`: comes with the app.
 * - `added`: put into the served app by `npm run models -- add`.
 * - `own`: imported by the user, kept on this device.
 * - `absent`: known, but whoever serves the app has not added it.
 */
export type ShelfPlace = 'built-in' | 'added' | 'own' | 'absent';

/** One model as the page shows it. */
export type ShelfModel =
  | { readonly place: Exclude<ShelfPlace, 'absent'>; readonly manifest: ModelManifest }
  | { readonly place: 'absent'; readonly listing: ModelListing };

/** A provider that computed nonsense with a model, or crashed on it; it is not used for it on this device. */
export interface QuarantinedProvider {
  readonly modelId: string;
  readonly provider: ExecutionProvider;
  readonly reason: string;
  readonly sinceUnixMs: number;
}

/** How fast a model is here. */
export interface ModelSpeed {
  readonly provider: ExecutionProvider;
  readonly threadCount: number;
  /** Median of one inference (detectors at 416 px or their fixed size); null: it did not run, see `error`. */
  readonly medianMs: number | null;
  readonly error: ErrorData | null;
}

/** What an ONNX file says of itself. */
export interface OnnxFacts {
  readonly bytes: number;
  readonly sha256: string;
  readonly inputs: readonly OnnxTensorFacts[];
  readonly outputs: readonly OnnxTensorFacts[];
}

export interface OnnxTensorFacts {
  readonly name: string;
  readonly type: string;
  /** Null: free. */
  readonly shape: readonly (number | null)[];
}

/** What the import form says of a file. */
export interface ModelDraft {
  readonly title: string;
  readonly task: ModelTask;
  readonly input: ModelInputSpec;
  readonly output: ModelOutputSpec;
  readonly licence: string;
  readonly trainedOn: string;
}

/** What a draft made of a picture. */
export type DryRunResult = { readonly inferenceMs: number } & (
  | { readonly task: 'detect'; readonly detections: readonly Detection[] }
  /** `selfSimilarity`: cosine of the picture with its mirror image, which should be high. */
  | { readonly task: 'embed'; readonly dimension: number; readonly selfSimilarity: number }
);

export interface ShelfState {
  readonly models: readonly ShelfModel[];
  /** Chosen by the user (or the default). */
  readonly detectorId: string;
  readonly embedderId: string;
  /** Embedder the gallery is searched with now: another than chosen while the gallery is re-embedded. Null: the gallery is empty. */
  readonly searchedWithId: string | null;
  readonly reembedding: ReembedProgress | null;
  readonly quarantined: readonly QuarantinedProvider[];
}

export interface ModelShelf {
  readonly state: ShelfState;
  onChanged(listener: (state: ShelfState) => void): () => void;
  /** Reads `installed.json` and the user's own models again. Never rejects: what cannot be read is left out. */
  refresh(): Promise<void>;
  /** Chooses a model: a detector from the next start on, an embedder once the gallery is re-embedded. Throws RangeError for one that is absent. */
  use(modelId: string): void;
  pauseReembedding(): void;
  resumeReembedding(): void;
  /** Back to the embedder the gallery is searched with; what was re-embedded so far goes. */
  cancelReembedding(): Promise<void>;
  /** Times a model on every provider there is, one after the other. AbortError on abort. */
  measure(
    modelId: string,
    onSpeed: (speed: ModelSpeed) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Gives a quarantined provider another chance. */
  release(modelId: string, provider: ExecutionProvider): void;
  /** Looks into a file. Throws AppError MODEL_CORRUPT (no ONNX model, cut off), MODEL_INCOMPATIBLE (an operator or type the runtime lacks). */
  inspect(file: File, signal: AbortSignal): Promise<OnnxFacts>;
  /** Runs a draft on a picture. Throws AppError MODEL_INCOMPATIBLE naming what was expected and what was found. Borrows the picture. */
  dryRun(
    file: File,
    draft: ModelDraft,
    picture: ImageBitmap,
    signal: AbortSignal,
  ): Promise<DryRunResult>;
  /** Keeps a model on this device. Throws AppError STORAGE_FULL, STORAGE_UNAVAILABLE, MODEL_INCOMPATIBLE. */
  add(file: File, draft: ModelDraft): Promise<ModelManifest>;
  /** Removes a model of the user's own. Throws RangeError for one that is in use. */
  remove(modelId: string): Promise<void>;
}
