import type { Box, Detection } from '../../../src/contracts/detection';
import type { CameraId } from '../../../src/contracts/frame';
import type { Sighting } from '../../../src/contracts/gallery';
import type { MatchDecision } from '../../../src/contracts/match';
import type { FrameTruth } from '../../../src/contracts/street';
import type { TrackId, TrackState } from '../../../src/contracts/track';

/** A track as the app reported it in one frame; a whole `Track` is one. */
export interface ReportedTrack {
  readonly id: TrackId;
  readonly box: Box;
  readonly state: TrackState;
}

/** What the app made of one frame. */
export interface ReportedFrame {
  readonly cameraId: CameraId;
  /** As in the frame's `FrameMeta`, and so as in its `FrameTruth`. */
  readonly captureTimeUs: number;
  /** Everything the detector proposed; those below `scoreThreshold` are left out of the scores. */
  readonly detections: readonly Detection[];
  /** Of every state: only confirmed ones are scored. */
  readonly tracks: readonly ReportedTrack[];
}

/** One `TrackIdentity` the app told, whenever it told one. The last of a track is the one that counts. */
export interface ReportedDecision {
  readonly cameraId: CameraId;
  readonly trackId: TrackId;
  /** Capture time of the frame it was told after. */
  readonly atUs: number;
  readonly decision: MatchDecision;
}

/** A whole run of the app over a street, and what was true. Nothing needs to be sorted. */
export interface StreetScoreInput {
  /**
   * Of every frame that was rendered. A frame is scored when both sides have it; the others are counted and
   * reported, because offline there must be none.
   */
  readonly truth: readonly FrameTruth[];
  readonly frames: readonly ReportedFrame[];
  readonly decisions: readonly ReportedDecision[];
  /** Every sighting of this run as the gallery holds it when the run is over. */
  readonly sightings: readonly Sighting[];
  /** Detections below it do not count: what the app itself works with. */
  readonly scoreThreshold: number;
}
