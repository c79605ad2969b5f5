import { setBackend } from '@tensorflow/tfjs';
import type {
  Adaptation,
  AdaptationOutcome,
  AdaptationProgress,
  AdaptationReport,
  PairSet,
  SeparationScores,
} from '../contracts/recognition';
import {
  lowestAccept,
  separationOf,
  shareAtOrAbove,
  type PairSimilarities,
} from '../core/separation';
import { crossValidate, MAX_EPOCH_COUNT } from './cross-validate';
import { reasonAgainst } from './judge';
import { roundsOf, type Round } from './rounds';

/** Pairs by kind. */
interface PairCounts {
  readonly same: number;
  readonly different: number;
}

/** Any; fixed, so that the same pairs give the same matrix. */
const SEED = 20_260_512;

/**
 * Least pairs in all. In 60 draws of 68 to 76 vehicles, real and rendered, something was kept 19 times; in 16 of these the error
 * rate on other vehicles was as low or lower, and rank-1 as high or higher (`npm run eval -- adaptation`). With fewer than 50 a
 * single pair is more than a fiftieth of the share that is found.
 */
const NEEDED: PairCounts = { same: 50, different: 250 };
/** Least pairs in each part, where they are spread unevenly: fewer can neither stop nor judge. */
const NEEDED_IN_PART: PairCounts = { same: 5, different: 20 };

/**
 * Learns a projection for a scene from pairs of its own vehicles, and says whether it is better on vehicles it did not learn from.
 * That is found out by cross-validation: each part of the vehicles is judged by with what the others taught. What is kept is the
 * mean of what was learned.
 * `acceptBefore`: threshold in use, in the embedder's own space. `onProgress` after each epoch.
 */
export async function learnAdaptation(
  set: PairSet,
  acceptBefore: number,
  onProgress: (progress: AdaptationProgress) => void,
): Promise<AdaptationOutcome> {
  const rounds = roundsOf(set);
  const missing = missingText(rounds);
  if (missing !== null) return { isBetter: false, report: null, reason: missing };
  // Plain JavaScript: the same on every device, no shader is compiled, and the numbers are few.
  await setBackend('cpu');
  let epoch = 0;
  const validation = await crossValidate(set, rounds, SEED, (heldOutEqualErrorRate) => {
    epoch += 1;
    onProgress({ epoch, epochCount: MAX_EPOCH_COUNT, heldOutEqualErrorRate });
  });
  const { matrix, before, after } = validation;
  const report: AdaptationReport = {
    before: scoresOf(before),
    after: scoresOf(after),
    trainingPairCount: set.pairs.length,
    heldOutPairCount: before.same.length + before.different.length,
    epochCount: validation.epochCount,
  };
  const reason = reasonAgainst(report, validation);
  if (reason !== null) return { isBetter: false, report, reason };
  const adaptation: Adaptation = {
    id: await idOf(matrix),
    baseSpace: set.space,
    inputDimension: set.dimension,
    outputDimension: set.dimension,
    matrix,
    learnedUnixMs: Date.now(),
    report,
    accept: acceptAfter(before.different, after.different, acceptBefore),
  };
  return { isBetter: true, adaptation };
}

function scoresOf(similarities: PairSimilarities): SeparationScores {
  const scores = separationOf(similarities);
  if (!scores) throw new RangeError('Expected pairs of both kinds, got none of one');
  return scores;
}

/**
 * The threshold at which as many of the different pairs are taken for one as before, in thousandths. A threshold that none of
 * them reached keeps its place between the most similar of them and 1.
 */
function acceptAfter(
  before: readonly number[],
  after: readonly number[],
  acceptBefore: number,
): number {
  const rate = shareAtOrAbove(before, acceptBefore);
  if (rate > 0) return lowestAccept(after, rate) ?? 1;
  const [mostBefore, mostAfter] = [Math.max(...before), Math.max(...after)];
  const place = (Math.min(1, acceptBefore) - mostBefore) / Math.max(1 - mostBefore, 1e-6);
  const accept = mostAfter + (1 - mostAfter) * place;
  return Math.round(Math.max(0, Math.min(1, accept)) * 1_000) / 1_000;
}

/** What there is too little of to learn and judge by; null: enough. */
function missingText(rounds: readonly Round[]): string | null {
  const parts = rounds.map(({ heldOut }) => ({
    same: heldOut.same.length,
    different: heldOut.different.length,
  }));
  const all = {
    same: sumOf(parts.map(({ same }) => same)),
    different: sumOf(parts.map(({ different }) => different)),
  };
  const isSpread = parts.every((part) => isEnough(part, NEEDED_IN_PART));
  if (isEnough(all, NEEDED) && isSpread) return null;
  return (
    `Learning takes some ${NEEDED.same} pairs of one vehicle and ${NEEDED.different} of different ones, spread over many vehicles, ` +
    `since each fifth of them is judged by what the others taught; so far there are ${all.same} and ${all.different} of use` +
    (isEnough(all, NEEDED) ? ', of too few vehicles.' : '.')
  );
}

function isEnough(counts: PairCounts, needed: PairCounts): boolean {
  return counts.same >= needed.same && counts.different >= needed.different;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Eight hexadecimal digits of the SHA-256 of its numbers as they are stored (little-endian on all there is). */
async function idOf(matrix: Float32Array): Promise<string> {
  // Copied: digest does not take what might be shared memory.
  const digest = await crypto.subtle.digest('SHA-256', Float32Array.from(matrix));
  return Array.from(new Uint8Array(digest, 0, 4), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
