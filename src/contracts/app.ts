import type { VehicleClass } from './detection';
import type { ErrorData } from './errors';
import type { SessionFilesClient } from './export';
import type { FrameImage } from './frame';
import type {
  RemovalReport,
  RetentionPolicy,
  Sighting,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from './gallery';
import type { EmbeddingSpaceId } from './embedding';
import type { SightingId, TrackIdentity, VehicleId } from './match';
import type { BackendChoice } from './model';
import type {
  Adaptation,
  AdaptationOutcome,
  AdaptationProgress,
  Calibration,
  CameraPairThreshold,
  ConfirmedPair,
} from './recognition';
import type { ModelShelf } from './shelf';
import type { RecordingClient } from './recording';
import type { SessionAnalysisClient } from './session-analysis';
import type { PrivacyMask, RecordingOptions, SessionRetention, SessionsClient } from './session';
import type { CameraDevice, CameraSettings, SourceInfo } from './source';
import type { StreetChoice } from './street';
import type { SyncClient } from './sync';
import type { FramePath, FrameResult, StageReady } from './worker-api';

/*
 * What the screen and the headless command see of the machinery: one controller, plain state, events.
 * `runtime/` implements it; `ui/` and `headless/` only ever import these types and receive the object.
 */

/** Layers of the overlay the user may turn off. */
export interface OverlayLayers {
  readonly boxes: boolean;
  readonly labels: boolean;
  readonly trails: boolean;
}

/** All that the user can set; each part is validated when read back from the device. */
export interface Settings {
  readonly camera: CameraSettings;
  /** Detector score at or above which a track may start. */
  readonly scoreThreshold: number;
  /** Cosine at or above which a vehicle is recognised; in the space the gallery is searched in. */
  readonly matchThreshold: number;
  /** Calibrated for two cameras, in whatever space: those of another space rest. */
  readonly pairThresholds: readonly CameraPairThreshold[];
  readonly classes: readonly VehicleClass[];
  readonly layers: OverlayLayers;
  readonly isHudVisible: boolean;
  readonly theme: 'system' | 'dark' | 'light';
  readonly retention: RetentionPolicy;
  /** Of recorded sessions. At first there is no limit: what someone recorded on purpose is not removed behind their back. */
  readonly sessionRetention: SessionRetention;
  /** Of any camera, also of those that are not in use now. Apply at once. */
  readonly masks: readonly PrivacyMask[];
  /** What the next recording keeps. */
  readonly recording: RecordingOptions;
  /** Model ids. The gallery may still be searched with another embedder, see {@link ModelShelf}. */
  readonly detectorId: string;
  readonly embedderId: string;
  /** Null: measure and remember. */
  readonly backendOverride: Pick<BackendChoice, 'provider' | 'threadCount'> | null;
  /** Longer side of the detector input; null: measure and remember. */
  readonly inputSideOverridePx: number | null;
}

export type RunState =
  | 'idle'
  /** Opening the source, choosing a backend, loading models. */
  | 'preparing'
  | 'running'
  | 'paused'
  /** Finishing tracks and writing sightings. */
  | 'stopping'
  /** A file was analysed to its end. */
  | 'finished'
  | 'failed';

export type PreparingStep =
  'opening-source' | 'measuring-backend' | 'loading-models' | 'warming-up';

/** A stretch of time nothing was analysed although a run was on. */
export interface Gap {
  readonly startUnixMs: number;
  /** Null while it lasts. */
  readonly endUnixMs: number | null;
  readonly reason:
    'hidden' | 'camera-lost' | 'camera-muted' | 'worker-restarted' | 'device-slept' | 'no-frames';
}

/** How far a file is. */
export interface RunProgress {
  readonly analysedCount: number;
  readonly positionUs: number;
  readonly durationUs: number | null;
  readonly framesPerSecond: number;
  /** Estimated from the last seconds; null until known. */
  readonly remainingMs: number | null;
}

/** Changes rarely (not a frame); safe to put in a reactive graph. */
export interface RunStatus {
  readonly state: RunState;
  readonly step: PreparingStep | null;
  /** Names the run in the gallery and in sessions; null: none has begun. */
  readonly runId: string | null;
  readonly source: SourceInfo | null;
  readonly error: ErrorData | null;
  /** When analysis began, Unix milliseconds; reopening a lost camera does not change it. Null before. */
  readonly startedUnixMs: number | null;
  readonly gaps: readonly Gap[];
  /** The gap going on now, if any. */
  readonly currentGap: Gap | null;
  readonly detector: StageReady | null;
  readonly embedder: StageReady | null;
  /** Live camera's stream for a video element; null: draw the frames from `onFrame`. */
  readonly previewStream: MediaStream | null;
  /** Something is wrong but the run goes on (storage full, fell back to WASM). */
  readonly warning: ErrorData | null;
}

/** Sampled by the HUD a few times a second; never reactive. */
export interface RunStats {
  readonly framesPerSecond: number;
  readonly analysedCount: number;
  /** Frames the source made that nobody analysed, those of a pause included. */
  readonly droppedCount: number;
  /** Rolling medians, milliseconds a frame. */
  readonly stageMs: {
    readonly decode: number;
    readonly prepare: number;
    readonly detect: number;
    readonly track: number;
    readonly embed: number;
    readonly match: number;
    readonly draw: number;
  };
  /** From a live frame's arrival in the app to its overlay being painted; null before the first. */
  readonly latencyMs: number | null;
  readonly framePath: FramePath | null;
  readonly confirmedTrackCount: number;
  readonly progress: RunProgress | null;
}

export type Unsubscribe = () => void;

/** Starts, pauses and stops runs; the only thing a screen talks to. */
export interface AnalysisController {
  readonly status: RunStatus;
  readonly settings: Settings;
  readonly shelf: ModelShelf;
  readonly recognition: RecognitionTools;
  readonly sessions: SessionsClient;
  readonly sessionFiles: SessionFilesClient;
  readonly recording: RecordingClient;
  readonly sessionAnalysis: SessionAnalysisClient;
  /** Without a connection it makes no request. */
  readonly sync: SyncClient;
  onStatus(listener: (status: RunStatus) => void): Unsubscribe;
  /** Per frame: draw, do not store. */
  onResult(listener: (result: FrameResult) => void): Unsubscribe;
  /** Pulled sources only: the picture that belongs to `result`, borrowed until the listener returns. */
  onFrame(listener: (image: FrameImage, result: FrameResult) => void): Unsubscribe;
  onIdentity(listener: (identity: TrackIdentity) => void): Unsubscribe;
  /** Identities of living tracks by track id. */
  readonly identities: ReadonlyMap<number, TrackIdentity>;
  stats(): RunStats;

  listCameras(): Promise<readonly CameraDevice[]>;
  /** A camera came or went: list them again. */
  onCamerasChanged(listener: () => void): Unsubscribe;
  /** Resolves when the run has begun; failures go to `status` and reject. */
  startCamera(): Promise<void>;
  openVideo(file: File): Promise<void>;
  /** Starts the Demo street, which keeps its vehicles in a gallery of its own. What is left out is as in the showroom. */
  startStreet(choice?: Partial<StreetChoice>): Promise<void>;
  pause(): void;
  resume(): void;
  /** Ends the run and waits until its sightings are stored. */
  stop(): Promise<void>;
  /** Whether the running camera has a torch. */
  readonly hasTorch: boolean;
  /** Applies at once where it can, else at the next start. Stored on the device. */
  updateSettings(change: Partial<Settings>): void;
  /** Forgets remembered measurements and measures again at the next start. */
  measureAgain(): void;
  /**
   * Told by the painter, for the HUD: milliseconds the page's thread spent, and when the frame that was
   * shown for the first time had been received (`FrameResult.receivedUnixMs`); null for a repaint.
   */
  reportDraw(ms: number, receivedUnixMs: number | null): void;

  /** The user's own; from the start of a Demo street until the next other run or `leaveStreet` that of the street. `onChanged` tells of the change. */
  readonly gallery: GalleryClient;
  /** Which gallery that is. */
  readonly isStreetGallery: boolean;
  /** Ends the Demo street, if it is on, and shows the user's own gallery again. */
  leaveStreet(): Promise<void>;
}

/** Calibration and adaptation, on the gallery that is in use. */
export interface RecognitionTools {
  /** In use; null: none. */
  readonly adaptation: Adaptation | null;
  /** The space that matches are made in now, adaptation included; null: the gallery is empty. */
  readonly space: EmbeddingSpaceId | null;
  onChanged(listener: () => void): Unsubscribe;
  /** All cameras together first, then each pair of cameras there are pairs of; with the adaptation in use. `falseMatchRate` in (0, 1). */
  calibrate(falseMatchRate: number): Promise<readonly Calibration[]>;
  confirmPair(a: SightingId, b: SightingId, isSame: boolean): Promise<void>;
  /** What was said of them is said no more; nothing is no error. */
  takeBackPair(a: SightingId, b: SightingId): Promise<void>;
  confirmedPairs(sightingId: SightingId): Promise<readonly ConfirmedPair[]>;
  /** Learns a projection; nothing is in use until `keep`. AbortError on abort. */
  learn(
    onProgress: (progress: AdaptationProgress) => void,
    signal: AbortSignal,
  ): Promise<AdaptationOutcome>;
  /** Puts it in use, with its threshold. */
  keep(adaptation: Adaptation): Promise<void>;
  /** Takes the adaptation back, and the threshold there was before. */
  undo(): Promise<void>;
}

/** The gallery as the screen sees it. */
export interface GalleryClient {
  /** Rejects with the reason when the gallery could not be opened. */
  ready(): Promise<void>;
  list(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<readonly VehicleSummary[]>;
  vehicle(id: VehicleId): Promise<VehicleDetail | null>;
  crop(cropId: string): Promise<Blob | null>;
  forget(id: VehicleId): Promise<RemovalReport>;
  deleteEverything(): Promise<RemovalReport>;
  usage(): Promise<StorageUsage>;
  /** A sighting was stored. */
  onSighting(listener: (vehicle: VehicleSummary, sighting: Sighting) => void): Unsubscribe;
  /** Read the list again. */
  onChanged(listener: () => void): Unsubscribe;
}
