import { iou } from '../../../src/core/geometry';
import { indexIds, PairTable, positionsOf, type IdIndex } from './id-index';
import { heaviestPairs } from './pairing';
import type { TrackingSequence } from './tracking-sequence';

/** Overlaps from which on a pair counts as a match: HOTA is the mean over them. */
const HOTA_ALPHAS: readonly number[] = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);

/** At one alpha, over one sequence or several together. */
export interface HotaCounts {
  readonly matchCount: number;
  readonly missCount: number;
  readonly falseCount: number;
  /** Sum over the matches of their association score: shared boxes of both ids over all boxes of either. */
  readonly associationSum: number;
  /** Sum of the matches' intersection over union. */
  readonly overlapSum: number;
}

/** Means over all alphas, [0, 1]. */
export interface HotaScores {
  readonly hota: number;
  readonly detA: number;
  readonly assA: number;
  readonly locA: number;
}

/** One frame, ids by position. */
interface IndexedFrame {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Intersection over union of truth t and prediction p. */
  readonly overlaps: readonly (readonly number[])[];
}

/**
 * HOTA (Luiten et al. 2020, "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking"), as TrackEval
 * computes it. Answers one entry for each of {@link HOTA_ALPHAS}.
 */
export function countHota(sequence: TrackingSequence): HotaCounts[] {
  const truthIds = indexIds(sequence, 'truth');
  const predictionIds = indexIds(sequence, 'predictions');
  const frames = sequence.map(({ truth, predictions }) => ({
    rows: positionsOf(truth, truthIds),
    columns: positionsOf(predictions, predictionIds),
    overlaps: truth.map(({ box }) => predictions.map((one) => iou(box, one.box))),
  }));
  const alignment = alignIds(frames, truthIds, predictionIds);
  const pairs = frames.flatMap((frame) => pairFrame(frame, alignment));
  const truthBoxCount = frames.reduce((sum, { rows }) => sum + rows.length, 0);
  const predictionBoxCount = frames.reduce((sum, { columns }) => sum + columns.length, 0);
  return HOTA_ALPHAS.map((alpha) => {
    const matches = pairs.filter(({ overlap }) => overlap >= alpha - Number.EPSILON);
    return {
      matchCount: matches.length,
      missCount: truthBoxCount - matches.length,
      falseCount: predictionBoxCount - matches.length,
      associationSum: associationSum(matches, truthIds, predictionIds),
      overlapSum: matches.reduce((sum, { overlap }) => sum + overlap, 0),
    };
  });
}

/** Several sequences as one: sums, which weights association by the matches it is over. */
export function addHota(parts: readonly (readonly HotaCounts[])[]): HotaCounts[] {
  return HOTA_ALPHAS.map((_, alpha) => {
    const total = (key: keyof HotaCounts): number =>
      parts.reduce((sum, part) => sum + (part[alpha]?.[key] ?? 0), 0);
    return {
      matchCount: total('matchCount'),
      missCount: total('missCount'),
      falseCount: total('falseCount'),
      associationSum: total('associationSum'),
      overlapSum: total('overlapSum'),
    };
  });
}

/** HOTA is the mean over the alphas of the geometric mean of detection and association. */
export function hotaScores(counts: readonly HotaCounts[]): HotaScores {
  const each = counts.map((at) => {
    const all = at.matchCount + at.missCount + at.falseCount;
    const detA = at.matchCount / Math.max(1, all);
    const assA = at.associationSum / Math.max(1, at.matchCount);
    // Where nothing matches, nothing is off its place: 1, as TrackEval has it.
    const locA = at.matchCount === 0 ? 1 : at.overlapSum / at.matchCount;
    return { hota: Math.sqrt(detA * assA), detA, assA, locA };
  });
  const mean = (key: keyof HotaScores): number =>
    each.reduce((sum, at) => sum + at[key], 0) / Math.max(1, each.length);
  return { hota: mean('hota'), detA: mean('detA'), assA: mean('assA'), locA: mean('locA') };
}

/**
 * How well two ids go together over the whole sequence, before any pair is chosen: their overlap a frame, less the
 * more others compete for either box, over what both have in all.
 */
function alignIds(frames: readonly IndexedFrame[], truth: IdIndex, found: IdIndex): PairTable {
  const potential = new PairTable(truth.boxCounts.length, found.boxCounts.length);
  for (const { rows, columns, overlaps } of frames) {
    const rowSums = overlaps.map((row) => row.reduce((sum, overlap) => sum + overlap, 0));
    const columnSums = columns.map((_, p) => overlaps.reduce((sum, row) => sum + row[p]!, 0));
    overlaps.forEach((row, t) =>
      row.forEach((overlap, p) => {
        if (overlap > 0)
          potential.add(rows[t]!, columns[p]!, overlap / (rowSums[t]! + columnSums[p]! - overlap));
      }),
    );
  }
  const alignment = new PairTable(truth.boxCounts.length, found.boxCounts.length);
  potential.forEach((row, column, shared) => {
    alignment.add(
      row,
      column,
      shared / (truth.boxCounts[row]! + found.boxCounts[column]! - shared),
    );
  });
  return alignment;
}

interface HotaPair {
  readonly row: number;
  readonly column: number;
  readonly overlap: number;
}

function pairFrame({ rows, columns, overlaps }: IndexedFrame, alignment: PairTable): HotaPair[] {
  const score = (t: number, p: number): number =>
    alignment.at(rows[t]!, columns[p]!) * overlaps[t]![p]!;
  return heaviestPairs(rows.length, columns.length, score).map(({ row: t, column: p }) => ({
    row: rows[t]!,
    column: columns[p]!,
    overlap: overlaps[t]![p]!,
  }));
}

function associationSum(matches: readonly HotaPair[], truth: IdIndex, found: IdIndex): number {
  const shared = new PairTable(truth.boxCounts.length, found.boxCounts.length);
  for (const { row, column } of matches) shared.add(row, column, 1);
  let sum = 0;
  shared.forEach((row, column, count) => {
    sum += (count * count) / (truth.boxCounts[row]! + found.boxCounts[column]! - count);
  });
  return sum;
}
