import type { PanelPainter } from './panel-painter';
import type { VehicleDetails } from './vehicle-details';

/** What the painters of fronts and backs share. */
export interface FaceJob {
  readonly panel: PanelPainter;
  readonly details: VehicleDetails;
  readonly plate: string;
  /** `#rrggbb`. */
  readonly paint: string;
  /** Half the vehicle's width, metres. */
  readonly halfM: number;
}

export const BLACK = '#0c0d0f';
export const PLASTIC = '#1a1b1d';
export const CHROME = '#b9bdc0';

/** One of a painter's variants. */
export function variant(values: readonly number[], index: number): number {
  return values[index % values.length] ?? 0;
}

/** A number plate, white in front and yellow behind. */
export function paintPlate({ panel, plate }: FaceJob, up: number, isBack: boolean): void {
  panel.rect(0, up, 0.55, 0.14, '#1b1c1e', 0.01);
  panel.rect(0, up, 0.52, 0.115, isBack ? '#e8c83a' : '#eceee8', 0.01);
  panel.text(0, up, 0.075, 0.44, plate, '#141416');
}

/** Front of a car, an SUV or a pick-up. `bottomM` and `topM` bound the face. */
export function paintCarFront(job: FaceJob): void {
  const { panel, details, halfM } = job;
  const { bottom, top } = panel.frame;
  const heightM = top - bottom;
  const at = (share: number): number => bottom + heightM * share;
  // Bumper with its intakes.
  panel.rect(0, at(0.05), 2 * halfM, heightM * 0.16, PLASTIC, 0);
  panel.rect(0, at(0.25), halfM * 1.15, heightM * 0.22, BLACK, 0.04);
  for (let bar = -1; bar <= 1; bar += 1) {
    panel.rect(0, at(0.25) + bar * 0.035, halfM * 1.1, 0.008, '#33363a', 0);
  }
  panel.pair(halfM * 0.78, at(0.25), 0.26, heightM * 0.2, PLASTIC, 0.04);
  panel.pair(halfM * 0.76, at(0.25), 0.09, 0.08, '#cfd4d6', 0.04);
  if (details.face.isBumperDark) panel.rect(0, at(0.2), 2 * halfM, heightM * 0.38, '#26282b', 0);
  paintGrille(job, at(0.68), heightM * 0.34);
  paintHeadLamps(job, at(0.74), heightM * 0.34);
  // The shut line of the bonnet.
  panel.line(
    [
      [-halfM, at(0.96)],
      [halfM, at(0.96)],
    ],
    0.012,
    'rgba(0,0,0,0.6)',
  );
  paintPlate(job, at(0.36), false);
}

function paintGrille({ panel, details, halfM }: FaceJob, up: number, heightM: number): void {
  const { grille, isChromed } = details.face;
  const frame = isChromed ? CHROME : '#3c3f43';
  const widthM = halfM * variant([0.95, 1.15, 0.7, 1.05, 0.8], grille);
  if (grille === 4) {
    // Closed, as on an electric car: two slits and a badge.
    panel.rect(0, up + heightM * 0.25, widthM, 0.03, BLACK, 0.015);
    panel.ellipse(0, up, 0.06, 0.055, CHROME);
    return;
  }
  panel.rect(0, up, widthM, heightM, frame, grille === 2 ? 0.09 : 0.03);
  panel.rect(0, up, widthM - 0.035, heightM - 0.035, BLACK, grille === 2 ? 0.08 : 0.02);
  const bars = grille === 1 ? 2 : 4;
  for (let bar = 0; bar < bars; bar += 1) {
    const offset = ((bar + 0.5) / bars - 0.5) * (heightM - 0.05);
    panel.rect(0, up + offset, widthM - 0.05, 0.012, grille === 3 ? CHROME : '#4a4d50', 0);
  }
  if (grille === 3) panel.rect(0, up, widthM, 0.035, frame, 0.01);
  panel.ellipse(0, up, 0.065, 0.06, CHROME);
}

