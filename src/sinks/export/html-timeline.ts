import type { CameraId } from '../../contracts/frame';
import type { SessionHeader, SessionSighting, TimeRange } from '../../contracts/session';
import { escapeHtml, readableTime } from './html-text';

/** More rows than a person reads; the table below has all. */
const MAX_ROWS = 300;
const WIDTH = 1000;
const LABEL_WIDTH = 60;
const MIN_ROW_HEIGHT = 16;
/** What each camera has of a row. */
const LANE_HEIGHT = 8;
const AXIS_HEIGHT = 24;
const TICK_COUNT = 5;
/** A moment must still be seen. */
const MIN_BAR_WIDTH = 2;

/** Times to places, and cameras to their part of a row. */
interface Layout {
  readonly header: SessionHeader;
  readonly span: TimeRange;
  readonly rowHeight: number;
  readonly lanes: ReadonlyMap<CameraId, number>;
}

/** When each vehicle was seen, as an SVG picture; a row a vehicle, in order of their numbers. Gaps are shaded. */
export function* timelineSvg(
  header: SessionHeader,
  span: TimeRange,
  sightings: readonly SessionSighting[],
): Generator<string> {
  const layout: Layout = {
    header,
    span,
    rowHeight: Math.max(MIN_ROW_HEIGHT, LANE_HEIGHT * header.cameras.length),
    lanes: new Map(header.cameras.map(({ cameraId }, lane) => [cameraId, lane])),
  };
  const groups = groupByVehicle(sightings);
  const rows = [...groups].slice(0, MAX_ROWS);
  const height = AXIS_HEIGHT + Math.max(1, rows.length) * layout.rowHeight;
  yield caption(header);
  yield `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When each vehicle was seen">`;
  yield* gaps(layout, height);
  yield* axis(layout, height);
  for (const [row, [vehicleNumber, seen]] of rows.entries()) {
    const y = AXIS_HEIGHT + row * layout.rowHeight;
    const middle = y + layout.rowHeight / 2 + 4;
    yield `<text class="row" x="${LABEL_WIDTH - 8}" y="${middle}">${vehicleNumber}</text>`;
    for (const sighting of seen) yield bar(layout, sighting, y);
  }
  yield '</svg>\n';
  if (groups.size > rows.length) {
    yield `<p>${groups.size - rows.length} more vehicles are in the table only.</p>\n`;
  }
}

function caption(header: SessionHeader): string {
  const key = (kind: string, words: string): string =>
    `<svg class="key" viewBox="0 0 14 10" aria-hidden="true"><rect class="${kind}" x="1" y="1" width="12" height="8"/></svg>${words}`;
  const cameras = header.cameras.map(({ label }) => escapeHtml(label)).join(', ');
  const order = header.cameras.length > 1 ? ` In each row from the top: ${cameras}.` : '';
  return `<p>A row is a vehicle: ${key('new', 'new')}, ${key('again', 'seen before')}, ${key('gap', 'no analysis')}.${order}</p>\n`;
}

function placeOf(
  { span }: Layout,
  startUs: number,
  endUs: number,
): { readonly x: string; readonly width: string } {
  const scale = (WIDTH - LABEL_WIDTH) / Math.max(1, span.endUs - span.startUs);
  const at = (timeUs: number): number =>
    LABEL_WIDTH + (Math.min(Math.max(timeUs, span.startUs), span.endUs) - span.startUs) * scale;
  return {
    x: at(startUs).toFixed(1),
    width: Math.max(MIN_BAR_WIDTH, at(endUs) - at(startUs)).toFixed(1),
  };
}

function* gaps(layout: Layout, height: number): Generator<string> {
  const { header, span } = layout;
  for (const { startUs, endUs } of header.gaps) {
    if (startUs > span.endUs || endUs < span.startUs) continue;
    const { x, width } = placeOf(layout, startUs, endUs);
    yield `<rect class="gap" x="${x}" y="${AXIS_HEIGHT}" width="${width}" height="${height - AXIS_HEIGHT}"><title>No analysis</title></rect>`;
  }
}

function* axis({ header, span }: Layout, height: number): Generator<string> {
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

function bar(layout: Layout, sighting: SessionSighting, y: number): string {
  const { header, rowHeight, lanes } = layout;
  const { x, width } = placeOf(layout, sighting.startUs, sighting.endUs);
  const laneHeight = (rowHeight - 2) / Math.max(1, lanes.size);
  const top = y + 1 + (lanes.get(sighting.cameraId) ?? 0) * laneHeight;
  const isReturn = sighting.decision.outcome === 'matched';
  const from = readableTime(header, sighting.startUs);
  const until = readableTime(header, sighting.endUs);
  const words = `Vehicle ${sighting.vehicleNumber}, ${isReturn ? 'seen before' : 'new'}, ${from} to ${until}`;
  return (
    `<rect class="${isReturn ? 'again' : 'new'}" x="${x}" y="${(top + 0.5).toFixed(1)}" width="${width}" height="${(laneHeight - 1).toFixed(1)}">` +
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
