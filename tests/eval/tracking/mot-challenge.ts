import { readFileSync } from 'node:fs';
import { withoutIgnored, type TrackedBox, type TrackingSequence } from './tracking-sequence';

/*
 * Text in the format of MOTChallenge (Milan et al. 2016, "MOT16"): frame, id, left, top, width, height, then of truth:
 * 1 if it counts, class, visibility; of results: confidence, -1, -1, -1. Frames and ids begin at 1.
 */

interface MotRow {
  readonly frame: number;
  readonly object: TrackedBox;
  /** 0: need not be found. Results have a confidence here. */
  readonly seventh: number;
  /** -1: not said. */
  readonly category: number;
}

/** Paths of one sequence's truth and of what a tracker made of it. */
export interface MotFiles {
  readonly truth: string;
  readonly results: string;
}

/**
 * All objects together as `all`, and each class number by itself when results say classes too. Throws an Error that names file
 * and line for one that is no row.
 */
export function readMotSequences(files: MotFiles): {
  readonly all: TrackingSequence;
  readonly perClass: ReadonlyMap<string, TrackingSequence>;
} {
  const truth = readRows(files.truth);
  const results = readRows(files.results);
  const haveClasses = results.length > 0 && results.every(({ category }) => category >= 0);
  const classes = [...new Set(truth.filter(counts).map(({ category }) => category))];
  return {
    all: toSequence(truth, results),
    perClass: new Map(
      (haveClasses ? classes.sort((a, b) => a - b) : []).map((category) => {
        const ofClass = (row: MotRow): boolean => row.category === category;
        return [String(category), toSequence(truth.filter(ofClass), results.filter(ofClass))];
      }),
    ),
  };
}

function counts({ seventh }: MotRow): boolean {
  return seventh !== 0;
}

function toSequence(truth: readonly MotRow[], results: readonly MotRow[]): TrackingSequence {
  const frameCount = [...truth, ...results].reduce((most, { frame }) => Math.max(most, frame), 0);
  const [truthIn, resultsIn] = [byFrame(truth), byFrame(results)];
  const objects = (rows: readonly MotRow[]): readonly TrackedBox[] =>
    rows.map(({ object }) => object);
  return Array.from({ length: frameCount }, (_, index) => {
    const labelled = truthIn.get(index + 1) ?? [];
    return withoutIgnored({
      truth: objects(labelled.filter(counts)),
      ignoredTruth: objects(labelled.filter((row) => !counts(row))),
      predictions: objects(resultsIn.get(index + 1) ?? []),
      ignoreRegions: [],
    });
  });
}

function byFrame(rows: readonly MotRow[]): ReadonlyMap<number, readonly MotRow[]> {
  const frames = new Map<number, MotRow[]>();
  for (const row of rows) {
    const known = frames.get(row.frame);
    if (known) known.push(row);
    else frames.set(row.frame, [row]);
  }
  return frames;
}

function readRows(path: string): readonly MotRow[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      const numbers = line
        .split(/[\s,]+/)
        .filter((part) => part !== '')
        .map(Number);
      const [frame = NaN, id = NaN, x1 = NaN, y1 = NaN, widthPx = NaN, heightPx = NaN] = numbers;
      const box = { x1, y1, x2: x1 + widthPx, y2: y1 + heightPx };
      if (!Number.isInteger(frame) || frame < 1 || ![id, box.x2, box.y2].every(Number.isFinite)) {
        throw new Error(
          `${path}, line ${index + 1}: expected frame, id, left, top, width, height, found "${line}".`,
        );
      }
      return [{ frame, object: { id, box }, seventh: numbers[6] ?? 1, category: numbers[7] ?? -1 }];
    });
}
