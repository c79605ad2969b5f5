import type { Box } from '../../../src/contracts/detection';
import { boxAreaPx2, intersectionAreaPx2, iou } from '../../../src/core/geometry';
import { cheapestPairs } from './pairing';

/** A box counts as found, followed or meant from this overlap on (PASCAL VOC, MOTChallenge, BDD100K). */
export const MIN_IOU = 0.5;

/** A leftover prediction is forgiven when more than this part of it lies in a region that is ignored (BDD100K). */
const MIN_IGNORED_PART = 0.5;

/** One object in one frame. Ids are compared within one sequence; truth and predictions have ids of their own. */
export interface TrackedBox {
  readonly id: number;
  readonly box: Box;
}

/** One frame with nothing in it that is to be ignored. */
export interface TrackingFrame {
  readonly truth: readonly TrackedBox[];
  readonly predictions: readonly TrackedBox[];
}

/** One frame with what counts neither way. */
export interface LabelledTrackingFrame extends TrackingFrame {
  /** Objects that need not be found: a prediction on one of them is no false one. */
  readonly ignoredTruth: readonly TrackedBox[];
  /** Places nobody labelled in detail: a prediction mostly inside is no false one. */
  readonly ignoreRegions: readonly Box[];
}

/** The frames of one camera, in order. */
export type TrackingSequence = readonly TrackingFrame[];

/**
 * Takes away the predictions that count neither way: first truth and predictions are paired (most pairs, then
 * most overlap), then what is left over and meets something ignored goes. So a prediction on an object that counts
 * is never lost to an ignored one behind it. The rule of BDD100K's evaluation, which only has regions.
 */
export function withoutIgnored(frame: LabelledTrackingFrame): TrackingFrame {
  const { truth, predictions, ignoredTruth, ignoreRegions } = frame;
  if (ignoredTruth.length === 0 && ignoreRegions.length === 0) return { truth, predictions };
  const paired = new Set(pairByOverlap(truth, predictions).map(({ column }) => column));
  const isIgnored = ({ box }: TrackedBox): boolean =>
    ignoredTruth.some((object) => iou(object.box, box) >= MIN_IOU) ||
    ignoreRegions.some((region) => isMostlyIn(box, region));
  return {
    truth,
    predictions: predictions.filter((one, index) => paired.has(index) || !isIgnored(one)),
  };
}

/** Pairs of indices (row: truth, column: prediction) that overlap enough: as many as can be, then the closest. */
export function pairByOverlap(
  truth: readonly { readonly box: Box }[],
  predictions: readonly { readonly box: Box }[],
): { readonly row: number; readonly column: number }[] {
  const overlaps = truth.map(({ box }) => predictions.map((one) => iou(box, one.box)));
  return cheapestPairs(truth.length, predictions.length, (row, column) => {
    const overlap = overlaps[row]?.[column] ?? 0;
    return overlap >= MIN_IOU ? 1 - overlap : null;
  });
}

/** More than half of the box lies in the region; never true of an empty box. */
export function isMostlyIn(box: Box, region: Box): boolean {
  const area = boxAreaPx2(box);
  return area > 0 && intersectionAreaPx2(box, region) / area > MIN_IGNORED_PART;
}
