import type { SessionSighting, SessionTrack } from '../../contracts/session';
import { IDENTITY_COLORS, identityColorIndex } from '../../sinks/overlay/marks';
import type { TimelineScale } from './timeline-scale';

/** Widths of a sighting's mark, CSS pixels: with its picture and number; with its number. */
export const PICTURE_MARK_PX = 104;
export const NUMBER_MARK_PX = 46;
const MARK_GAP_PX = 3;
/** Marks with pictures that fill the rows to more than this would push each other out. */
const MAX_PICTURE_FILL = 0.75;
/** Numbers are given out as long as one in so many finds a place; more sightings are bars only. */
const MAX_NUMBER_FILL = 4;

/** A sighting with a place of its own on the timeline. */
export interface SightingMark {
  readonly sighting: SessionSighting;
  readonly x: number;
  readonly row: number;
  readonly hasPicture: boolean;
}

/**
 * Gives sightings in sight places in rows: with pictures where all have room, else with numbers, else, where there are far too many,
 * none at all. One that finds its place taken is left out; {@link sightingBars} has all.
 */
export function sightingMarks(
  sightings: readonly SessionSighting[],
  scale: TimelineScale,
  rowCount: number,
): readonly SightingMark[] {
  const shown = sightings.filter(
    ({ startUs, endUs }) => endUs >= scale.startUs && startUs <= scale.endUs,
  );
  const fillOf = (width: number): number =>
    (shown.length * (width + MARK_GAP_PX)) / (rowCount * scale.widthPx);
  if (fillOf(NUMBER_MARK_PX) > MAX_NUMBER_FILL) return [];
  const hasPicture = fillOf(PICTURE_MARK_PX) <= MAX_PICTURE_FILL;
  const widthPx = hasPicture ? PICTURE_MARK_PX : NUMBER_MARK_PX;
  const freeFrom = new Array<number>(rowCount).fill(-Infinity);
  const marks: SightingMark[] = [];
  for (const sighting of shown) {
    const x = Math.max(0, Math.min(scale.widthPx - widthPx, scale.xOf(sighting.startUs)));
    const row = freeFrom.findIndex((from) => from <= x);
    if (row < 0) continue;
    freeFrom[row] = x + widthPx + MARK_GAP_PX;
    marks.push({ sighting, x, row, hasPicture });
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

/** When tracks began and ended, each in order: what {@link trackDensity} counts with. */
export interface TrackEdges {
  readonly startsUs: Float64Array;
  readonly endsUs: Float64Array;
}

/** Sorts tracks' beginnings and ends, once for all zooms. */
export function trackEdges(tracks: readonly SessionTrack[]): TrackEdges {
  return {
    startsUs: Float64Array.from(tracks, ({ firstSeenUs }) => firstSeenUs).sort(),
    endsUs: Float64Array.from(tracks, ({ lastSeenUs }) => lastSeenUs).sort(),
  };
}

/** Counts in each column how many tracks there were at once, at most. */
export function trackDensity({ startsUs, endsUs }: TrackEdges, scale: TimelineScale): TrackDensity {
  const columnCount = Math.max(1, Math.ceil(scale.widthPx / COLUMN_PX));
  const counts: number[] = [];
  let started = countBefore(startsUs, scale.startUs);
  let ended = countBefore(endsUs, scale.startUs);
  for (let column = 0; column < columnCount; column += 1) {
    const endUs = scale.startUs + ((column + 1) * COLUMN_PX * scale.spanUs) / scale.widthPx;
    let most = started - ended;
    for (; started < startsUs.length && (startsUs[started] ?? 0) < endUs; started += 1) {
      const atUs = startsUs[started] ?? 0;
      while (ended < endsUs.length && (endsUs[ended] ?? 0) < atUs) ended += 1;
      most = Math.max(most, started + 1 - ended);
    }
    while (ended < endsUs.length && (endsUs[ended] ?? 0) < endUs) ended += 1;
    counts.push(most);
  }
  const maxCount = Math.max(0, ...counts);
  const path = counts.map((count, column) => {
    const y = maxCount === 0 ? 1 : 1 - count / maxCount;
    return `L${column * COLUMN_PX} ${y.toFixed(3)}H${(column + 1) * COLUMN_PX}`;
  });
  return { maxCount, path: `M0 1${path.join('')}V1z` };
}

/** How many of ordered times are before one. */
function countBefore(timesUs: Float64Array, timeUs: number): number {
  let low = 0;
  let high = timesUs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesUs[middle] ?? Infinity) < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The pictures along a timeline. */
export interface ThumbnailRow {
  /** The time each begins at, where its place is. */
  readonly timesUs: readonly number[];
  /** Of each, CSS pixels. */
  readonly widthPx: number;
}

/**
 * Times of pictures along a timeline, at least `minPx` and less than 1.5 times that apart. They stay where they are when it is
 * moved, and some stay when it is zoomed.
 */
export function thumbnailRow(scale: TimelineScale, minPx: number): ThumbnailRow {
  const wholeUs = scale.spanUs * scale.zoom;
  const minUs = (minPx / scale.widthPx) * scale.spanUs;
  // Halves of the session, and halves of its thirds: of both the ones that just have room.
  const halves = 2 ** Math.max(0, Math.floor(Math.log2(wholeUs / minUs)));
  const thirds = 3 * 2 ** Math.max(0, Math.floor(Math.log2(wholeUs / 3 / minUs)));
  const count = wholeUs / thirds >= minUs ? Math.max(halves, thirds) : halves;
  const stepUs = wholeUs / count;
  const first = Math.max(0, Math.floor((scale.startUs - scale.whole.startUs) / stepUs));
  const timesUs: number[] = [];
  for (let index = first; index < count; index += 1) {
    const timeUs = scale.whole.startUs + index * stepUs;
    if (timeUs >= scale.endUs) break;
    timesUs.push(Math.round(timeUs));
  }
  return { timesUs, widthPx: (stepUs / scale.spanUs) * scale.widthPx };
}
