import type { BodyShape } from './body-shape';
import { clamp, profileCurve, smoothStep } from './profile-curve';

/** The shell's rows from the sill up: underside, flank, window zone, roof. */
export type Row = 'under' | 'flank' | 'window' | 'roof';

/** A point of one cross-section; `share` runs from 0 to 1 within its row's zone (from 1 to 0 on the roof). */
export interface SectionPoint {
  readonly xM: number;
  readonly yM: number;
  readonly zM: number;
  readonly row: Row;
  readonly share: number;
}

const FLANK_SHARES = [0, 0.1, 0.24, 0.5, 0.8, 1];
const WINDOW_SHARES = [0.09, 0.32, 0.62, 0.86, 1];
/** From the roof's edge to its middle, as shares of its half width. Also the columns of the end faces. */
export const ROOF_SHARES = [1, 0.98, 0.94, 0.85, 0.55, 0];

/** Wheel arches are this much larger than the tyres. */
const ARCH_TO_TYRE = 1.16;

/** Radius of the wheel arches, metres. */
export function archRadiusM(shape: BodyShape): number {
  return shape.tyreRadiusM * ARCH_TO_TYRE;
}

/** Half the width at x in plan view: round corners, more at the front than at the back. Metres. */
export function halfWidthM(shape: BodyShape, xM: number): number {
  const [rear, front] = shape.shellM;
  const reach = 0.85 * shape.rounding;
  const towardsFront = clamp((xM - (front - reach)) / reach, 0, 1);
  const towardsRear = clamp((rear + 0.7 * reach - xM) / (0.7 * reach), 0, 1);
  const narrower =
    0.16 * shape.rounding * towardsFront ** 2.6 + 0.1 * shape.rounding * towardsRear ** 2.8;
  return (shape.widthM / 2) * (1 - narrower);
}

/** Cuts a shell at x. From the middle of the underside over the right flank to the middle of the roof. */
export function shellSections(shape: BodyShape): (xM: number) => readonly SectionPoint[] {
  const top = profileCurve(shape.top);
  const roofM = Math.max(...shape.top.map(([, yM]) => yM));
  return (xM) => {
    const topM = top(xM);
    const edgeM = clamp(0.05 + 0.04 * (topM - shape.beltM), 0.03, 0.09);
    const bottomM = Math.min(bottomAt(shape, xM), topM - 0.12);
    const beltM = Math.max(bottomM + 0.03, Math.min(shape.beltM, topM - edgeM));
    const eaveM = Math.max(beltM, topM - edgeM);
    const halfM = halfWidthM(shape, xM);
    const flankZ = (yM: number): number => halfM * flankShare(yM, beltM);
    const points: SectionPoint[] = [];
    const put = (row: Row, share: number, yM: number, zM: number): void => {
      points.push({ xM: xM + lean(shape, xM, yM), yM, zM, row, share });
    };
    put('under', 0, bottomM, 0);
    for (const share of FLANK_SHARES) {
      const yM = bottomM + (beltM - bottomM) * share;
      put('flank', share, yM, flankZ(yM));
    }
    const beltZ = flankZ(beltM);
    const inset = (shape.tumbleM * (eaveM - beltM)) / Math.max(0.4, roofM - shape.beltM);
    // The glass stands a little inside the sheet metal below it: the ledge catches the light.
    const ledge = eaveM > beltM + 0.05 ? 0.012 : 0;
    for (const share of WINDOW_SHARES) {
      const zM = beltZ - inset * share ** 1.15 - ledge * smoothStep(0, 0.09, share);
      put('window', share, beltM + (eaveM - beltM) * share, zM);
    }
    const eaveZ = points.at(-1)?.zM ?? 0;
    for (const share of ROOF_SHARES.slice(1)) {
      // A superellipse: flat across, round at the edge.
      const rise = (1 - share ** 3.4) ** (1 / 3.4);
      put('roof', share, eaveM + (topM - eaveM) * rise, eaveZ * share);
    }
    return points;
  };
}

/** Lower edge at x: the sill, raised by bumpers and wheel arches. */
function bottomAt(shape: BodyShape, xM: number): number {
  const [rear, front] = shape.shellM;
  const overhang = Math.max(
    smoothStep(front - 0.5, front, xM),
    smoothStep(-rear - 0.5, -rear, -xM),
  );
  // Bumpers end higher than the sill: the tyres show below them.
  let yM = shape.sillM + (shape.face === 'bus' ? 0.2 : 0.13) * overhang;
  const radius = archRadiusM(shape);
  for (const axleM of shape.axlesM) {
    const offset = Math.abs(xM - axleM);
    if (offset < radius) {
      yM = Math.max(yM, shape.tyreRadiusM + Math.sqrt(radius * radius - offset * offset));
    }
  }
  return yM;
}

/** Flanks bulge: widest below the belt, drawn in at the sill, with a crease at the handles. */
function flankShare(yM: number, beltM: number): number {
  const crease = yM > 0.6 * beltM && yM < 0.9 * beltM ? 0.006 : 0;
  return 1 - 0.05 * smoothStep(0.5, 0.15, yM) - 0.03 * smoothStep(0.62 * beltM, beltM, yM) + crease;
}

/** Bumpers stand out, the edges above them lean in. Metres along x. */
function lean(shape: BodyShape, xM: number, yM: number): number {
  const [rear, front] = shape.shellM;
  if (shape.face === 'bus') {
    // The windscreen leans back.
    return -0.3 * smoothStep(front - 0.9, front, xM) * smoothStep(0.9, 2.9, yM);
  }
  if (shape.rounding < 0.7) return 0;
  const end = smoothStep(front - 0.3, front, xM) - smoothStep(-rear - 0.3, -rear, -xM);
  const bumper = smoothStep(0.2, 0.32, yM) * (1 - smoothStep(0.52, 0.62, yM));
  return end * (0.045 * bumper - 0.025);
}
