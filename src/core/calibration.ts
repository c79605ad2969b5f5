import type { CameraId } from '../contracts/frame';
import type {
  Calibration,
  PairSet,
  SimilarityHistogram,
  ThresholdProposal,
  VectorPair,
} from '../contracts/recognition';
import { trialsNeeded, upperBound } from './binomial';
import {
  equalErrorRate,
  lowestAccept,
  shareAtOrAbove,
  similaritiesOf,
  type PairSimilarities,
  type Project,
} from './separation';

/** Bins over [-1, 1]: 0.02 each, about what a person can tell on a chart. */
export const HISTOGRAM_BIN_COUNT = 100;

/** With fewer same pairs, one more or less moves the share that is missed by more than a tenth. */
const SAME_PAIRS_NEEDED = 10;

/**
 * What thresholds do to the pairs of a set, and which one keeps to a false match rate in (0, 1): all cameras together
 * first, then each pair of cameras, and each single one, that there are pairs of. `project` is applied to the vectors first.
 * Throws RangeError for a rate out of range.
 */
export function calibrate(
  pairs: PairSet,
  falseMatchRate: number,
  project?: Project,
): readonly Calibration[] {
  if (!(falseMatchRate > 0 && falseMatchRate < 1)) {
    throw new RangeError(`Expected a false match rate between 0 and 1, got ${falseMatchRate}`);
  }
  const calibrationOf = (
    part: readonly VectorPair[],
    cameras: Pick<Calibration, 'cameraIds' | 'cameraLabels'>,
  ): Calibration => ({
    ...cameras,
    ...describe(similaritiesOf(pairs, part, project), part, falseMatchRate),
  });
  const byCameras = groupByCameras(pairs);
  return [
    calibrationOf(pairs.pairs, { cameraIds: null, cameraLabels: null }),
    ...byCameras.map(({ part, ...cameras }) => calibrationOf(part, cameras)),
  ];
}

/** Counts in equal bins over [-1, 1]; 1 itself is in the last one. */
export function histogramOf(similarities: readonly number[]): SimilarityHistogram {
  const counts = new Array<number>(HISTOGRAM_BIN_COUNT).fill(0);
  for (const similarity of similarities) {
    const bin = Math.floor(((similarity + 1) / 2) * HISTOGRAM_BIN_COUNT);
    const clamped = Math.max(0, Math.min(HISTOGRAM_BIN_COUNT - 1, bin));
    counts[clamped] = (counts[clamped] ?? 0) + 1;
  }
  return { counts, total: similarities.length };
}

function describe(
  similarities: PairSimilarities,
  part: readonly VectorPair[],
  falseMatchRate: number,
): Omit<Calibration, 'cameraIds' | 'cameraLabels'> {
  const { same, different } = similarities;
  const missing = missingText(similarities, falseMatchRate);
  const accept = missing === null ? lowestAccept(different, falseMatchRate) : null;
  return {
    same: histogramOf(same),
    different: histogramOf(different),
    equalErrorRate: equalErrorRate(similarities),
    proposal: accept === null ? null : proposalFor(accept, similarities),
    caution: missing ?? (accept === null ? IDENTICAL_TEXT : doubtText(part)),
  };
}

function proposalFor(accept: number, { same, different }: PairSimilarities): ThresholdProposal {
  const rate = shareAtOrAbove(different, accept);
  return {
    accept,
    falseMatchRate: rate,
    falseMatchRateUpper: upperBound(Math.round(rate * different.length), different.length),
    falseNonMatchRate: 1 - shareAtOrAbove(same, accept),
    sameCount: same.length,
    differentCount: different.length,
  };
}

const IDENTICAL_TEXT =
  'More pairs of different vehicles than asked for look exactly alike, so no threshold can tell them apart.';

/** What there is too little of; null: enough of both. */
function missingText({ same, different }: PairSimilarities, falseMatchRate: number): string | null {
  const needed = trialsNeeded(falseMatchRate);
  if (different.length < needed) {
    return (
      `A rate of 1 in ${Math.round(1 / falseMatchRate)} takes ${needed} pairs of different vehicles to tell; ` +
      `so far there ${different.length === 1 ? 'is' : 'are'} ${different.length}.`
    );
  }
  if (same.length < SAME_PAIRS_NEEDED) {
    return (
      `It takes ${SAME_PAIRS_NEEDED} pairs of one and the same vehicle to tell how many a threshold would miss; ` +
      `so far there ${same.length === 1 ? 'is' : 'are'} ${same.length}.`
    );
  }
  return null;
}

/** Why the figures are rosier than what to expect; null: they are not. */
function doubtText(part: readonly VectorPair[]): string | null {
  const isConfirmed = part.some(({ isSame, evidence }) => isSame && evidence === 'confirmed');
  return isConfirmed
    ? null
    : 'All same pairs are from single passages: a vehicle that comes back later, or at another camera, ' +
        'looks less like itself than that. Expect more to be missed than is counted here.';
}

/** Pairs of the same two cameras. */
interface CameraGroup {
  readonly cameraIds: readonly [CameraId, CameraId];
  readonly cameraLabels: readonly [string, string];
  readonly part: VectorPair[];
}

/** In the order of camera ids, so that the same set gives the same list. */
function groupByCameras(set: PairSet): readonly CameraGroup[] {
  const byCameras = new Map<string, CameraGroup>();
  const idOf = (index: number): CameraId => set.cameraIds[index] ?? '';
  const labelOf = (index: number): string => set.cameraLabels[index] ?? '';
  for (const pair of set.pairs) {
    const [first, second] = idOf(pair.a) <= idOf(pair.b) ? [pair.a, pair.b] : [pair.b, pair.a];
    const cameraIds = [idOf(first), idOf(second)] as const;
    const key = JSON.stringify(cameraIds);
    const known = byCameras.get(key);
    if (known) known.part.push(pair);
    else {
      const cameraLabels = [labelOf(first), labelOf(second)] as const;
      byCameras.set(key, { cameraIds, cameraLabels, part: [pair] });
    }
  }
  return [...byCameras].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}
