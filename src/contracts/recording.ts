import type { ErrorData } from './errors';
import type {
  PrivacyMask,
  RecordingOptions,
  ResultSet,
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
 * Recording: the perception worker hands pictures over a port of its own (`recorder-tap.ts`), the page hands on
 * results and sightings, and the recording worker is the only writer of sessions.
 */

/** Results are recorded into a complete session, as a result set of their own; if it ends too early, the session stays as it was. */
export interface FurtherAnalysis {
  readonly sessionId: SessionId;
  readonly resultSet: Pick<ResultSet, 'id' | 'label'>;
}

/** Everything a session is begun with. */
export interface RecordingConfig {
  /** Null: a new session. Else what describes a session is not looked at, and no video is recorded. */
  readonly furtherAnalysis: FurtherAnalysis | null;
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
   * is asked for and no codec can be written at the cameras' sizes; SESSION_IN_USE when the session of a further analysis is.
   */
  begin(config: RecordingConfig): Promise<SessionId>;
  /** Pictures come from here, see `RecorderTap`; replaces the port before (the perception worker was started again). */
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
  /** Ends the recording, if one is on, and removes all that it wrote. Throws AppError STORAGE_*. */
  discard(): Promise<void>;
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
