import type { DetectionBatch, VehicleClass } from './detection';
import type { EmbeddedCrop, EmbeddingSpaceId, VehicleCrop } from './embedding';
import type { ErrorData } from './errors';
import type { CameraId, FrameImage, FrameMeta } from './frame';
import type {
  RemovalReport,
  RetentionPolicy,
  Sighting,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from './gallery';
import type { MatchThresholds, SightingId, TrackIdentity, VehicleId } from './match';
import type { BackendChoice, GoldenTest, ModelManifest } from './model';
import type {
  Adaptation,
  CameraPairThreshold,
  ConfirmedPair,
  PairSet,
  ReembedProgress,
} from './recognition';
import type { RecorderTap } from './recorder-tap';
import type { BlurChoice, PrivacyMask } from './session';
import type { DryRunResult, OnnxFacts } from './shelf';
import type { SourceInfo } from './source';
import type { EndedTrack, TrackBatch, TrackId } from './track';

/*
 * Three worker entries, all reached through comlink and `runtime/worker-host.ts`:
 *   probe       measures one model on one backend, then is thrown away
 *   perception  frame -> detection -> track -> crop
 *   identity    crop -> embedding -> match -> gallery
 * Perception hands crops to identity over a MessagePort that speaks {@link CropSinkApi}.
 */

/** How a preparer made the input tensor; shown in the HUD. */
export type FramePath = 'i420-simd' | 'webgpu' | 'canvas';

/** One measurement wanted from a probe. */
export interface ProbeRequest {
  readonly manifest: ModelManifest;
  /** Absolute address of the weights. */
  readonly modelUrl: string;
  /** Absolute address of the folder with ONNX Runtime's own files (`ort/` of the app); ends with a slash. */
  readonly runtimeBaseUrl: string;
  readonly provider: BackendChoice['provider'];
  readonly threadCount: number;
  /** Input shapes to time, in this order. */
  readonly inputs: readonly { readonly widthPx: number; readonly heightPx: number }[];
  /** Timed runs for each, after one that does not count. */
  readonly runCount: number;
}

/** One model in a file that is not on the shelf (yet). */
export interface ProbeFile {
  readonly file: Blob;
  /** Absolute address of the folder with ONNX Runtime's own files (`ort/` of the app); ends with a slash. */
  readonly runtimeBaseUrl: string;
}

/** All of it on one WASM thread but `measure`, which is told. */
export interface ProbeApi {
  /** Median milliseconds for each of `inputs`. Runs the golden test first. Throws AppError BACKEND_UNAVAILABLE, BACKEND_FAILED, BACKEND_WRONG, MODEL_*. */
  measure(request: ProbeRequest): Promise<readonly number[]>;
  /** Throws AppError MODEL_CORRUPT, MODEL_INCOMPATIBLE. */
  inspect(request: ProbeFile): Promise<OnnxFacts>;
  /** `manifest` describes the file; its `file`, `sha256` and `bytes` are not looked at. Transferred picture. Throws AppError MODEL_CORRUPT, MODEL_INCOMPATIBLE. */
  dryRun(
    request: ProbeFile & { readonly manifest: ModelManifest },
    picture: ImageBitmap,
  ): Promise<DryRunResult>;
  /** Makes the golden test of a file from what it answers here. */
  makeGolden(request: ProbeFile & { readonly manifest: ModelManifest }): Promise<GoldenTest>;
}

/** What may change while a run goes on. */
export interface PerceptionOptions {
  /** Detections at or above it make a track a vehicle; [0.05, 0.95]. Lower ones continue tracks, and make one only by persistence and motion. */
  readonly scoreThreshold: number;
  readonly classes: readonly VehicleClass[];
  /** Off: no crops are cut (bench, or the user turned recognition off). */
  readonly isEmbeddingEnabled: boolean;
}

export interface PerceptionConfig {
  readonly manifest: ModelManifest;
  /** Absolute address of the weights. */
  readonly modelUrl: string;
  /** Absolute address of the folder with ONNX Runtime's own files (`ort/` of the app); ends with a slash. */
  readonly runtimeBaseUrl: string;
  readonly backend: BackendChoice;
  readonly options: PerceptionOptions;
  /** Force one path (tests, bench); null lets the detector choose by backend and frame. */
  readonly framePath: FramePath | null;
  /** Run the golden test before anything else: this provider has not passed it on this device yet. */
  readonly isProviderNew: boolean;
}

export interface StageReady {
  readonly backend: BackendChoice;
  /** What is loaded: goes into every session with `backend`. */
  readonly model: Pick<ModelManifest, 'id' | 'sha256'>;
  readonly loadMs: number;
  readonly warmUpMs: number;
  /** Of a detector: whether it tells of persons, so that they can be blurred. Absent: it was not said. */
  readonly findsPersons?: boolean;
}

/** Milliseconds one frame spent in each stage of the perception worker. */
export interface PerceptionStageMs {
  readonly prepare: number;
  readonly detect: number;
  readonly track: number;
  /** Cutting crops out of the frame. Some tenths of a millisecond, so not shown: told so that the stages add up. */
  readonly crop: number;
}

export interface FrameResult {
  readonly meta: FrameMeta;
  readonly detections: DetectionBatch['detections'];
  readonly tracks: TrackBatch['tracks'];
  readonly ended: TrackBatch['ended'];
  readonly bridges: TrackBatch['bridges'];
  readonly stageMs: PerceptionStageMs;
  readonly framePath: FramePath;
  /** Live sources: frames closed unseen so far because a newer one was there. */
  readonly droppedCount: number;
  /** Unix milliseconds at which the worker received the frame (live) or was asked to analyse it (pull). */
  readonly receivedUnixMs: number;
}

/** Begins a run: the tracker forgets, frame ids restart. */
export interface RunStart {
  readonly epoch: number;
  readonly runId: string;
  readonly source: SourceInfo;
}

/** Every frame the worker took in must leave by one of the other two doors. */
export interface FrameLedger {
  readonly receivedCount: number;
  readonly analysedCount: number;
  readonly droppedCount: number;
  readonly openCount: number;
}

export interface PerceptionApi {
  /** Loads model and backend. Throws AppError MODEL_*, BACKEND_*; BACKEND_WRONG when the golden test fails. */
  configure(config: PerceptionConfig): Promise<StageReady>;
  setOptions(options: PerceptionOptions): void;
  /**
   * Port of a {@link CropSinkApi}; replaces the one before, whose pending crops count as refused. A run
   * that is going on is begun on the new one too, with the same {@link RunStart}: the caller must not
   * call `startRun` again for it.
   */
  connectIdentity(port: MessagePort): void;
  /** Blacks these regions out of every picture before anything else sees it, from the next one on; replaces those before. */
  setMasks(masks: readonly PrivacyMask[]): void;
  /** What is made unrecognisable in recorded pictures and stored crops, from the next picture on. At first nothing is. */
  setBlur(blur: BlurChoice): void;
  /** Pictures go there as well, from the next one on; replaces the tap before. Null: nowhere. Transferred port. */
  connectRecorder(tap: RecorderTap | null): void;
  /** Ends what the run before still had under way. The new run is not paused: `setPaused` comes after. */
  startRun(run: RunStart): void;
  /** Live: reads until the stream ends or `stopRun`; `onResult` after each frame. Transferred. */
  analyzeStream(
    readable: ReadableStream<VideoFrame>,
    onResult: (result: FrameResult) => void,
  ): Promise<FrameLedger>;
  /** Live on Safari: as above from a transferred track. */
  analyzeTrack(
    track: MediaStreamTrack,
    onResult: (result: FrameResult) => void,
  ): Promise<FrameLedger>;
  /**
   * Pull: analyses one transferred picture and closes it. Calls queue up in order; the page keeps at
   * most two under way (one in flight, one waiting). Offline runs resolve after the frame's crops
   * were embedded, so that nothing is lost.
   */
  analyzeFrame(image: FrameImage, meta: FrameMeta): Promise<FrameResult>;
  /** Live: the stream goes on but frames are closed unseen. */
  setPaused(isPaused: boolean): void;
  /**
   * Ends every track and the stream; resolves with the tracks that ended. Waits some seconds at most for
   * an identity worker that does not answer. A stop of an older epoch than the run's does nothing.
   */
  stopRun(epoch: number): Promise<readonly EndedTrack[]>;
  ledger(): FrameLedger;
  /**
   * Bench and tests: milliseconds of `count` bare inferences on a fixed input of the given frame
   * size, nothing else timed.
   */
  timeInference(widthPx: number, heightPx: number, count: number): Promise<readonly number[]>;
}

/** What identity tells perception about a crop it was given. */
export interface CropOutcome {
  readonly crop: EmbeddedCrop;
  /** Mean descriptor of the track so far, same space, unit length: for bridging occlusions. */
  readonly trackDescriptor: Float32Array;
}

/** The identity worker as perception sees it, over its own port. */
export interface CropSinkApi {
  /** Called again for the run that is going on, over another port: it goes on. */
  startRun(run: RunStart): void;
  /** Takes ownership of the crop's image. Null when the crop was refused (older epoch, blurred beyond use). */
  submit(crop: VehicleCrop): Promise<CropOutcome | null>;
  /** Which tracks were seen (not merely predicted) in a frame, and which ended: co-visibility and finalisation. */
  tracksUpdated(update: TracksUpdate): void;
  /** All tracks of the run are over; resolves when their sightings are durable. */
  endRun(ended: readonly EndedTrack[]): Promise<void>;
}

export interface TracksUpdate {
  readonly epoch: number;
  /** The camera whose frame this is about; `ended` and `bridges` are of its tracks, too. */
  readonly cameraId: CameraId;
  readonly captureTimeUs: number;
  /** Confirmed tracks only: a tentative one is no vehicle yet. */
  readonly seen: readonly {
    readonly trackId: TrackId;
    readonly vehicleClass: VehicleClass;
    readonly firstSeenUs: number;
    readonly hitCount: number;
  }[];
  readonly ended: readonly EndedTrack[];
  readonly bridges: TrackBatch['bridges'];
}

export interface IdentityConfig {
  readonly manifest: ModelManifest;
  /** Absolute address of the weights. */
  readonly modelUrl: string;
  /** Absolute address of the folder with ONNX Runtime's own files (`ort/` of the app); ends with a slash. */
  readonly runtimeBaseUrl: string;
  readonly backend: BackendChoice;
  /** As in {@link PerceptionConfig}. */
  readonly isProviderNew: boolean;
  readonly thresholds: MatchThresholds;
  readonly pairThresholds: readonly CameraPairThreshold[];
  readonly retention: RetentionPolicy;
  /** IndexedDB name; the headless command and tests use their own. */
  readonly databaseName: string;
}

export interface IdentityReady extends StageReady {
  readonly space: EmbeddingSpaceId;
  readonly vehicleCount: number;
}

/**
 * Totals since the embedder was loaded, over all runs: who wants those of one run takes the difference.
 * Crops that share an inference share its time.
 */
export interface IdentityTimings {
  readonly embedMsTotal: number;
  readonly embedCount: number;
  readonly matchMsTotal: number;
  readonly matchCount: number;
}

/** What a recording wants to know of a sighting beside what the gallery stores. */
export interface SightingTrace {
  /** Of the run, see {@link RunStart}; track ids are of it. */
  readonly epoch: number;
  /** More than one where an occlusion was bridged. */
  readonly trackIds: readonly TrackId[];
  /** Microseconds on the source's clock. */
  readonly startUs: number;
  readonly endUs: number;
  /** Of the sighting's space; null: unidentifiable. */
  readonly descriptor: Float32Array | null;
  /** Picture of the sighting's `cropId`; null: there is none, or it was told before. */
  readonly crop: Blob | null;
}

/** A sighting with what a recording wants to know of it. */
export interface TracedSighting {
  readonly sighting: Sighting;
  readonly trace: SightingTrace;
}

export type IdentityEvent =
  | { readonly type: 'identity'; readonly identity: TrackIdentity }
  /** A sighting was written; `detail` tells the newest state of its vehicle. */
  | {
      readonly type: 'sighting';
      readonly vehicle: VehicleSummary;
      readonly sighting: Sighting;
      readonly trace: SightingTrace;
    }
  /** Vehicles were removed or everything was deleted: lists must be read again. */
  | { readonly type: 'gallery-changed' }
  /** Writing failed; it is retried. `pendingCount` sightings wait in memory. */
  | { readonly type: 'storage-error'; readonly error: ErrorData; readonly pendingCount: number }
  /** What a `storage-error` told of is over: the gallery is open and no sighting waits any more. */
  | { readonly type: 'storage-recovered' }
  /** Live runs: a crop could not be embedded. Told once a run, which goes on. */
  | { readonly type: 'embedding-error'; readonly error: ErrorData }
  /** A few times a second at most, and at its end. After `finished` the gallery is searched in the target space by the next `configure`. */
  | { readonly type: 'reembedding'; readonly progress: ReembedProgress };

/** What re-embedding the gallery needs. */
export type ReembedConfig = Pick<
  IdentityConfig,
  'manifest' | 'modelUrl' | 'runtimeBaseUrl' | 'backend' | 'isProviderNew'
>;

/** In which space the gallery is searched. */
export interface GallerySpace {
  /** Null: it holds no descriptors, any embedder will do. */
  readonly space: EmbeddingSpaceId | null;
  /** Applied to that space's vectors before they are compared; null: none. */
  readonly adaptation: Adaptation | null;
}

export interface IdentityApi {
  /** Opens the gallery only: lists work before any model is loaded. Throws STORAGE_*, GALLERY_IN_USE. */
  openGallery(databaseName: string): Promise<{ readonly vehicleCount: number }>;
  /** Loads the embedder. Throws MODEL_*, BACKEND_*. Needs `openGallery` first. */
  configure(config: IdentityConfig): Promise<IdentityReady>;
  setThresholds(thresholds: MatchThresholds, pairThresholds: readonly CameraPairThreshold[]): void;
  gallerySpace(): Promise<GallerySpace>;
  /**
   * Re-embeds stored pictures with another embedder, between crops of a run and while there is none; resolves once it has
   * begun. What an earlier call got done is kept; sightings of a run that goes on meanwhile are caught up with. When all are
   * done and no run is on, the gallery's space changes and the old space's descriptors are removed, in one transaction.
   * Throws AppError MODEL_*, BACKEND_*.
   */
  reembed(config: ReembedConfig): Promise<void>;
  setReembeddingPaused(isPaused: boolean): void;
  /** Ends it and removes what it made. */
  cancelReembedding(): Promise<void>;
  /** Everything known about pairs in the space searched now. */
  pairSet(): Promise<PairSet>;
  confirmPair(pair: ConfirmedPair): Promise<void>;
  /** Forgets what the user said of a pair; nothing is no error. */
  takeBackPair(sightings: ConfirmedPair['sightings']): Promise<void>;
  /** What the user said of pairs with this sighting; null: of all pairs. */
  confirmedPairs(sightingId: SightingId | null): Promise<readonly ConfirmedPair[]>;
  /** Puts an adaptation of the space searched now in use, at once and for good; null: takes it back. Throws AppError EMBEDDING_SPACE_MISMATCH. */
  setAdaptation(adaptation: Adaptation | null): Promise<void>;
  /** Serves {@link CropSinkApi} on this port. */
  connectPerception(port: MessagePort): void;
  subscribe(listener: (event: IdentityEvent) => void): void;
  /** Newest last-seen first. */
  listVehicles(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<readonly VehicleSummary[]>;
  vehicle(id: VehicleId): Promise<VehicleDetail | null>;
  crop(cropId: string): Promise<Blob | null>;
  forgetVehicle(id: VehicleId): Promise<RemovalReport>;
  deleteEverything(): Promise<RemovalReport>;
  setRetention(policy: RetentionPolicy): Promise<RemovalReport>;
  usage(): Promise<StorageUsage>;
  timings(): IdentityTimings;
  /** Sightings of tracks that live now and are decided, as they would be stored this moment; with their pictures. */
  livingSightings(): Promise<readonly TracedSighting[]>;
  /**
   * Ends tracks that still live (perception may have died before it could) and resolves when every
   * sighting is durable. Rejects with the reason while some still wait; they are tried again.
   */
  finishRun(): Promise<void>;
}
