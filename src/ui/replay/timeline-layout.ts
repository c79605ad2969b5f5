import type { SessionSighting, SessionTrack } from '../../contracts/session';
import { IDENTITY_COLORS, identityColorIndex } from '../../sinks/overlay/marks';
import type { TimelineScale } from './timeline-scale';

/** Widths of a sighting's mark, CSS pixels: with its picture and number; with its number. */
export const PICTURE_MARK_PX = 78;
export const NUMBER_MARK_PX = 38;
const MARK_GAP_PX = 3;
/** Marks that fill the rows to more than this would push each other out. */
const MAX_FILL = 0.75;

/** A sighting with a place of its own on the timeline. */
export interface SightingMark {
  readonly sighting: SessionSighting;
  readonly x: number;
  readonly row: number;
  readonly hasPicture: boolean;
}

/**
 * Gives sightings in sight places in rows: with pictures where all have room, else with numbers, else none at all. One
 * that finds its place taken is left out; {@link sightingBars} has all.
 */
export function sightingMarks(
  sightings: readonly SessionSighting[],
  scale: TimelineScale,
  rowCount: number,
): readonly SightingMark[] {
  const shown = sightings.filter(
    ({ startUs, endUs }) => endUs >= scale.startUs && startUs <= scale.endUs,
  );
  const roomPx = rowCount * scale.widthPx * MAX_FILL;
  const widthPx = [PICTURE_MARK_PX, NUMBER_MARK_PX].find(
    (width) => shown.length * (width + MARK_GAP_PX) <= roomPx,
  );
  if (widthPx === undefined) return [];
  const freeFrom = new Array<number>(rowCount).fill(-Infinity);
  const marks: SightingMark[] = [];
  for (const sighting of shown) {
    const x = Math.max(0, Math.min(scale.widthPx - widthPx, scale.xOf(sighting.startUs)));
    const row = freeFrom.findIndex((from) => from <= x);
    if (row < 0) continue;
    freeFrom[row] = x + widthPx + MARK_GAP_PX;
    marks.push({ sighting, x, row, hasPicture: widthPx === PICTURE_MARK_PX });
  }
  return marks;
}

/** One colour's part of the strip that shows every sighting, as an SVG path of height 1. */
export interface BarPath {
  readonly color: string;
  readonly path: string;
}

/** When vehicles were seen, one bar a sighting; where bars of one pixel meet, the later one is seen. */
export function sightingBars(
  sightings: readonly SessionSighting[],
  scale: TimelineScale,
): readonly BarPath[] {
  const width = Math.ceil(scale.widthPx);
  const colors = new Int8Array(width).fill(-1);
  for (const { startUs, endUs, vehicleNumber } of sightings) {
    if (endUs < scale.startUs || startUs > scale.endUs) continue;
    const first = Math.max(0, Math.floor(scale.xOf(startUs)));
    const end = Math.max(first + 1, Math.ceil(scale.xOf(endUs)));
    colors.fill(identityColorIndex(vehicleNumber), first, Math.min(width, end));
  }
  const paths = IDENTITY_COLORS.map(() => '');
  let start = 0;
  for (let x = 1; x <= width; x += 1) {
    if (x < width && colors[x] === colors[start]) continue;
    const color = colors[start] ?? -1;
    if (color >= 0) paths[color] = `${paths[color] ?? ''}M${start} 0h${x - start}v1h${start - x}z`;
    start = x;
  }
  return IDENTITY_COLORS.map((color, index) => ({ color, path: paths[index] ?? '' })).filter(
    ({ path }) => path !== '',
  );
}

/** How many tracks there were over time. */
export interface TrackDensity {
  /** Most at once, in what is in sight. */
  readonly maxCount: number;
  /** An SVG path of the whole width, and of height 1 where `maxCount` is. */
  readonly path: string;
}

/** Columns a curve needs no more than one of each two pixels. */
const COLUMN_PX = 2;

/** Counts tracks in each column of the timeline. */
export function trackDensity(tracks: readonly SessionTrack[], scale: TimelineScale): TrackDensity {
  const columnCount = Math.max(1, Math.ceil(scale.widthPx / COLUMN_PX));
  const changes = new Int32Array(columnCount + 1);
  for (const { firstSeenUs, lastSeenUs } of tracks) {
    if (lastSeenUs < scale.startUs || firstSeenUs > scale.endUs) continue;
    const first = Math.max(0, Math.floor(scale.xOf(firstSeenUs) / COLUMN_PX));
    const end = Math.min(columnCount, Math.floor(scale.xOf(lastSeenUs) / COLUMN_PX) + 1);
    changes[first] = (changes[first] ?? 0) + 1;
    changes[end] = (changes[end] ?? 0) - 1;
  }
  const counts = new Int32Array(columnCount);
  let count = 0;
  for (let column = 0; column < columnCount; column += 1) {
    count += changes[column] ?? 0;
    counts[column] = count;
  }
  const maxCount = Math.max(1, ...counts);
  let path = 'M0 1';
  counts.forEach((value, column) => {
    const y = 1 - value / maxCount;
    path += `L${column * COLUMN_PX} ${y.toFixed(3)}H${(column + 1) * COLUMN_PX}`;
  });
  return { maxCount, path: `${path}V1z` };
}

/**
 * Times of the pictures along a timeline, each `slotPx` wide from its time on. They stay where they are when it is moved, and one in
 * two stays when it is zoomed by two.
 */
export function thumbnailSlots(scale: TimelineScale, slotPx: number): readonly number[] {
  const wholeUs = scale.spanUs * scale.zoom;
  const minUs = (slotPx / scale.widthPx) * scale.spanUs;
  // Of the whole session as many halves as leave room for a picture.
  const halvings = Math.max(0, Math.floor(Math.log2(wholeUs / minUs)));
  const stepUs = wholeUs / 2 ** halvings;
  const first = Math.max(0, Math.floor((scale.startUs - scale.whole.startUs) / stepUs));
  const slots: number[] = [];
  for (let index = first; ; index += 1) {
    const timeUs = scale.whole.startUs + index * stepUs;
    if (timeUs >= Math.min(scale.endUs, scale.whole.endUs)) break;
    slots.push(Math.round(timeUs));
  }
  return slots;
}
