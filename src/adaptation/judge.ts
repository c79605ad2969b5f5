import type { AdaptationReport } from '../contracts/recognition';
import { lowestAccept, type PairSimilarities } from '../core/separation';
import type { Validation } from './cross-validate';

/**
 * Smaller gains are not worth a change of the space: a hundredth of all pairs, or three hundredths of the same pairs found.
 */
const CLEAR_ERROR_RATE_GAIN = 0.01;
const CLEAR_RECALL_GAIN = 0.03;

/** Same pairs that a gain must be worth at least: what one pair brings, the next one may take. */
const CLEAR_PAIR_COUNT = 2;

/**
 * How far either figure may go the other way and still count as no worse: what rounding does. One pair the other way is
 * worse.
 */
const ROUNDING = 1e-9;

/**
 * Standard deviations a gain must be beyond nothing: chance alone brings as much once in twenty times. Pairs that share a vehicle move
 * together, so that in truth it is somewhat more often; that no figure may get worse stands beside it.
 */
const SURE_DEVIATIONS = 1.64;

/**
 * Why what was learned is not kept, in words; null: it is better. Better is a clear gain in one of the figures without a loss
 * in the other, and one that chance would not bring. `report`: the figures of the validation.
 */
export function reasonAgainst(
  { before, after }: Pick<AdaptationReport, 'before' | 'after'>,
  validation: Validation,
): string | null {
  const errorRateGain = before.equalErrorRate - after.equalErrorRate;
  const recallGain = after.recallAtOnePercent - before.recallAtOnePercent;
  if (errorRateGain < -ROUNDING || recallGain < -ROUNDING) {
    return 'On vehicles it had not learned from, what was learned does worse than before. Nothing was changed.';
  }
  const pairsAt = (rateBefore: number, rateAfter: number): PairGains => ({
    before: correctAt(validation.before, rateBefore),
    after: correctAt(validation.after, rateAfter),
  });
  const atErrorRate = pairsAt(before.equalErrorRate, after.equalErrorRate);
  const atOnePercent = pairsAt(0.01, 0.01);
  const leastGain = CLEAR_PAIR_COUNT / validation.before.same.length - ROUNDING;
  const isClear =
    (errorRateGain >= Math.max(CLEAR_ERROR_RATE_GAIN, leastGain) &&
      isSure([gainsOf(atErrorRate, 'same'), gainsOf(atErrorRate, 'different')])) ||
    (recallGain >= Math.max(CLEAR_RECALL_GAIN, leastGain) &&
      isSure([gainsOf(atOnePercent, 'same')]));
  return isClear && validation.epochCount > 0
    ? null
    : 'On vehicles it had not learned from, what was learned is not clearly better than before. Nothing was changed.';
}

/** For each pair whether it is judged right. */
type Correct = Readonly<Record<keyof PairSimilarities, readonly boolean[]>>;

interface PairGains {
  readonly before: Correct;
  readonly after: Correct;
}

/** At the threshold that takes at most this share of different pairs for one. */
function correctAt({ same, different }: PairSimilarities, falseMatchRate: number): Correct {
  const accept = lowestAccept(different, falseMatchRate) ?? Infinity;
  return {
    same: same.map((similarity) => similarity >= accept),
    different: different.map((similarity) => similarity < accept),
  };
}

/** For each pair 1 when it has become right, -1 when it was, and 0. */
function gainsOf({ before, after }: PairGains, kind: keyof PairSimilarities): readonly number[] {
  return after[kind].map((isRight, pair) => Number(isRight) - Number(before[kind][pair]));
}

/** Whether the mean of the means of both kinds is beyond chance, each pair being compared with itself. */
function isSure(kinds: readonly (readonly number[])[]): boolean {
  const moments = kinds.map((gains) => {
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
    const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length;
    return { mean, variance: variance / gains.length };
  });
  const gain = moments.reduce((sum, { mean }) => sum + mean, 0);
  const variance = moments.reduce((sum, part) => sum + part.variance, 0);
  return gain > SURE_DEVIATIONS * Math.sqrt(variance);
}
