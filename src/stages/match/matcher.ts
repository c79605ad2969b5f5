import type {
  ExclusionReason,
  MatchCandidate,
  MatchDecision,
  MatchThresholds,
  VehicleId,
} from '../../contracts/match';
import type { VehicleScore } from './gallery-index';

/** Candidates kept as evidence. */
const MAX_CANDIDATES = 10;

/**
 * Lead over the second vehicle at which `accept` alone decides; what is missing to it is asked for on
 * top. Where all vehicles look alike (small grey cars from above), the best of many strangers is
 * similar by chance, but then so is the second: a fixed threshold cannot tell, the lead can.
 *
 * Measured on the clips (87 tracks, first half against second half, the gallery full of other vehicles
 * that were visible at the same time, up to dozens): `accept` 0.88 with this lead took 14 % of strangers for
 * known, knew 70 % of the returned and confused 1 % of them. A plain threshold of 0.93: 23 %, 67 %, 7 %;
 * of 0.95: 10 %, 53 %, 3 %.
 */
const FULL_LEAD = 0.1;

/** A vehicle recognised before is exchanged for another only when that one is this much more similar. */
const SWITCH_GAIN = 0.1;

/** An exact repetition is accepted whatever the rest looks like. */
const EXACT_SIMILARITY = 0.99;

/** What is asked of {@link decideMatch}. */
export interface MatchQuestion {
  /** All vehicles of the gallery, best first. */
  readonly scores: readonly VehicleScore[];
  readonly thresholds: MatchThresholds;
  /** `accept` for the cameras of track and candidate; `thresholds.accept` where they have none of their own. */
  acceptOf(score: VehicleScore): number;
  /** The gallery vehicle this track is recognised as now; null when it is new or undecided. */
  readonly currentVehicleId: VehicleId | null;
  /** Why the track cannot be that vehicle; null when it can. */
  exclusionOf(score: VehicleScore): ExclusionReason | null;
}

/** What was decided, and on what evidence. */
export interface MatchVerdict {
  /** Null: a new vehicle. */
  readonly match: VehicleScore | null;
  readonly requiredSimilarity: MatchDecision['requiredSimilarity'];
  readonly candidates: readonly MatchCandidate[];
}

/** A vehicle that may be chosen. */
interface Option {
  readonly score: VehicleScore;
  readonly accept: number;
  /**
   * How far it is above its own `accept`. Two cameras whose pictures differ make all similarities lower, those of strangers
   * too: between candidates of several cameras only what lies above the threshold of each can be compared.
   */
  readonly margin: number;
}

/**
 * Open-set decision with hysteresis.
 *
 * - Nothing recognised yet: the best vehicle that is possible, at `accept` and with a lead over the next.
 * - Something recognised: it stays down to `keep`, unless another passes `accept` and is clearly better.
 *
 * Where `accept` is that of two cameras, `keep` lies as far below it as the general one does.
 */
export function decideMatch(question: MatchQuestion): MatchVerdict {
  const { scores, thresholds, currentVehicleId } = question;
  const candidates = scores.map((score) => toCandidate(score, question));
  const options = scores
    .filter((_, index) => candidates[index]?.excludedBecause === null)
    .map((score) => toOption(score, question.acceptOf(score)))
    // Stable: without thresholds of cameras it is the order of similarity.
    .sort((a, b) => b.margin - a.margin);
  const [best, second] = options;
  const required =
    best && requiredSimilarity(best.accept, best.score.similarity, rivalOf(best, second));
  const isAccepted = required !== undefined && best && best.score.similarity >= required;
  const current = options.find(({ score }) => score.vehicleId === currentVehicleId) ?? null;
  return {
    match: choose(isAccepted ? best : null, current, thresholds.keep - thresholds.accept),
    requiredSimilarity: required ?? null,
    candidates: candidates.slice(0, MAX_CANDIDATES),
  };
}

/** Similarity the best vehicle needs, given the second best (-1 when there is none). */
export function requiredSimilarity(accept: number, best: number, second: number): number {
  return Math.min(accept + Math.max(0, FULL_LEAD - (best - second)), EXACT_SIMILARITY);
}

/** The second's similarity as it would be had it the best one's `accept`; -1 without one. */
function rivalOf(best: Option, second: Option | undefined): number {
  return second ? second.score.similarity + (best.accept - second.accept) : -1;
}

function toOption(score: VehicleScore, accept: number): Option {
  return { score, accept, margin: score.similarity - accept };
}

/** `keepMargin`: how far above `accept` (so it is below 0) what was recognised must stay. */
function choose(
  challenger: Option | null,
  current: Option | null,
  keepMargin: number,
): VehicleScore | null {
  if (!current || current.score.similarity < current.accept + keepMargin) {
    return challenger?.score ?? null;
  }
  const isBeaten = challenger !== null && challenger.margin >= current.margin + SWITCH_GAIN;
  return isBeaten ? challenger.score : current.score;
}

function toCandidate(score: VehicleScore, question: MatchQuestion): MatchCandidate {
  const { vehicleId, vehicleNumber, sightingId, similarity } = score;
  const excludedBecause = question.exclusionOf(score);
  return { vehicleId, vehicleNumber, sightingId, similarity, excludedBecause };
}
