import { readableInk } from './liveries';
import { BLACK, CHROME, paintPlate, PLASTIC, variant, type FaceJob } from './face-painter';

/** Front of a delivery van: a short sloping bonnet above a tall bumper. */
export function paintVanFront(job: FaceJob): void {
  const { panel, details, halfM } = job;
  const { bottom, top } = panel.frame;
  const heightM = top - bottom;
  const at = (share: number): number => bottom + heightM * share;
  const bumper = details.face.isBumperDark ? '#26282b' : null;
  if (bumper) panel.rect(0, at(0.18), 2 * halfM, heightM * 0.4, bumper, 0);
  panel.rect(0, at(0.06), 2 * halfM, heightM * 0.14, PLASTIC, 0);
  panel.rect(0, at(0.2), halfM, heightM * 0.16, BLACK, 0.03);
  panel.rect(0, at(0.68), halfM * 1.05, heightM * 0.34, '#3a3d40', 0.05);
  panel.rect(0, at(0.68), halfM * 1.0, heightM * 0.28, BLACK, 0.04);
  for (let bar = -1; bar <= 1; bar += 1) {
    panel.rect(
      0,
      at(0.68) + bar * 0.05,
      halfM * 0.96,
      0.014,
      details.face.isChromed ? CHROME : '#4b4e52',
      0,
    );
  }
  panel.ellipse(0, at(0.68), 0.07, 0.07, CHROME);
  panel.pair(halfM * 0.8, at(0.78), 0.3, heightM * 0.42, '#131517', 0.07);
  panel.pair(halfM * 0.8, at(0.78), 0.26, heightM * 0.36, '#98a1a7', 0.06);
  panel.pair(halfM * 0.78, at(0.78), 0.14, 0.13, '#f6f9fa', 0.065);
  panel.pair(halfM * 0.9, at(0.66), 0.08, 0.07, '#d98a2b', 0.02);
  paintPlate(job, at(0.34), false);
}

/** Back of a van: doors with windows, lamps in columns, lettering. */
export function paintVanBack(job: FaceJob): void {
  const { panel, details, paint, halfM } = job;
  const { bottom } = panel.frame;
  panel.rect(0, bottom + 0.1, 2 * halfM, 0.26, PLASTIC, 0);
  paintVanDoors(job);
  for (const up of [bottom + 0.45, bottom + 1.3]) {
    panel.pair(halfM * 0.88, up, 0.07, 0.1, '#232527', 0.01);
  }
  const lampM = variant([0.55, 0.7, 0.42, 0.6, 0.5], details.face.tailLamp);
  panel.pair(halfM * 0.9, bottom + 0.72, 0.21, lampM, '#c8161c', 0.03);
  panel.pair(halfM * 0.9, bottom + 0.58, 0.18, 0.1, '#e7e1da', 0.02);
  panel.pair(halfM * 0.9, bottom + 0.86, 0.18, 0.1, '#de761d', 0.02);
  panel.rect(-0.18, bottom + 0.82, 0.2, 0.06, '#232527', 0.02);
  paintPlate(job, bottom + 0.52, true);
  if (details.livery) {
    const { name, line, ink } = details.livery;
    panel.text(0, bottom + 0.9, 0.14, halfM * 1.4, name, readableInk(ink, paint));
    panel.text(0, bottom + 0.76, 0.07, halfM * 1.2, line, readableInk(ink, paint), '');
  }
}

/** Twin doors, or a tailgate with one window across. */
function paintVanDoors({ panel, details, halfM }: FaceJob): void {
  const { bottom, top } = panel.frame;
  const middle = (top + bottom) / 2 + 0.1;
  const hasDoors = details.variant === 2;
  const up = top - 0.46;
  if (hasDoors) {
    panel.pair(halfM * 0.42, up, halfM * 0.74, 0.56, '#0d1114', 0.06);
    panel.rect(0, middle, 0.022, top - bottom, 'rgba(0,0,0,0.7)', 0);
  } else {
    panel.rect(0, up, halfM * 1.62, 0.6, '#0d1114', 0.1);
    panel.rect(0, bottom + 0.4, halfM * 1.7, 0.016, 'rgba(0,0,0,0.6)', 0);
  }
  panel.rect(0, up + 0.1, halfM * 1.2, 0.28, 'rgba(150,175,195,0.25)', 0.06);
  panel.pair(halfM * 0.86, middle, 0.014, top - bottom, 'rgba(0,0,0,0.5)', 0);
}

