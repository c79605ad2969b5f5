import type { EmbeddingSpaceId } from './embedding';
import type { CameraId } from './frame';
import type { SightingId } from './match';

/*
 * How well recognition does on this device's own vehicles, and what can be learned from them.
 *
 * Evidence comes as pairs of vectors. Two halves of one track are the same vehicle; two vehicles seen in one frame are
 * different ones; the user says of others. Everything is in the space of the embedder itself: an adaptation is a
 * projection of it, applied where vectors are compared, and taken back by no longer applying it.
 */

/** Where it is known from whether two are one. */
export type PairEvidence = 'same-track' | 'seen-together' | 'confirmed';

/** What the user said of two sightings; the newest of a pair counts. */
export interface ConfirmedPair {
  /** The lower id first: a pair has one entry. */
  readonly sightings: readonly [SightingId, SightingId];
  readonly isSame: boolean;
  readonly confirmedUnixMs: number;
}

/** What the user says of two sightings; `taken-back`: nothing any more. */
export type PairVerdict = 'same' | 'different' | 'taken-back';

/** Two vectors of which it is known whether they show one vehicle. Indices into {@link PairSet.vectors}. */
export interface VectorPair {
  readonly a: number;
  readonly b: number;
  readonly isSame: boolean;
  readonly evidence: PairEvidence;
}

/** All pairs the gallery can tell of, bounded (newest first) to what a phone can work on. */
export interface PairSet {
  /** Of the embedder, without adaptation. */
  readonly space: EmbeddingSpaceId;
  readonly dimension: number;
  /** Unit length, row by row. Transferred. */
  readonly vectors: Float32Array;
  /** By vector, as the two after it. */
  readonly cameraIds: readonly CameraId[];
  readonly cameraLabels: readonly string[];
  /** Pairs with one group in common show a common vehicle: held-out pairs must come from groups of their own. */
  readonly groups: readonly number[];
  readonly pairs: readonly VectorPair[];
}

/** `accept` for two cameras, in either order. */
export interface CameraPairThreshold {
  readonly space: EmbeddingSpaceId;
  readonly cameraIds: readonly [CameraId, CameraId];
  readonly accept: number;
}

/** Similarities of one kind in equal bins over [-1, 1]. */
export interface SimilarityHistogram {
  readonly counts: readonly number[];
  readonly total: number;
}

/** What a threshold would do, from counted pairs. */
export interface ThresholdProposal {
  readonly accept: number;
  /** Share of different pairs at or above it, and its upper bound at 95 % confidence. */
  readonly falseMatchRate: number;
  readonly falseMatchRateUpper: number;
  /** Share of same pairs below it. */
  readonly falseNonMatchRate: number;
  readonly sameCount: number;
  readonly differentCount: number;
}

/** Both histograms, and the threshold for the rate that was asked for; null: too few pairs to say. */
export interface Calibration {
  /** Null: all cameras together; one entry twice: within one camera. */
  readonly cameraIds: readonly [CameraId, CameraId] | null;
  /** Their names for people, in the same order. */
  readonly cameraLabels: readonly [string, string] | null;
  readonly same: SimilarityHistogram;
  readonly different: SimilarityHistogram;
  readonly equalErrorRate: number | null;
  readonly proposal: ThresholdProposal | null;
  /** Why there is no proposal, or why to doubt it, in words; null: nothing to say. */
  readonly caution: string | null;
}

/** A learned linear projection of one embedder's vectors. */
export interface Adaptation {
  /** Eight hexadecimal digits of the matrix's SHA-256. */
  readonly id: string;
  readonly baseSpace: EmbeddingSpaceId;
  readonly inputDimension: number;
  readonly outputDimension: number;
  /** `outputDimension` rows of `inputDimension`: projected = matrix x vector, then unit length. */
  readonly matrix: Float32Array;
  readonly learnedUnixMs: number;
  readonly report: AdaptationReport;
  /** `accept` in the adapted space that gives the false match rate the embedder's own threshold gave on the same pairs. */
  readonly accept: number;
}

/** Before and after, on pairs of vehicles that were not learned from: each is judged by what the others taught. */
export interface AdaptationReport {
  readonly before: SeparationScores;
  readonly after: SeparationScores;
  readonly trainingPairCount: number;
  readonly heldOutPairCount: number;
  readonly epochCount: number;
}

/** How well same and different pairs come apart. Fractions. */
export interface SeparationScores {
  readonly equalErrorRate: number;
  /** Share of same pairs found at a false match rate of one in a hundred. */
  readonly recallAtOnePercent: number;
}

export interface AdaptationProgress {
  readonly epoch: number;
  readonly epochCount: number;
  readonly heldOutEqualErrorRate: number;
}

/** `kept`: better on the held-out pairs. Otherwise nothing was changed, and `reason` says why. */
export type AdaptationOutcome =
  | { readonly isBetter: true; readonly adaptation: Adaptation }
  | { readonly isBetter: false; readonly report: AdaptationReport | null; readonly reason: string };

/** The worker that learns. One call at a time; ended to cancel. */
export interface AdaptationApi {
  /** Seeded: the same pairs give the same matrix. `onProgress` after each epoch. */
  learn(
    pairs: PairSet,
    acceptBefore: number,
    onProgress: (progress: AdaptationProgress) => void,
  ): Promise<AdaptationOutcome>;
}

/** How far re-embedding the gallery for another embedder is. */
export interface ReembedProgress {
  readonly targetSpace: EmbeddingSpaceId;
  readonly state: 'running' | 'paused' | 'finished' | 'failed';
  readonly doneCount: number;
  readonly totalCount: number;
  /** Sightings whose picture is missing or beyond use: they keep their place in the list, but are no longer matched. */
  readonly skippedCount: number;
  /** `failed` only. */
  readonly errorMessage: string | null;
}
