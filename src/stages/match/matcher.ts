import type { MatchCandidate, MatchThresholds, VehicleId } from '../../contracts/match';
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

/** What is asked of {@link decideMatch}. */
export interface MatchQuestion {
  /** All vehicles of the gallery, best first. */
  readonly scores: readonly VehicleScore[];
  readonly thresholds: MatchThresholds;
  /** The gallery vehicle this track is recognised as now; null when it is new or undecided. */
  readonly currentVehicleId: VehicleId | null;
  /** True when the track cannot be that vehicle, for both were visible at one time. */
  isExcluded(score: VehicleScore): boolean;
}

/** What was decided, and on what evidence. */
export interface MatchVerdict {
  /** Null: a new vehicle. */
  readonly match: VehicleScore | null;
  readonly candidates: readonly MatchCandidate[];
}

/**
 * Open-set decision with hysteresis.
 *
 * - Nothing recognised yet: the best vehicle that is possible, at `accept` and with a lead over the next.
 * - Something recognised: it stays down to `keep`, unless another passes `accept` and is clearly better.
 */
export function decideMatch(question: MatchQuestion): MatchVerdict {
  const { scores, thresholds, currentVehicleId } = question;
  const possible = scores.filter((score) => !question.isExcluded(score));
  const challenger = acceptableBest(possible, thresholds.accept);
  const current = possible.find(({ vehicleId }) => vehicleId === currentVehicleId) ?? null;
  const candidates = listCandidates(question);
  if (!current || current.similarity < thresholds.keep) return { match: challenger, candidates };
  const isBeaten = challenger !== null && challenger.similarity >= current.similarity + SWITCH_GAIN;
  return { match: isBeaten ? challenger : current, candidates };
}

/** Similarity the best vehicle needs, given the second best (-1 when there is none). */
export function requiredSimilarity(accept: number, best: number, second: number): number {
  return accept + Math.max(0, FULL_LEAD - (best - second));
}

function acceptableBest(possible: readonly VehicleScore[], accept: number): VehicleScore | null {
  const [best, second] = possible;
  if (!best) return null;
  const required = requiredSimilarity(accept, best.similarity, second?.similarity ?? -1);
  // An exact repetition is accepted whatever the rest looks like.
  return best.similarity >= Math.min(required, 0.99) ? best : null;
}

function listCandidates(question: MatchQuestion): readonly MatchCandidate[] {
  return question.scores.slice(0, MAX_CANDIDATES).map((score) => ({
    vehicleId: score.vehicleId,
    vehicleNumber: score.vehicleNumber,
    sightingId: score.sightingId,
    similarity: score.similarity,
    excludedBecause: question.isExcluded(score) ? 'visible-at-the-same-time' : null,
  }));
}
