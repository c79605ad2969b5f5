import { setBackend } from '@tensorflow/tfjs';
import type {
  Adaptation,
  AdaptationOutcome,
  AdaptationProgress,
  AdaptationReport,
  PairSet,
  SeparationScores,
  VectorPair,
} from '../contracts/recognition';
import { projectionOf } from '../core/projection';
import { lowestAccept, separationOf, shareAtOrAbove, similaritiesOf } from '../core/separation';
import { reasonAgainst } from './judge';
import { HELD_OUT_SHARE, splitPairs, type SplitPairs } from './split-pairs';
import { train } from './train';

/** Pairs by kind. */
interface PairCounts {
  readonly same: number;
  readonly different: number;
}

/** Any; fixed, so that the same pairs give the same matrix. */
const SEED = 20_260_512;

/**
 * Least pairs of each kind. To judge and to stop by: with fewer same pairs one of them moves the share that is found by more
 * than a twentieth, and one different pair in a hundred is the least that has a rate of one in a hundred. To learn
 * from: as many again as are judged by.
 */
const NEEDED: Readonly<Record<keyof SplitPairs, PairCounts>> = {
  training: { same: 40, different: 200 },
  stopping: { same: 15, different: 75 },
  heldOut: { same: 20, different: 100 },
};

/**
 * Learns a projection for a scene from pairs of its own vehicles, and says whether it is better on vehicles it did not learn from:
 * three parts of the set that share no vehicle are learned from, stopped by, and looked at once at the end.
 * `acceptBefore`: threshold in use, in the embedder's own space. `onProgress` after each epoch.
 */
export async function learnAdaptation(
  set: PairSet,
  acceptBefore: number,
  onProgress: (progress: AdaptationProgress) => void,
): Promise<AdaptationOutcome> {
  const split = splitPairs(set, SEED);
  const missing = missingText(split);
  if (missing !== null) return { isBetter: false, report: null, reason: missing };
  // Plain JavaScript: the same on every device, no shader is compiled, and the vectors are small.
  await setBackend('cpu');
  const { matrix, epochCount } = await train(set, split, SEED, onProgress);
  const { dimension } = set;
  const project = projectionOf({ matrix, inputDimension: dimension, outputDimension: dimension });
  const heldOutBefore = similaritiesOf(set, split.heldOut);
  const before = scoresOf(heldOutBefore);
  const after = scoresOf(similaritiesOf(set, split.heldOut, project));
  const report: AdaptationReport = {
    before,
    after,
    trainingPairCount: split.training.length,
    heldOutPairCount: split.heldOut.length,
    epochCount,
  };
  const reason = reasonAgainst(before, after, heldOutBefore.same.length);
  if (reason !== null) return { isBetter: false, report, reason };
  // Those that were learned from lie further apart than others will.
  const unseen = [...split.stopping, ...split.heldOut];
  const adaptation: Adaptation = {
    id: await idOf(matrix),
    baseSpace: set.space,
    inputDimension: dimension,
    outputDimension: dimension,
    matrix,
    learnedUnixMs: Date.now(),
    report,
    accept: acceptAfter(
      similaritiesOf(set, unseen).different,
      similaritiesOf(set, unseen, project).different,
      acceptBefore,
    ),
  };
  return { isBetter: true, adaptation };
}

function scoresOf(similarities: ReturnType<typeof similaritiesOf>): SeparationScores {
  const scores = separationOf(similarities);
  if (!scores) throw new RangeError('Expected pairs of both kinds, got none of one');
  return scores;
}

/**
 * The threshold at which as many of the different pairs are taken for one as before. A threshold that none of them reached
 * keeps its place between the most similar of them and 1.
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
  return Math.max(0, Math.min(1, mostAfter + (1 - mostAfter) * place));
}

/** What there is too little of to learn and judge by; null: enough. */
function missingText(split: SplitPairs): string | null {
  const isEnough = PARTS.every((part) => {
    const { same, different } = countsOf(split[part]);
    return same >= NEEDED[part].same && different >= NEEDED[part].different;
  });
  if (isEnough) return null;
  const all = countsOf(PARTS.flatMap((part) => split[part]));
  return (
    `Learning takes some ${totalNeeded('same')} pairs of one vehicle and ${totalNeeded('different')} of different ones, spread over ` +
    `many vehicles, since a part of them is held back to judge by; so far there are ${all.same} and ${all.different} of use.`
  );
}

const PARTS = ['training', 'stopping', 'heldOut'] as const;

function countsOf(pairs: readonly VectorPair[]): PairCounts {
  const same = pairs.filter(({ isSame }) => isSame).length;
  return { same, different: pairs.length - same };
}

/** The smallest part decides: this is what the whole takes when it is spread evenly. */
function totalNeeded(kind: keyof PairCounts): number {
  return Math.ceil(NEEDED.heldOut[kind] / HELD_OUT_SHARE);
}

/** Eight hexadecimal digits of the SHA-256 of its numbers as they are stored (little-endian on all there is). */
async function idOf(matrix: Float32Array): Promise<string> {
  // Copied: digest does not take what might be shared memory.
  const digest = await crypto.subtle.digest('SHA-256', Float32Array.from(matrix));
  return Array.from(new Uint8Array(digest, 0, 4), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