function paintHeadLamps({ panel, details, halfM }: FaceJob, up: number, heightM: number): void {
  const style = details.face.headLamp;
  const lengthM = variant([0.4, 0.34, 0.46, 0.26, 0.44], style);
  const tallM = heightM * variant([0.95, 1.1, 0.6, 1.1, 0.75], style);
  const middle = halfM - lengthM / 2 - 0.02;
  panel.pair(middle, up, lengthM, tallM, '#131517', 0.06);
  panel.pair(middle, up, lengthM - 0.03, tallM - 0.03, '#98a1a7', 0.05);
  const bulb = Math.min(tallM * 0.72, 0.13);
  panel.pair(middle - lengthM * 0.18, up, bulb, bulb, '#f6f9fa', bulb / 2);
  panel.pair(middle + lengthM * 0.22, up, bulb * 0.9, bulb * 0.9, '#e3eaee', bulb / 2);
  if (style % 2 === 0) panel.pair(middle, up - tallM * 0.36, lengthM * 0.8, 0.022, '#ffffff', 0.01);
  panel.pair(middle + lengthM * 0.4, up, 0.05, tallM * 0.5, '#d98a2b', 0.01);
}

/** Back of a car, an SUV or a pick-up. */
export function paintCarBack(job: FaceJob): void {
  const { panel, details, halfM } = job;
  const { bottom, top } = panel.frame;
  const heightM = top - bottom;
  const at = (share: number): number => bottom + heightM * share;
  panel.rect(0, at(0.08), 2 * halfM, heightM * 0.24, PLASTIC, 0);
  if (details.face.isBumperDark) panel.rect(0, at(0.22), 2 * halfM, heightM * 0.44, '#26282b', 0);
  panel.pair(halfM * 0.78, at(0.22), 0.2, 0.05, '#7a1010', 0.02);
  panel.line(
    [
      [-halfM, at(0.42)],
      [halfM, at(0.42)],
    ],
    0.014,
    'rgba(0,0,0,0.65)',
  );
  panel.line(
    [
      [-halfM * 0.76, top],
      [-halfM * 0.72, at(0.42)],
    ],
    0.012,
    'rgba(0,0,0,0.5)',
  );
  panel.line(
    [
      [halfM * 0.76, top],
      [halfM * 0.72, at(0.42)],
    ],
    0.012,
    'rgba(0,0,0,0.5)',
  );
  paintTailLamps(job, at(0.76), heightM * 0.38);
  panel.rect(0, at(0.62), 0.72, heightM * 0.26, 'rgba(0,0,0,0.28)', 0.04);
  paintPlate(job, at(0.6), true);
  if (details.face.isChromed) panel.rect(0, at(0.79), 0.8, 0.03, CHROME, 0.01);
  panel.ellipse(0, at(0.88), 0.05, 0.05, CHROME);
  details.stickers.forEach((colour, index) => {
    panel.rect(-halfM * 0.55 + index * 0.17, at(0.5), 0.11, 0.07, colour, 0.01);
  });
}

function paintTailLamps({ panel, details, halfM }: FaceJob, up: number, heightM: number): void {
  const style = details.face.tailLamp;
  const lengthM = variant([0.36, 0.24, 0.44, 0.3, 0.4], style);
  const tallM = heightM * variant([0.9, 1.25, 0.55, 1.05, 0.7], style);
  const middle = halfM - lengthM / 2 - 0.015;
  panel.pair(middle, up, lengthM, tallM, '#3b0507', 0.05);
  panel.pair(middle, up + tallM * 0.1, lengthM - 0.03, tallM * 0.62, '#b8141c', 0.04);
  panel.pair(
    middle - lengthM * 0.2,
    up - tallM * 0.34,
    lengthM * 0.32,
    tallM * 0.2,
    '#efe0da',
    0.01,
  );
  panel.pair(
    middle + lengthM * 0.2,
    up - tallM * 0.34,
    lengthM * 0.36,
    tallM * 0.2,
    '#e0701c',
    0.01,
  );
  if (style === 4) panel.rect(0, up + tallM * 0.1, 2 * (halfM - lengthM), 0.05, '#8e1016', 0.01);
}