/** A bus front: the windscreen is painted, and the route above it. */
export function paintBusFront(job: FaceJob): void {
  const { panel, details, halfM } = job;
  const { bottom, top } = panel.frame;
  panel.rect(0, bottom + 0.12, 2 * halfM, 0.26, PLASTIC, 0);
  panel.rect(0, bottom + 1.52, 2 * halfM * 0.96, 1.34, '#0b0f12', 0.14);
  // The sky in the glass, the seats and the driver behind it.
  panel.polygon(
    [
      [halfM * 0.86, bottom + 2.12],
      [-halfM * 0.4, bottom + 2.12],
      [-halfM * 0.1, bottom + 1.5],
      [halfM * 0.86, bottom + 1.4],
    ],
    'rgba(150,175,195,0.3)',
  );
  panel.ellipse(-halfM * 0.45, bottom + 1.35, 0.16, 0.22, '#2c3036');
  panel.ellipse(-halfM * 0.45, bottom + 1.65, 0.1, 0.13, '#7a5c4c');
  panel.rect(0, bottom + 1.5, 0.035, 1.3, '#22272b', 0);
  panel.line(
    [
      [0.5, bottom + 0.92],
      [-0.2, bottom + 1.5],
    ],
    0.02,
    '#15181a',
  );
  panel.rect(0, top - 0.24, halfM * 1.5, 0.27, '#08090a', 0.04);
  panel.text(0, top - 0.24, 0.17, halfM * 1.4, details.livery?.name ?? '', '#ffb22e');
  panel.pair(halfM * 0.76, bottom + 0.5, 0.42, 0.24, '#14161a', 0.07);
  panel.pair(halfM * 0.84, bottom + 0.5, 0.18, 0.17, '#f2f6f8', 0.085);
  panel.pair(halfM * 0.66, bottom + 0.5, 0.14, 0.13, '#cdd6db', 0.065);
  panel.pair(halfM * 0.95, bottom + 0.5, 0.06, 0.14, '#d98a2b', 0.02);
  panel.rect(0, bottom + 0.58, halfM * 0.8, 0.14, '#15171a', 0.03);
  panel.ellipse(0, bottom + 0.72, 0.09, 0.09, CHROME);
  paintPlate(job, bottom + 0.3, false);
}

/** A bus's back: a window above, the engine's grille below, lamps in columns. */
export function paintBusBack(job: FaceJob): void {
  const { panel, details, halfM } = job;
  const { bottom, top } = panel.frame;
  panel.rect(0, bottom + 0.1, 2 * halfM, 0.24, PLASTIC, 0);
  panel.rect(0, top - 0.82, 2 * halfM * 0.93, 1.1, '#0b0f12', 0.1);
  // Seats before the glass, daylight above them.
  for (let seat = -3; seat <= 3; seat += 1) {
    panel.rect(seat * 0.27, top - 1.05, 0.2, 0.32, '#2a4668', 0.05);
  }
  panel.rect(0, top - 0.55, 2 * halfM * 0.84, 0.3, 'rgba(165,180,190,0.35)', 0.05);
  panel.rect(-halfM * 0.5, top - 0.2, 0.5, 0.2, '#08090a', 0.02);
  panel.text(
    -halfM * 0.5,
    top - 0.2,
    0.14,
    0.45,
    (details.livery?.name ?? '').slice(0, 2),
    '#ffb22e',
  );
  panel.rect(0, bottom + 0.84, halfM * 1.2, 0.5, '#1a1c1e', 0.03);
  for (let slat = -4; slat <= 4; slat += 1) {
    panel.rect(0, bottom + 0.84 + slat * 0.05, halfM * 1.15, 0.018, '#3c3f42', 0);
  }
  panel.line(
    [
      [-halfM * 0.7, bottom + 1.25],
      [halfM * 0.7, bottom + 1.25],
    ],
    0.015,
    'rgba(0,0,0,0.6)',
  );
  panel.pair(halfM * 0.82, bottom + 0.62, 0.36, 0.2, '#d0181e', 0.04);
  panel.pair(halfM * 0.88, bottom + 1.2, 0.17, 0.17, '#e07a1e', 0.05);
  panel.pair(halfM * 0.82, bottom + 0.44, 0.36, 0.12, '#e7e1da', 0.03);
  paintPlate(job, bottom + 0.42, true);
}

