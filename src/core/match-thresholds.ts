import type { MatchThresholds } from '../contracts/match';

/**
 * How far a vehicle once recognised may fall below `accept` before it is given up: a live track's
 * mean descriptor still moves while its first crops come in.
 */
const HYSTERESIS = 0.08;

/** Thresholds for one accept value in [-1, 1]. */
export function thresholdsFor(accept: number): MatchThresholds {
  return { accept, keep: accept - HYSTERESIS };
}

/**
 * For the built-in embedders v0 and v2, whose similarities lie alike, and for what taking one vehicle for another costs: two histories grow
 * together, while a vehicle not recognised is only counted twice. A gallery grows, and with it the chance
 * that some stranger is alike, so the value is chosen for dozens of vehicles, not for a pair.
 *
 * Measured with v0 and the lead that `stages/match/matcher.ts` asks for (strangers taken for known / returned
 * vehicles known / returned vehicles taken for another, %):
 * - The clips: 87 tracks, first half against second half, mean of up to five crops, up to dozens of other
 *   vehicles visible at the same time in the gallery. 0.80: 53 / 85 / 9, 0.85: 34 / 79 / 6, 0.88: 14 / 70 / 1,
 *   0.90: 8 / 55 / 1. Small grey cars from afar: the embedder's weak side (equal error rate of pairs 12 %).
 *   In car-park-overhead 0.88 takes a silver car for a white one at 0.889 and knows the white one again at
 *   0.915: hence 0.90, which keeps strangers below one in ten.
 * - reid/vn-2cam val: one crop a vehicle, the other camera, 100 strangers in the gallery. 0.70: 13 / 78 / 1,
 *   0.75: 5 / 74 / 0, 0.80: 3 / 64 / 0, 0.88: 0 / 24 / 0. Who follows vehicles over cameras sets it lower.
 */
export const DEFAULT_MATCH_THRESHOLDS = thresholdsFor(0.9);
