import type { RecognitionTools } from './app';
import type { Detection } from './detection';
import type { ErrorData } from './errors';
import type { BackendChoice, ModelManifest, SizePx } from './model';
import type { SessionId, SessionsClient } from './session';
import type { SourceInfo } from './source';
import type {
  FrameTruth,
  StreetChoice,
  StreetQuality,
  StreetReady,
  StreetScenePlan,
  StreetStillRequest,
} from './street';
import type { SyncClient } from './sync';
import type { FrameLedger, ReembedConfig } from './worker-api';

/*
 * What a script that drives the built app in a browser may ask of it (`?headless` in the address).
 * The page holds an `<input type="file" multiple>` for it; files are named by their index in that.
 */

/** `id` of the input that takes the files. */
export const HEADLESS_FILES_ID = 'headless-files';

/** Query parameters of a headless page. */
export const HEADLESS_PARAMETERS = {
  headless: 'headless',
  /** The screen is there as well, for long runs that are watched from outside. */
  screen: 'screen',
  /** Analyse at most this many frames of a second of video. */
  framesPerSecond: 'fps',
  provider: 'provider',
  threadCount: 'threads',
  inputSidePx: 'side',
  scoreThreshold: 'score',
  matchThreshold: 'match',
  /** Ids of models on the shelf. */
  detector: 'detector',
  embedder: 'embedder',
  /** `off`: no crops, no embeddings, no gallery decisions. */
  embedding: 'embedding',
  framePath: 'path',
} as const;

/** Milliseconds a frame spent in each stage, mean over a whole video. */
export interface HeadlessStageMs {
  readonly decode: number;
  readonly prepare: number;
  readonly detect: number;
  readonly track: number;
  readonly embed: number;
  readonly match: number;
}

/** A model that made results, and how it ran. */
export type HeadlessModel = Pick<ModelManifest, 'id' | 'sha256'> &
  Pick<BackendChoice, 'provider' | 'threadCount' | 'inputSidePx'>;

export interface HeadlessModels {
  readonly detector: HeadlessModel | null;
  readonly embedder: HeadlessModel | null;
}

/** One video, analysed to its end. */
export interface HeadlessVideoSummary {
  readonly frames: number;
  readonly videoSeconds: number;
  readonly wallSeconds: number;
  /** Detections at or above the score threshold. */
  readonly detections: number;
  /** Tracks that were confirmed. */
  readonly tracks: number;
  /** Distinct vehicles among the sightings. */
  readonly vehicles: number;
  readonly stageMs: HeadlessStageMs;
  readonly backend: BackendChoice;
  readonly models: HeadlessModels;
  readonly source: SourceInfo;
  /** Set when the video ended early (damaged in the middle): what is above was analysed before. */
  readonly error: ErrorData | null;
}

/** Detections of chosen frames, for scoring the detector. */
export interface HeadlessFrameDetections {
  readonly frameIndex: number;
  readonly detections: readonly Detection[];
}

export interface HeadlessPipelineBench {
  /** Whole frame in the pipeline over bare inference: medians of interleaved rounds. */
  readonly wholeFrameOverInference: number;
  readonly wholeFrameMs: number;
  readonly inferenceMs: number;
  readonly overlayMsAt60Boxes: number;
  readonly trackerMsAt200Objects: number;
  readonly trackerOverInferenceAt200Objects: number;
  readonly framesPerSecond: number;
  readonly backend: BackendChoice;
}

/** A run as a person sees it: with embeddings, gallery, and the screen. */
export interface HeadlessScreenBench {
  /** Longest task of the page's thread, as the browser reports tasks over 50 ms; 0: none. */
  readonly longestMainThreadTaskMs: number;
  readonly mainThreadTasksOver50Ms: number;
  readonly watchedSeconds: number;
  readonly watchedFrameCount: number;
  /** Wall time a frame over bare inference, everything on. */
  readonly watchedFrameOverInference: number;
  /** Median milliseconds the page spent drawing picture and overlay of a frame. */
  readonly watchedDrawMs: number;
  /** Vehicles that got a number. */
  readonly watchedVehicleCount: number;
}

