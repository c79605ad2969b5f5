import type { Box } from './detection';
import type { ErrorData } from './errors';
import type { CameraId } from './frame';
import type {
  PrivacyMask,
  RecordingOptions,
  ResultSettings,
  SessionCamera,
  SessionGap,
  SessionHeader,
  SessionId,
  SessionModel,
  SessionSighting,
} from './session';
import type { SourceKind } from './source';
import type { FrameResult } from './worker-api';

/*
 * Recording: the perception worker hands pictures over a port of its own ({@link RecordedFrame}), the page hands on
 * results and sightings, and the recording worker is the only writer of sessions.
 */

/** Everything a session is begun with. */
export interface RecordingConfig {
  readonly options: RecordingOptions;
  readonly runId: string;
  readonly sourceKind: SourceKind;
  readonly sourceLabel: string;
  readonly cameras: readonly SessionCamera[];
  readonly originUnixMs: number;
  readonly timeBase: 'wall' | 'media';
  /** `offline`: the source waits for the encoder, and nothing is dropped. */
  readonly pace: 'live' | 'offline';
  readonly framesPerSecond: number | null;
  readonly masks: readonly PrivacyMask[];
  readonly models: readonly SessionModel[];
  readonly settings: ResultSettings;
  /** Recording ends by itself, cleanly, before less than this is free for the origin. Bytes. */
  readonly reserveBytes: number;
}

/** A picture for the recorder, masked already. Transferred; the recorder closes it. */
export interface RecordedFrame {
  readonly image: VideoFrame;
  readonly cameraId: CameraId;
  readonly captureTimeUs: number;
  /** Analysed pictures are dropped last when the encoder cannot keep up. */
  readonly isAnalysed: boolean;
  /** To be made unrecognisable, in display pixels. Empty unless the user asked for blur. */
  readonly blurredBoxes: readonly Box[];
}

/** What the perception worker sends over the port. */
export type RecorderPortMessage =
  | { readonly type: 'frame'; readonly frame: RecordedFrame }
  /** A live picture was not sent: there was no credit for it. */
  | { readonly type: 'dropped'; readonly isAnalysed: boolean }
  /** No more comes over this port: the tap was taken away. */
  | { readonly type: 'end' };
/** What comes back: so many more pictures may be sent. The recorder grants eight at first, then one for each it is done with. */
export interface RecorderPortCredit {
  readonly type: 'credit';
  readonly count: number;
}

/** Where the perception worker sends its pictures; what is blurred in them is told by `PerceptionApi.setBlur`. */
export interface RecorderTap {
  /** Speaks {@link RecorderPortMessage} and {@link RecorderPortCredit}. */
  readonly port: MessagePort;
  /** Pictures that are not analysed are sent too. With blur they are not: nobody knows where to blur them. */
  readonly isEveryFrameSent: boolean;
}

/** A few times a second. */
export interface RecordingProgress {
  readonly sessionId: SessionId;
  readonly startUs: number;
  readonly endUs: number;
  readonly byteCount: number;
  /** Mean of the last half minute. */
  readonly bytesPerS: number;
  readonly videoFrameCount: number;
  readonly droppedAnalysedCount: number;
  readonly droppedOtherCount: number;
  /** Seconds of recording that still fit, at that rate; null until known. */
  readonly remainingS: number | null;
}

export type RecorderEvent =
  | { readonly type: 'progress'; readonly progress: RecordingProgress }
  /** Ended by itself: STORAGE_FULL, ENCODER_FAILED, another STORAGE_*. All that was committed is in the session. */
  | {
      readonly type: 'ended';
      /** Null: it could not be closed, and is offered as interrupted. */
      readonly session: SessionHeader | null;
      readonly error: ErrorData;
    };

/** A sighting as the recorder is told of it. */
export interface RecordedSighting {
  /** Of the run, see `RunStart`: track ids begin again with each, and the recorder keeps them apart. */
  readonly epoch: number;
  readonly sighting: Omit<SessionSighting, 'cropPart'>;
  /** Null: the one told before stays. */
  readonly crop: { readonly cropId: string; readonly picture: Blob } | null;
}

/** The recording worker. One recording at a time. */
export interface RecorderApi {
  /** Keeps the last `preRollS` seconds in memory until `begin` or `disarm`. */
  arm(config: RecordingConfig): Promise<void>;
  disarm(): Promise<void>;
  /**
   * Makes the session and begins to write, with what was kept since `arm`. Throws AppError STORAGE_*; ENCODER_UNSUPPORTED when video
   * is asked for and no codec can be written at the cameras' sizes.
   */
  begin(config: RecordingConfig): Promise<SessionId>;
  /** Pictures come from here, see {@link RecorderTap}; replaces the port before (the perception worker was started again). */
  connectFrames(port: MessagePort): void;
  /** Of every analysed frame, in order. */
  addResult(result: FrameResult): void;
  /** Replaces an earlier one of the same id. Those that ended before the recording's first moment are left out. */
  addSighting(sighting: RecordedSighting): void;
  addGap(gap: SessionGap): void;
  /**
   * Writes what is under way and closes the session; of one that is ending or ended by itself it answers that end. Throws AppError
   * STORAGE_* when it could not be closed: it is offered as interrupted then.
   */
  finish(): Promise<SessionHeader>;
  subscribe(listener: (event: RecorderEvent) => void): void;
}

/** What the screen knows about recording; changes rarely but for `progress`. */
export interface RecordingStatus {
  readonly state: 'off' | 'armed' | 'starting' | 'recording' | 'post-roll' | 'finishing';
  readonly options: RecordingOptions;
  readonly progress: RecordingProgress | null;
  /** Why it ended by itself or could not begin; null after the next start. */
  readonly error: ErrorData | null;
  /** The one that was just closed, to be offered for opening. */
  readonly lastSession: SessionHeader | null;
}

/** Recording as the screen sees it. */
export interface RecordingClient {
  readonly status: RecordingStatus;
  onStatus(listener: (status: RecordingStatus) => void): () => void;
  /** Begins with the options in the settings; a run must be on. Failures go to `status` and reject. */
  start(): Promise<void>;
  /** After the post-roll, if there is one; a second call ends at once. Resolves when the session is closed. */
  stop(): Promise<void>;
}
