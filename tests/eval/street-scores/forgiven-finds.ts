import type { Box } from '../../../src/contracts/detection';
import { iou } from '../../../src/core/geometry';
import { cheapestPairs } from '../tracking/pairing';
import { isMostlyIn, MIN_IOU, pairByOverlap } from '../tracking/tracking-sequence';
import type { CountedTruth } from './what-counts';

/**
 * A find that overlaps a vehicle that counts by so much is about that one: two boxes of one size then share nearly
 * half of themselves. What shows of a vehicle behind it reaches hardly into its box.
 */
const MIN_MEANT_IOU = 0.3;

/** What one frame's detections come to. */
export interface JudgedFinds {
  /** Indices of the counted vehicles that were found. */
  readonly foundRows: ReadonlySet<number>;
  /** Detections that found nothing that counts and are forgiven, or not. */
  readonly forgivenCount: number;
  readonly falseCount: number;
}

/**
 * Pairs detections with the vehicles that count, and forgives of the rest at most one for each vehicle that need not
 * be found (as COCO's evaluation does): one that overlaps it as a find does, or lies mostly inside the whole box of
 * one that is too hidden. None that is rather about a vehicle that counts: see {@link MIN_MEANT_IOU}.
 */
export function judgeFinds(
  { counted, ignored, tooHidden }: CountedTruth,
  detections: readonly { readonly box: Box }[],
): JudgedFinds {
  const pairs = pairByOverlap(counted, detections);
  const paired = new Set(pairs.map(({ column }) => column));
  const leftovers = detections.filter((_, column) => !paired.has(column));
  const countedOverlaps = leftovers.map(({ box }) =>
    Math.max(0, ...counted.map((vehicle) => iou(vehicle.box, box))),
  );
  const forgiven = cheapestPairs(ignored.length, leftovers.length, (row, column) => {
    const [vehicle, leftover] = [ignored[row], leftovers[column]];
    if (!vehicle || !leftover) return null;
    const overlap = iou(vehicle.box, leftover.box);
    const countedOverlap = countedOverlaps[column] ?? 0;
    if (countedOverlap >= MIN_MEANT_IOU && countedOverlap > overlap) return null;
    const isOnIt =
      overlap >= MIN_IOU || (tooHidden.includes(vehicle) && isMostlyIn(leftover.box, vehicle.box));
    return isOnIt ? 1 - overlap : null;
  });
  return {
    foundRows: new Set(pairs.map(({ row }) => row)),
    forgivenCount: forgiven.length,
    falseCount: leftovers.length - forgiven.length,
  };
}
