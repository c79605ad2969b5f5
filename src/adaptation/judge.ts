import type { SeparationScores } from '../contracts/recognition';

/**
 * Gains smaller than this are within what another choice of held-out vehicles gives, and not worth a change of the space:
 * a hundredth of all pairs, or three hundredths of the same pairs found.
 */
const CLEAR_ERROR_RATE_GAIN = 0.01;
const CLEAR_RECALL_GAIN = 0.03;

/**
 * How far either figure may go the other way and still count as no worse: what rounding does. One pair the other way is
 * worse.
 */
const ROUNDING = 1e-9;

/**
 * Why what was learned is not kept, in words; null: it is better. Better is a clear gain in one of the figures without a loss
 * in the other, and one that chance would not bring: see `isBeyondChance`.
 */
export function reasonAgainst(
  before: SeparationScores,
  after: SeparationScores,
  sameCount: number,
): string | null {
  const errorRateGain = before.equalErrorRate - after.equalErrorRate;
  const recallGain = after.recallAtOnePercent - before.recallAtOnePercent;
  if (errorRateGain < -ROUNDING || recallGain < -ROUNDING) {
    return 'On vehicles it had not learned from, what was learned does worse than before. Nothing was changed.';
  }
  const isClear =
    (errorRateGain >= CLEAR_ERROR_RATE_GAIN &&
      isBeyondChance(errorRateGain, before.equalErrorRate, sameCount)) ||
    (recallGain >= CLEAR_RECALL_GAIN &&
      isBeyondChance(recallGain, 1 - before.recallAtOnePercent, sameCount));
  return isClear
    ? null
    : 'On vehicles it had not learned from, what was learned is not clearly better than before. Nothing was changed.';
}

/**
 * Whether a share that fell by `gain` from `before` of `count` pairs fell by more than one standard deviation of a counted share: a low
 * bar, for both shares are of the same pairs and move together; the bar of neither figure getting worse stands beside it.
 */
function isBeyondChance(gain: number, before: number, count: number): boolean {
  return gain > Math.sqrt((before * (1 - before)) / count);
}
