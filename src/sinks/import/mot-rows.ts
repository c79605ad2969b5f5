import type { VehicleClass } from '../../contracts/detection';
import { shownPath } from '../../core/session-format/part-path';
import { refused, type ImportTask, type Place } from './import-tools';
import { linesOf, type Line } from './lines';

/*
 * MOTChallenge text: `frame, id, left, top, width, height, confidence, class or x, visibility or y, z`, frames and ids from 1, pixels
 * (https://motchallenge.net/instructions/). Results have -1 from the eighth value on, ground truth a class.
 */

/** Rows that are held in memory at once; a day of tracker results has fewer. */
const MAX_ROW_COUNT = 5_000_000;

/** Values of a line: ground truth has nine, results ten, detections of some years seven. */
const MIN_VALUE_COUNT = 6;
const MAX_VALUE_COUNT = 10;

/** Classes of MOT16 and later (https://arxiv.org/abs/1603.00831, table 3) that this app follows. */
const CLASSES: Readonly<Record<number, VehicleClass>> = { 3: 'car', 5: 'motorcycle' };

/** A box as it stands in a line. */
export interface MotRow {
  readonly trackId: number;
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** [0, 1]; null: none was given. */
  readonly score: number | null;
  /** Null: no class was given. */
  readonly vehicleClass: VehicleClass | null;
  /** From 1. */
  readonly line: number;
}

/** A text that was read. */
export interface MotText {
  /** By frame number, from 1, and track. */
  readonly rows: ReadonlyMap<number, ReadonlyMap<number, MotRow>>;
  readonly lastFrame: number;
  /** Rows that are no vehicles, or that ground truth says to ignore. */
  readonly leftOutCount: number;
  /** Scores outside of [0, 1], which were brought into it. */
  readonly clampedCount: number;
  readonly hasClasses: boolean;
  readonly hasScores: boolean;
}

/** Reads a text. Throws AppError IMPORT_REFUSED, which names the line; AbortError. */
export async function readMotText(file: File, { signal }: ImportTask): Promise<MotText> {
  const rows = new Map<number, Map<number, MotRow>>();
  let rowCount = 0;
  let leftOutCount = 0;
  let clampedCount = 0;
  let lastFrame = 0;
  let hasClasses = false;
  let hasScores = false;
  for await (const line of linesOf(file, () => undefined, signal)) {
    const { frame, row, isClamped, hasClass } = readRow(line, file.name);
    hasClasses ||= hasClass;
    if (!row) {
      leftOutCount += 1;
      continue;
    }
    if (isClamped) clampedCount += 1;
    hasScores ||= row.score !== null;
    lastFrame = Math.max(lastFrame, frame);
    rowCount += 1;
    const others = rows.get(frame) ?? new Map<number, MotRow>();
    const place = { file: file.name, line: line.number };
    if (others.has(row.trackId))
      throw refused(place, `one box of track ${row.trackId} in frame ${frame}`, 'a second');
    rows.set(frame, others.set(row.trackId, row));
    if (rowCount > MAX_ROW_COUNT) throw refused(place, `at most ${MAX_ROW_COUNT} boxes`, 'more');
  }
  return { rows, lastFrame, leftOutCount, clampedCount, hasClasses, hasScores };
}

interface ReadRow {
  readonly frame: number;
  /** Null: to be left out. */
  readonly row: MotRow | null;
  readonly isClamped: boolean;
  readonly hasClass: boolean;
}

function readRow({ text, number: line }: Line, file: string): ReadRow {
  const place = { file, line };
  const texts = text.trim().split(/\s*,\s*|\s+/);
  if (texts.length < MIN_VALUE_COUNT || texts.length > MAX_VALUE_COUNT)
    throw refused(
      place,
      `${MIN_VALUE_COUNT} to ${MAX_VALUE_COUNT} numbers with commas between`,
      `"${shownPath(text.slice(0, 60))}"`,
    );
  const values = texts.map(Number);
  if (texts.includes('') || !values.every(Number.isFinite))
    throw refused(place, 'numbers', `"${shownPath(text.slice(0, 60))}"`);
  const [frame = 0, trackId = 0, left = 0, top = 0, widthPx = 0, heightPx = 0] = values;
  const [confidence = -1, classId = -1] = values.slice(MIN_VALUE_COUNT);
  expectPossible({ frame, trackId, widthPx, heightPx }, place);
  const hasClass = Number.isInteger(classId) && classId >= 1;
  const vehicleClass = hasClass ? (CLASSES[classId] ?? null) : null;
  // Ground truth marks what does not count by a confidence of 0, and what is no vehicle by its class.
  const isLeftOut = hasClass && (vehicleClass === null || confidence === 0);
  const score = confidence < 0 ? null : Math.min(1, confidence);
  return {
    frame,
    row: isLeftOut ? null : { trackId, left, top, widthPx, heightPx, score, vehicleClass, line },
    isClamped: confidence > 1,
    hasClass,
  };
}

function expectPossible(
  found: Pick<MotRow, 'trackId' | 'widthPx' | 'heightPx'> & { readonly frame: number },
  place: Place,
): void {
  const { frame, trackId, widthPx, heightPx } = found;
  if (!Number.isSafeInteger(frame) || frame < 1)
    throw refused(place, 'a frame number from 1', String(frame));
  if (!Number.isSafeInteger(trackId) || trackId < 0 || trackId > 0xffff_ffff)
    throw refused(place, 'the id of a track, a whole number from 0', String(trackId));
  if (widthPx <= 0 || heightPx <= 0)
    throw refused(place, 'a box of some width and height', `${widthPx} x ${heightPx} px`);
}