/** Front of a lorry's cab below its windscreen. */
export function paintLorryFront(job: FaceJob): void {
  const { panel, details, paint, halfM } = job;
  const { bottom } = panel.frame;
  panel.rect(0, bottom + 0.16, 2 * halfM, 0.36, '#26282b', 0);
  panel.pair(halfM * 0.76, bottom + 0.22, 0.42, 0.2, '#0f1113', 0.05);
  panel.pair(halfM * 0.8, bottom + 0.22, 0.18, 0.15, '#f4f8fa', 0.06);
  panel.pair(halfM * 0.66, bottom + 0.22, 0.12, 0.12, '#cdd6db', 0.05);
  panel.pair(halfM * 0.93, bottom + 0.22, 0.06, 0.12, '#d98a2b', 0.02);
  const tallM = variant([0.4, 0.5, 0.34, 0.44, 0.3], details.face.grille);
  panel.rect(0, bottom + 0.62, halfM * 1.4, tallM, '#141517', 0.05);
  for (let bar = -2; bar <= 2; bar += 1) {
    const up = bottom + 0.62 + bar * (tallM / 5.5);
    panel.rect(0, up, halfM * 1.32, 0.022, details.face.isChromed ? CHROME : '#4d5053', 0);
  }
  panel.ellipse(0, bottom + 0.62, 0.09, 0.09, CHROME);
  const { livery } = details;
  if (livery) {
    panel.text(0, bottom + 0.92, 0.1, halfM, livery.name, readableInk(livery.ink, paint));
  }
  paintPlate(job, bottom + 0.12, false);
}

/** Doors are white or bare aluminium, whatever colour the box is. */
const DOOR_COLOURS = ['#e6e7e5', '#d6d9da', '#e2dfd6'];
/** Between the rails of a cargo box's back, metres above the road. */
const DOOR_MIDDLE_M = 2.18;

/** The back of a cargo box: twin doors in their frame. */
export function paintLorryBack(job: FaceJob): void {
  const { panel, details, halfM } = job;
  const { livery } = details;
  const colour = DOOR_COLOURS[details.paintSeed % DOOR_COLOURS.length] ?? '#e6e7e5';
  panel.rect(0, DOOR_MIDDLE_M, 2 * halfM, 2.4, colour, 0);
  paintTwinDoors(job);
  panel.rect(0, panel.frame.top - 0.04, 2 * halfM, 0.09, '#7d8184', 0);
  panel.rect(0, 1.03, 2 * halfM, 0.1, '#7d8184', 0);
  for (let mark = -5; mark <= 5; mark += 2) panel.rect(mark * 0.2, 1.03, 0.2, 0.06, '#b5222a', 0);
  panel.pair(1.12, panel.frame.top - 0.06, 0.1, 0.06, '#c01a20', 0.01);
  // The dark frame and its rubber seals.
  panel.pair(1.16, DOOR_MIDDLE_M, 0.08, 2.4, '#5d6165', 0);
  panel.pair(1.09, DOOR_MIDDLE_M, 0.03, 2.3, 'rgba(0,0,0,0.45)', 0);
  if (livery) {
    panel.text(0, 2.75, 0.26, halfM * 1.5, livery.name, readableInk(livery.ink, colour));
  }
}

function paintTwinDoors({ panel }: FaceJob): void {
  panel.rect(0, DOOR_MIDDLE_M, 0.025, 2.36, 'rgba(0,0,0,0.7)', 0);
  for (const along of [0.28, 0.74]) {
    panel.pair(along, DOOR_MIDDLE_M, 0.035, 2.3, '#a2a6a9', 0);
    panel.pair(along + 0.06, DOOR_MIDDLE_M - 0.55, 0.2, 0.05, '#6d7174', 0.01);
  }
  for (const up of [1.2, 1.8, 2.5, 3.15]) panel.pair(1.12, up, 0.16, 0.07, '#6b6f72', 0.01);
}
