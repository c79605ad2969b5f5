import { iou } from '../../../src/core/geometry';
import { cheapestPairs, type Pair } from './pairing';
import { MIN_IOU, type TrackingFrame, type TrackingSequence } from './tracking-sequence';

/** An object is mostly tracked from this part of its frames on, and mostly lost below the other. */
const MOSTLY_TRACKED_FROM = 0.8;
const MOSTLY_LOST_BELOW = 0.2;

/** What one sequence, or several together, came to. All but `overlapSum` are counts. */
export interface ClearCounts {
  /** Boxes of the truth and of the tracker, over all frames. */
  readonly truthBoxCount: number;
  readonly predictionBoxCount: number;
  /** Pairs of both, switches included. */
  readonly matchCount: number;
  /** Sum of the pairs' intersection over union. */
  readonly overlapSum: number;
  readonly missCount: number;
  readonly falseCount: number;
  readonly switchCount: number;
  readonly fragmentCount: number;
  readonly mostlyTrackedCount: number;
  readonly partlyTrackedCount: number;
  readonly mostlyLostCount: number;
}

/** Fractions; MOTA can be negative. Null where there is nothing to divide by. */
export interface ClearScores {
  readonly mota: number | null;
  /** Mean intersection over union of the pairs. */
  readonly motp: number | null;
}

/** How one object of the truth fared, frame by frame in which it was there. */
interface ObjectHistory {
  trackerId: number | null;
  readonly isMatched: boolean[];
}

/**
 * CLEAR MOT (Bernardin and Stiefelhagen 2008) with the conventions of py-motmetrics 1.4, which BDD100K uses too:
 * - an object keeps the tracker's id it had last, however long ago, when the two overlap enough now; only what is
 *   left is paired anew;
 * - a switch is a pair whose id is not the one this object had last;
 * - a fragment is a miss after a match when a match follows later.
 */
export function countClear(sequence: TrackingSequence): ClearCounts {
  const histories = new Map<number, ObjectHistory>();
  let predictionBoxCount = 0;
  let switchCount = 0;
  let overlapSum = 0;
  for (const frame of sequence) {
    predictionBoxCount += frame.predictions.length;
    const step = takeFrame(frame, histories);
    switchCount += step.switchCount;
    overlapSum += step.overlapSum;
  }
  const objects = [...histories.values()];
  const truthBoxCount = sum(objects.map(({ isMatched }) => isMatched.length));
  const matchCount = sum(objects.map(matchedCount));
  const ratios = objects.map((object) => matchedCount(object) / object.isMatched.length);
  const mostlyTrackedCount = ratios.filter((ratio) => ratio >= MOSTLY_TRACKED_FROM).length;
  const mostlyLostCount = ratios.filter((ratio) => ratio < MOSTLY_LOST_BELOW).length;
  return {
    truthBoxCount,
    predictionBoxCount,
    matchCount,
    overlapSum,
    missCount: truthBoxCount - matchCount,
    falseCount: predictionBoxCount - matchCount,
    switchCount,
    fragmentCount: sum(objects.map(fragmentCount)),
    mostlyTrackedCount,
    partlyTrackedCount: objects.length - mostlyTrackedCount - mostlyLostCount,
    mostlyLostCount,
  };
}

/** Several sequences as one: everything is added. */
export function addClear(parts: readonly ClearCounts[]): ClearCounts {
  const total = (key: keyof ClearCounts): number => sum(parts.map((part) => part[key]));
  return {
    truthBoxCount: total('truthBoxCount'),
    predictionBoxCount: total('predictionBoxCount'),
    matchCount: total('matchCount'),
    overlapSum: total('overlapSum'),
    missCount: total('missCount'),
    falseCount: total('falseCount'),
    switchCount: total('switchCount'),
    fragmentCount: total('fragmentCount'),
    mostlyTrackedCount: total('mostlyTrackedCount'),
    partlyTrackedCount: total('partlyTrackedCount'),
    mostlyLostCount: total('mostlyLostCount'),
  };
}

/** The fractions that follow from the counts. */
export function clearScores(counts: ClearCounts): ClearScores {
  const { truthBoxCount, matchCount, missCount, falseCount, switchCount, overlapSum } = counts;
  const errorCount = missCount + falseCount + switchCount;
  return {
    mota: truthBoxCount === 0 ? null : 1 - errorCount / truthBoxCount,
    motp: matchCount === 0 ? null : overlapSum / matchCount,
  };
}

function takeFrame(
  { truth, predictions }: TrackingFrame,
  histories: Map<number, ObjectHistory>,
): { switchCount: number; overlapSum: number } {
  const overlaps = truth.map(({ box }) => predictions.map((one) => iou(box, one.box)));
  const overlapOf = (row: number, column: number): number => overlaps[row]?.[column] ?? 0;
  const objects = truth.map(({ id }) => historyOf(histories, id));
  const pairs = pairFrame(objects, predictions, overlapOf);
  const matchedRows = new Set(pairs.map(({ row }) => row));
  objects.forEach((object, row) => object.isMatched.push(matchedRows.has(row)));
  let switchCount = 0;
  for (const { row, column } of pairs) {
    const object = objects[row];
    const trackerId = predictions[column]?.id;
    if (!object || trackerId === undefined) continue;
    if (object.trackerId !== null && object.trackerId !== trackerId) switchCount += 1;
    object.trackerId = trackerId;
  }
  return { switchCount, overlapSum: sum(pairs.map(({ row, column }) => overlapOf(row, column))) };
}

function pairFrame(
  objects: readonly ObjectHistory[],
  predictions: TrackingFrame['predictions'],
  overlapOf: (row: number, column: number) => number,
): Pair[] {
  const kept: Pair[] = [];
  const usedRows = new Set<number>();
  const usedColumns = new Set<number>();
  objects.forEach(({ trackerId }, row) => {
    const column = predictions.findIndex(
      ({ id }, index) => id === trackerId && !usedColumns.has(index),
    );
    if (column < 0 || overlapOf(row, column) < MIN_IOU) return;
    kept.push({ row, column });
    usedRows.add(row);
    usedColumns.add(column);
  });
  const anew = cheapestPairs(objects.length, predictions.length, (row, column) => {
    const overlap = overlapOf(row, column);
    const isFree = !usedRows.has(row) && !usedColumns.has(column);
    return isFree && overlap >= MIN_IOU ? 1 - overlap : null;
  });
  return [...kept, ...anew];
}

function historyOf(histories: Map<number, ObjectHistory>, id: number): ObjectHistory {
  const known = histories.get(id);
  if (known) return known;
  const made: ObjectHistory = { trackerId: null, isMatched: [] };
  histories.set(id, made);
  return made;
}

function matchedCount({ isMatched }: ObjectHistory): number {
  return isMatched.filter(Boolean).length;
}

function fragmentCount({ isMatched }: ObjectHistory): number {
  const last = isMatched.lastIndexOf(true);
  return isMatched.filter((isHit, index) => !isHit && index < last && isMatched[index - 1] === true)
    .length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
