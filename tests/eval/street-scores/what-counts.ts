import type { VehicleTruth } from '../../../src/contracts/street';

/** Vehicles that are smaller or more hidden are not asked for. */
export interface CountingRule {
  readonly minHeightPx: number;
  readonly minVisibleFraction: number;
}

/** What a detector is asked for: the project's own promise for the Demo street. */
export const DETECTION_RULE: CountingRule = { minHeightPx: 40, minVisibleFraction: 0.6 };

/**
 * What a tracker is asked for: less, because keeping an identity is hardest while vehicles pass in front of each
 * other, and a rule that let go of them there would not see the mistakes. A vehicle of 30 px is still 24 px in
 * the detector's smaller inputs; below, hardly any is found and there is nothing to follow.
 */
export const TRACKING_RULE: CountingRule = { minHeightPx: 30, minVisibleFraction: 0.4 };

/** Of a vehicle that shows less than a tenth of itself nothing can be told: it is not there for anybody. */
export const MIN_NOTICEABLE_FRACTION = 0.1;

/** The vehicles of one frame, sorted by a rule. */
export interface CountedTruth {
  readonly counted: readonly VehicleTruth[];
  /** Need not be found; a find on one of them is no false one. */
  readonly ignored: readonly VehicleTruth[];
  /**
   * Those of them that are too hidden. A find fits what can be seen of such a vehicle and overlaps its whole box by
   * less than half, so that one mostly inside is forgiven.
   */
  readonly tooHidden: readonly VehicleTruth[];
}

/** Sorts by the rule; what nobody can notice is left out. */
export function sortTruth(vehicles: readonly VehicleTruth[], rule: CountingRule): CountedTruth {
  const noticeable = vehicles.filter((one) => one.visibleFraction >= MIN_NOTICEABLE_FRACTION);
  const isCounted = (one: VehicleTruth): boolean =>
    one.heightPx >= rule.minHeightPx && one.visibleFraction >= rule.minVisibleFraction;
  const ignored = noticeable.filter((one) => !isCounted(one));
  return {
    counted: noticeable.filter(isCounted),
    ignored,
    tooHidden: ignored.filter((one) => one.visibleFraction < rule.minVisibleFraction),
  };
}

/** A fraction, or null where there is nothing to divide by. */
export function fraction(count: number, whole: number): number | null {
  return whole === 0 ? null : count / whole;
}

/** Null for no values. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}
