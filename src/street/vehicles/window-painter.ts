import type { BodyShape, Span } from './body-shape';
import type { PanelPainter } from './panel-painter';
import { profileCurve } from './profile-curve';
import type { VehicleDetails } from './vehicle-details';

/*
 * What one sees in a vehicle's windows: a dark inside, the daylight of the windows opposite, seats, people. The
 * panes are opaque and take it from the atlas: no second pass for transparency.
 */

const INSIDE = '#15191c';
const SEAT = '#0a0c0d';
/** What passengers wear. */
const COATS = ['#2b2f36', '#7d2a26', '#55606b', '#b9b2a2', '#2f4f7a', '#5b6a45'];
/** Cloth of a bus's seats. */
const SEAT_BACK = '#2f5288';
const SKINS = ['#9a7460', '#6e4c3a', '#b08a74', '#4d372c'];
/** Between a shell's window rows and its roof, metres; see `shellSections`. */
const ROOF_EDGE_M = 0.07;

/** The side windows of one flank. `side` is +1 on the right, where the driver sits further away. */
export function paintSideWindows(
  panel: PanelPainter,
  shape: BodyShape,
  details: VehicleDetails,
  side: 1 | -1,
): void {
  const roof = profileCurve(shape.top);
  const paneTop = (xM: number): number =>
    shape.beltM + (roof(xM) - ROOF_EDGE_M - shape.beltM) * shape.glassTop;
  for (const span of shape.sideWindowsM) {
    paintPane(panel, shape, span, paneTop);
  }
  if (shape.face === 'bus') return paintPassengers(panel, shape, details);
  const front = shape.sideWindowsM.at(-1);
  if (!front) return;
  const seatX = front[0] + (front[1] - front[0]) * 0.3;
  const tall = paneTop(seatX) - shape.beltM;
  // Rows of seats: backrests and headrests stand up into the windows.
  const rows = [0, 0.9, 1.8]
    .map((behindM) => seatX - 0.08 - behindM)
    .filter((xM) => shape.sideWindowsM.some(([from, to]) => xM - 0.12 > from && xM + 0.12 < to));
  for (const xM of rows) {
    panel.rect(xM, shape.beltM + tall * 0.12, 0.22, tall * 0.3, SEAT, 0.05);
    panel.rect(xM - 0.03, shape.beltM + tall * 0.46, 0.15, tall * 0.3, SEAT, 0.04);
  }
  const skin = SKINS[details.paintSeed % SKINS.length] ?? INSIDE;
  const scale = side < 0 ? 1 : 0.88;
  panel.ellipse(seatX + 0.12, shape.beltM + tall * 0.48, 0.1 * scale, 0.13 * scale, skin);
  panel.ellipse(seatX + 0.08, shape.beltM + tall * 0.6, 0.1 * scale, 0.08 * scale, '#1d1613');
  panel.rect(
    seatX + 0.06,
    shape.beltM + tall * 0.1,
    0.3 * scale,
    tall * 0.36,
    jacketOf(details),
    0.08,
  );
}

function paintPane(
  panel: PanelPainter,
  shape: BodyShape,
  [from, to]: Span,
  paneTop: (xM: number) => number,
): void {
  const steps = 6;
  const along = Array.from({ length: steps + 1 }, (_, step) => from + ((to - from) * step) / steps);
  const edge = (share: number): (readonly [number, number])[] =>
    along.map((xM) => [xM, shape.beltM + (paneTop(xM) + 0.01 - shape.beltM) * share]);
  const band = (low: number, high: number, colour: string): void =>
    panel.polygon([...edge(low), ...edge(high).reverse()], colour);
  band(-0.06, 1, INSIDE);
  // The street beyond, through the windows on the other side.
  band(0.38, 0.9, 'rgba(118,130,134,0.42)');
  band(0.62, 0.9, 'rgba(165,180,190,0.3)');
}

/** Behind a bus's large panes: seats in rows, some of them taken; before them the frames of the vents. */
function paintPassengers(panel: PanelPainter, shape: BodyShape, details: VehicleDetails): void {
  const { beltM } = shape;
  for (let seat = 0; seat < 10; seat += 1) {
    const xM = -3.95 + seat * 0.74;
    panel.rect(xM, beltM + 0.2, 0.34, 0.46, SEAT_BACK, 0.06);
    panel.rect(xM - 0.03, beltM + 0.46, 0.2, 0.12, '#1d2c44', 0.05);
    const isTaken = ((details.paintSeed >>> seat) & 1) === 0;
    if (!isTaken) continue;
    const skin = SKINS[(details.paintSeed >>> (seat + 2)) % SKINS.length] ?? INSIDE;
    const coat = COATS[(details.paintSeed >>> (seat + 3)) % COATS.length] ?? SEAT;
    panel.rect(xM + 0.1, beltM + 0.24, 0.36, 0.4, coat, 0.1);
    panel.ellipse(xM + 0.12, beltM + 0.56, 0.11, 0.14, skin);
    panel.ellipse(xM + 0.1, beltM + 0.64, 0.11, 0.08, '#1d1613');
  }
  for (const [from, to] of shape.sideWindowsM) {
    panel.rect((from + to) / 2, beltM + 0.98, to - from, 0.03, 'rgba(10,12,14,0.8)', 0);
  }
}

/** Windscreen and rear window, which lie in the top panel. */
export function paintEndWindows(
  panel: PanelPainter,
  shape: BodyShape,
  details: VehicleDetails,
): void {
  const halfM = shape.widthM / 2;
  if (shape.windscreenM) {
    const [high, low] = shape.windscreenM;
    const lengthM = low - high;
    const at = (share: number): number => low - lengthM * share;
    panel.rect((low + high) / 2, 0, lengthM + 0.02, 2 * halfM, '#1b2226', 0);
    panel.rect(at(0.85), 0, lengthM * 0.3, 2 * halfM, 'rgba(150,170,185,0.25)', 0);
    panel.rect(at(0.1), 0, lengthM * 0.2, 2 * halfM, 'rgba(90,96,98,0.4)', 0);
    const skin = SKINS[details.paintSeed % SKINS.length] ?? INSIDE;
    for (const seat of [-1, 1]) {
      panel.rect(at(0.62), seat * halfM * 0.4, lengthM * 0.3, 0.24, SEAT, 0.05);
    }
    panel.rect(at(0.35), -halfM * 0.4, lengthM * 0.26, 0.44, jacketOf(details), 0.08);
    panel.ellipse(at(0.58), -halfM * 0.4, lengthM * 0.16, 0.09, skin);
    panel.rect(at(0.9), 0, lengthM * 0.1, 0.2, '#0c0e0f', 0.02);
  }
  if (shape.rearWindowM) {
    const [low, high] = shape.rearWindowM;
    const lengthM = high - low;
    panel.rect((low + high) / 2, 0, lengthM + 0.02, 2 * halfM, '#171c1f', 0);
    panel.rect(low + lengthM * 0.75, 0, lengthM * 0.3, 2 * halfM, 'rgba(150,170,185,0.2)', 0);
    for (const seat of [-0.45, 0, 0.45]) {
      panel.rect(low + lengthM * 0.45, seat * halfM, lengthM * 0.35, 0.2, SEAT, 0.05);
    }
  }
}

function jacketOf({ accents }: VehicleDetails): string {
  return `#${accents[0].toString(16).padStart(6, '0')}`;
}
