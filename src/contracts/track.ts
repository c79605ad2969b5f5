import type { Box, VehicleClass } from './detection';
import type { FrameMeta } from './frame';

/** Unique within one run, from 1. Not shown to people: they see vehicle numbers. */
export type TrackId = number;

/**
 * - `tentative`: too little evidence; never shown as a vehicle, never counted.
 * - `confirmed`: seen often enough, and in this frame or a moment ago.
 * - `lost`: confirmed before, not found now; its box is predicted.
 */
export type TrackState = 'tentative' | 'confirmed' | 'lost';

/** One vehicle being followed, as of one frame. */
export interface Track {
  readonly id: TrackId;
  readonly state: TrackState;
  /** Filtered (confirmed, tentative) or predicted (lost) box. */
  readonly box: Box;
  /** Velocity of the box centre, pixels a second. */
  readonly velocityXPxPerS: number;
  readonly velocityYPxPerS: number;
  /** By score-weighted vote over the track's detections. */
  readonly vehicleClass: VehicleClass;
  /** Score of the detection matched in this frame; null when none was. */
  readonly score: number | null;
  /** The unfiltered box of the detection matched in this frame; null when none was. Crops are cut with it. */
  readonly detectedBox: Box | null;
  readonly firstSeenUs: number;
  readonly lastSeenUs: number;
  /** Detections matched so far. */
  readonly hitCount: number;
}

/** A track that will not come back. */
export interface EndedTrack {
  readonly id: TrackId;
  /** False: it stayed tentative and is not a vehicle. */
  readonly wasConfirmed: boolean;
  readonly vehicleClass: VehicleClass;
  readonly firstSeenUs: number;
  readonly lastSeenUs: number;
  readonly hitCount: number;
}

/** An occlusion bridged by appearance: `absorbedId` was the continuation of `survivorId`. */
export interface TrackBridge {
  readonly survivorId: TrackId;
  readonly absorbedId: TrackId;
  /** Cosine between the two descriptors, [-1, 1]. */
  readonly similarity: number;
}

/** The tracker's answer to one frame. */
export interface TrackBatch {
  readonly meta: FrameMeta;
  /** Every living track, tentative ones included. */
  readonly tracks: readonly Track[];
  /** Tracks that ended at this frame. */
  readonly ended: readonly EndedTrack[];
  /** Bridges made since the last frame. */
  readonly bridges: readonly TrackBridge[];
}
