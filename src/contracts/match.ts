import type { TrackId } from './track';

/** Opaque and unique for ever. */
export type VehicleId = string;
/** Opaque and unique for ever. */
export type SightingId = string;

/**
 * Why a vehicle that resembles could not be chosen.
 * - `visible-at-the-same-time`: both were in one frame, so they are two.
 * - `held-by-another-track`: a track that is still followed, though perhaps out of sight, is that vehicle
 *   and resembles it as much or more.
 */
export const EXCLUSION_REASONS = ['visible-at-the-same-time', 'held-by-another-track'] as const;
export type ExclusionReason = (typeof EXCLUSION_REASONS)[number];

/** One vehicle of the gallery that resembles the query. */
export interface MatchCandidate {
  readonly vehicleId: VehicleId;
  readonly vehicleNumber: number;
  /** The sighting that resembled most. */
  readonly sightingId: SightingId;
  /** Cosine, [-1, 1]. */
  readonly similarity: number;
  /** Set when the candidate could not be chosen although it resembled. */
  readonly excludedBecause: ExclusionReason | null;
}

/** How similar is similar enough, with hysteresis. */
export interface MatchThresholds {
  /** A vehicle is recognised at or above this cosine. */
  readonly accept: number;
  /** A vehicle once recognised is given up below this cosine (lower than `accept`). */
  readonly keep: number;
}

/**
 * - `matched`: recognised as a vehicle of the gallery.
 * - `new`: nothing in the gallery was similar enough.
 * - `unidentifiable`: no crop of this track was good enough to embed; it has a number but no descriptor.
 */
export type MatchOutcome = 'matched' | 'new' | 'unidentifiable';

/** A decision and all of its evidence. */
export interface MatchDecision {
  readonly outcome: MatchOutcome;
  readonly vehicleId: VehicleId;
  readonly vehicleNumber: number;
  /** Similarity to the chosen vehicle; null unless `matched`. */
  readonly similarity: number | null;
  readonly thresholds: MatchThresholds;
  /**
   * Similarity that the best candidate not excluded had to reach: `accept`, and more when the next one is
   * nearly as similar. Null when there was no such candidate. A vehicle that is only kept need not reach it.
   */
  readonly requiredSimilarity: number | null;
  /** Best first, at most ten, whatever was decided. */
  readonly candidates: readonly MatchCandidate[];
  /** Times (source clock) of the crops whose mean was the query. */
  readonly cropTimesUs: readonly number[];
  /** How often this decision was revised while the track lived. */
  readonly revisionCount: number;
}

/** What the screen knows about a living track's identity. */
export interface TrackIdentity {
  readonly epoch: number;
  readonly trackId: TrackId;
  readonly decision: MatchDecision;
  /** End of the vehicle's last sighting before this one, Unix milliseconds; null for a new vehicle. */
  readonly lastSeenUnixMs: number | null;
  /** Position in the recording of that sighting when it came from a file. */
  readonly lastSeenMediaUs: number | null;
  /** The file or camera of that sighting. */
  readonly lastSeenLabel: string | null;
}
