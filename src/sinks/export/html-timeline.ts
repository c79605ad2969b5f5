import type { SessionHeader, SessionSighting, TimeRange } from '../../contracts/session';
import { escapeHtml, readableTime } from './html-text';

/** More rows than a person reads; the table below has all. */
const MAX_ROWS = 300;
const WIDTH = 1000;
const LABEL_WIDTH = 60;
const ROW_HEIGHT = 16;
const AXIS_HEIGHT = 24;
const TICK_COUNT = 5;
/** A moment must still be seen. */
const MIN_BAR_WIDTH = 2;

/** When each vehicle was seen, as an SVG picture; a row a vehicle, in order of their numbers. Gaps are shaded. */
export function* timelineSvg(
  header: SessionHeader,
  span: TimeRange,
  sightings: readonly SessionSighting[],
): Generator<string> {
  const rows = [...groupByVehicle(sightings)].slice(0, MAX_ROWS);
  const height = AXIS_HEIGHT + Math.max(1, rows.length) * ROW_HEIGHT;
  const place = placer(span);
  yield `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When each vehicle was seen">`;
  for (const { startUs, endUs } of header.gaps) {
    if (startUs > span.endUs || endUs < span.startUs) continue;
    const { x, width } = place(startUs, endUs);
    yield `<rect class="gap" x="${x}" y="${AXIS_HEIGHT}" width="${width}" height="${height - AXIS_HEIGHT}"><title>No analysis</title></rect>`;
  }
  yield* axis(header, span, height);
  for (const [row, [vehicleNumber, seen]] of rows.entries()) {
    const y = AXIS_HEIGHT + row * ROW_HEIGHT;
    yield `<text class="row" x="${LABEL_WIDTH - 8}" y="${y + 12}">${vehicleNumber}</text>`;
    for (const sighting of seen) yield bar(header, sighting, place, y);
  }
  yield '</svg>\n';
  const leftOutCount = groupByVehicle(sightings).size - rows.length;
  if (leftOutCount > 0) {
    yield `<p>${leftOutCount} more vehicles are in the table only.</p>\n`;
  }
}

type Place = (startUs: number, endUs: number) => { readonly x: string; readonly width: string };

function placer(span: TimeRange): Place {
  const scale = (WIDTH - LABEL_WIDTH) / Math.max(1, span.endUs - span.startUs);
  const at = (timeUs: number): number =>
    LABEL_WIDTH + (Math.min(Math.max(timeUs, span.startUs), span.endUs) - span.startUs) * scale;
  return (startUs, endUs) => ({
    x: at(startUs).toFixed(1),
    width: Math.max(MIN_BAR_WIDTH, at(endUs) - at(startUs)).toFixed(1),
  });
}

function* axis(header: SessionHeader, span: TimeRange, height: number): Generator<string> {
  for (let tick = 0; tick < TICK_COUNT; tick += 1) {
    const share = tick / (TICK_COUNT - 1);
    const timeUs = span.startUs + share * (span.endUs - span.startUs);
    const x = (LABEL_WIDTH + share * (WIDTH - LABEL_WIDTH)).toFixed(1);
    // The last one would run out of the picture on the right.
    const anchor = tick === TICK_COUNT - 1 ? 'end' : 'start';
    const text = escapeHtml(readableTime(header, timeUs).slice(-8));
    yield `<line class="tick" x1="${x}" y1="${AXIS_HEIGHT - 6}" x2="${x}" y2="${height}"/>`;
    yield `<text x="${x}" y="${AXIS_HEIGHT - 10}" text-anchor="${anchor}">${text}</text>`;
  }
}

function bar(header: SessionHeader, sighting: SessionSighting, place: Place, y: number): string {
  const { x, width } = place(sighting.startUs, sighting.endUs);
  const isReturn = sighting.decision.outcome === 'matched';
  const from = readableTime(header, sighting.startUs);
  const until = readableTime(header, sighting.endUs);
  const words = `Vehicle ${sighting.vehicleNumber}, ${isReturn ? 'seen again' : 'new'}, ${from} to ${until}`;
  return (
    `<rect class="${isReturn ? 'again' : 'new'}" x="${x}" y="${y + 2}" width="${width}" height="${ROW_HEIGHT - 4}">` +
    `<title>${escapeHtml(words)}</title></rect>`
  );
}

function groupByVehicle(
  sightings: readonly SessionSighting[],
): ReadonlyMap<number, readonly SessionSighting[]> {
  const groups = new Map<number, SessionSighting[]>();
  const ordered = [...sightings].sort((a, b) => a.vehicleNumber - b.vehicleNumber);
  for (const sighting of ordered) {
    const group = groups.get(sighting.vehicleNumber);
    if (group) group.push(sighting);
    else groups.set(sighting.vehicleNumber, [sighting]);
  }
  return groups;
}
