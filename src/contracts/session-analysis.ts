import type { ResultSetId, SessionHeader, SessionId } from './session';

/*
 * Analysing a stored session again: its recorded pictures go through detector, tracker and embedder as a video file's do, and the
 * results become a further result set of the session. The user's gallery does not hear of it.
 */

/** What is analysed again, and with what in place of the app's settings; the models are those chosen in them. */
export interface SessionAnalysisRequest {
  readonly sessionId: SessionId;
  /** What the result set is called; empty: made of the detector, its input side and the day. */
  readonly label: string;
  /** As `Settings.scoreThreshold`. */
  readonly scoreThreshold: number;
  /** Longer side of the detector's input; null: measured, as by `Settings.inputSideOverridePx`. */
  readonly inputSidePx: number | null;
  /** Leaves out pictures that were not analysed when they were recorded. */
  readonly isAnalysedOnly: boolean;
}

/**
 * - `preparing`: models are loaded.
 * - `finishing`: the last results are written, or those there are are removed.
 */
export type SessionAnalysisStatus =
  | { readonly state: 'off' }
  | { readonly state: 'preparing' | 'finishing'; readonly sessionId: SessionId }
  | {
      readonly state: 'running';
      readonly sessionId: SessionId;
      /** Of the session's time, [0, 1]. */
      readonly fraction: number;
      readonly analysedCount: number;
      /** Null until known. */
      readonly remainingMs: number | null;
    };

/** What came of it. */
export interface SessionAnalysisOutcome {
  readonly session: SessionHeader;
  readonly resultSet: ResultSetId;
  /** Pieces of video of which something could not be decoded: their pictures were left out. */
  readonly damagedSegmentCount: number;
}

/** Analysing sessions again as the screen sees it. One at a time, and never beside a run or a recording. */
export interface SessionAnalysisClient {
  readonly status: SessionAnalysisStatus;
  /** A few times a second. */
  onStatus(listener: (status: SessionAnalysisStatus) => void): () => void;
  /**
   * Resolves when the further result set is stored; else the session stays as it was. Throws AppError ANALYSIS_BUSY while something else is
   * analysed or recorded, SESSION_IN_USE while the session is written, SESSION_DAMAGED, VIDEO_NO_PICTURE, VIDEO_CODEC_UNSUPPORTED, MODEL_*,
   * BACKEND_*, STORAGE_*, GALLERY_IN_USE while another tab does the same; RangeError for a session that is not complete; AbortError after
   * `cancel`.
   */
  start(request: SessionAnalysisRequest): Promise<SessionAnalysisOutcome>;
  /** Ends it and removes its results; resolves when that is done. */
  cancel(): Promise<void>;
}