/** Analysis while it is recorded against analysis alone. */
export interface HeadlessRecordingBench {
  /** Frames a second with recording over those without: median of rounds, each against the two around it. */
  readonly analysisRateRecordingOverOff: number;
  readonly framesPerSecondOff: number;
  readonly framesPerSecondOn: number;
  readonly roundCount: number;
  readonly recordedFrameCount: number;
  /** Frames the encoder had no time for. A file waits for it, so: 0. */
  readonly droppedFrameCount: number;
  /** An hour of the clip's own time. */
  readonly recordedMegabytesPerHour: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** One Demo street, analysed to its end. `videoSeconds` is the street's length. */
export interface HeadlessStreetSummary extends HeadlessVideoSummary {
  /** What a detection had to reach to begin a track. */
  readonly scoreThreshold: number;
}

/** What drawing the street alone costs, with nothing analysed. */
export interface HeadlessStreetTiming {
  /** Median milliseconds of one frame as the worker measured it. */
  readonly renderMs: number;
  /** Frames a second as the page received them, one after another. */
  readonly framesPerSecond: number;
  readonly quality: StreetQuality;
  readonly rendererName: string;
}

/** Packed RGBA bytes, row by row, as Base64: what crosses to the driving script without a codec. */
export interface HeadlessPixels {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgbaBase64: string;
}

/** One still of the street and what the app's own detector found in it. */
export interface HeadlessStill {
  readonly truth: FrameTruth;
  readonly detections: readonly Detection[];
  readonly pixels: HeadlessPixels;
  /** The same as a PNG, as Base64; null when it was not wanted. */
  readonly pngBase64: string | null;
}

/** One vehicle of a still, cut by its true box as the app cuts crops by found ones. */
export interface HeadlessTruthCrop {
  readonly identity: number;
  readonly pixels: HeadlessPixels;
}

/** One model to time on one backend. */
export interface HeadlessMeasurement extends Pick<BackendChoice, 'provider' | 'threadCount'> {
  readonly manifest: ModelManifest;
  readonly size: SizePx;
  /** Timed runs, after one that does not count. */
  readonly runCount: number;
}

/** A picture's vector of unit length: float32, little-endian, as Base64; null when the app would refuse the picture. */
export type HeadlessVector = string | null;

/** A worker of the headless page's own: makes vectors from picture files, with the stages of the identity worker. */
export interface PictureEmbedderApi {
  /** Loads the embedder; one a worker. Throws AppError MODEL_*, BACKEND_*. */
  open(config: ReembedConfig): Promise<void>;
  /** In the order of `pictures`. Throws AppError BACKEND_FAILED; RangeError before `open`; DOMException for a file that is no picture. */
  embed(pictures: readonly Blob[]): Promise<readonly (Float32Array | null)[]>;
}

/** Stills side by side in one picture. */
export interface HeadlessSheetPlan {
  /** Row by row; all of one size. */
  readonly cells: readonly { readonly request: StreetStillRequest; readonly label: string }[];
  readonly columnCount: number;
}

export interface HeadlessApi {
  /** The endpoint as the screen has it. Without a screen it is looked at with the first call. */
  readonly sync: SyncClient;
  readonly sessions: Pick<SessionsClient, 'rename' | 'setCameraPosition'>;
  readonly recognition: Pick<RecognitionTools, 'confirmPair' | 'confirmedPairs'>;
  /** Imports a session file. */
  importSession(fileIndex: number): Promise<SessionId>;
  /** Analyses one file; JSON Lines go to `window.resightEmit` in batches, in order. */
  analyze(fileIndex: number): Promise<HeadlessVideoSummary>;
  /** Analyses a Demo street to its end, as `analyze` does a file, with a `truth` line for every frame. Needs `pace` `offline`. */
  analyzeStreet(choice: StreetChoice): Promise<HeadlessStreetSummary>;
  /** Times so many frames of a street, cameras in turn, that begin at `startUs` and are 1 / `framesPerSecond` apart. */
  timeStreet(
    plan: StreetScenePlan,
    frames: {
      readonly startUs: number;
      readonly framesPerSecond: number;
      readonly count: number;
    },
  ): Promise<HeadlessStreetTiming>;
  /** Builds the scenery for the stills below; again: builds it anew. */
  openStills(plan: StreetScenePlan): Promise<StreetReady>;
  /** Draws a still and runs the detector over it. Needs `openStills`. */
  detectStill(request: StreetStillRequest, wantsPng: boolean): Promise<HeadlessStill>;
  /** Draws a still and cuts every vehicle out of it of which anything is in the frame. Needs `openStills`. */
  cropStill(
    request: StreetStillRequest,
  ): Promise<{ readonly truth: FrameTruth; readonly crops: readonly HeadlessTruthCrop[] }>;
  /** Draws stills into one JPEG, as Base64. Needs `openStills`. */
  drawSheet(plan: HeadlessSheetPlan): Promise<string>;
  /** Runs the detector alone over the frames with these indices (decoded frames, from 0). */
  detect(
    fileIndex: number,
    frameIndices: readonly number[],
  ): Promise<readonly HeadlessFrameDetections[]>;
  /**
   * Vectors of picture files, each one whole crop, by the embedder that `manifest` describes; its weights are at their
   * address under `models/`. The embedder stays loaded for the next call with it.
   */
  embedImages(
    manifest: ModelManifest,
    fileIndices: readonly number[],
  ): Promise<readonly HeadlessVector[]>;
  /** Median milliseconds of one inference, in a worker of its own. Runs the golden test first. Throws AppError BACKEND_*, MODEL_*. */
  measureModel(measurement: HeadlessMeasurement): Promise<number>;
  /** Pixels of picture files, as the browser decodes them. */
  decodeImages(fileIndices: readonly number[]): Promise<readonly HeadlessPixels[]>;
  /** Frames that came in and went out of the perception worker. */
  ledger(): Promise<FrameLedger>;
  benchPipeline(fileIndex: number, roundCount: number): Promise<HeadlessPipelineBench>;
  /** Needs the screen as well; analyses so many seconds, at most to the file's end. */
  benchScreen(fileIndex: number, seconds: number): Promise<HeadlessScreenBench>;
  /** The file must have some hundred frames. */
  benchRecording(fileIndex: number): Promise<HeadlessRecordingBench>;
}

declare global {
  interface Window {
    /** There on a `?headless` page once it is ready. */
    resight?: HeadlessApi;
    /** Put there by the script that drives the page. */
    resightEmit?: (lines: readonly string[]) => Promise<void>;
  }
}
