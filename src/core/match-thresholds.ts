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

/** For the built-in embedder; measured on reid/vn-2cam val and on the clips' tracklets. */
export const DEFAULT_MATCH_THRESHOLDS = thresholdsFor(0.7);
