import { readableInk } from './liveries';
import type { PanelPainter } from './panel-painter';
import type { SideJob } from './side-job';

const GLASS = '#0e1316';
const SEAM = 'rgba(0,0,0,0.42)';
const AMBER = '#e08a26';

/** A bus's flank around its windows: livery, skirt, flaps, the windscreen that wraps around the corner, doors. */
export function paintBusSide(job: SideJob): void {
  paintLivery(job);
  paintSkirt(job);
  paintNose(job);
  if (job.side > 0) paintDoors(job.panel);
  else paintOffside(job);
}

function paintLivery({ panel, shape, details, paint, side }: SideJob): void {
  const { livery } = details;
  if (!livery) return;
  if (livery.layout === 1) panel.rect(0, 0.8, shape.lengthM, 0.3, livery.band, 0);
  if (livery.layout === 2) {
    panel.polygon(
      [
        [-4.5, 0.3],
        [-4.5, 3.1],
        [-2.9, 3.1],
        [-1.3, 0.3],
      ],
      livery.band,
    );
  }
  if (livery.layout === 3) panel.rect(0, 0.5, shape.lengthM, 0.5, livery.band, 0);
  // On the kerb side there is a door in the middle.
  const [middleM, lengthM] = side > 0 ? [-1.3, 1.2] : [-0.4, 2.4];
  panel.text(middleM, 1.0, 0.26, lengthM, livery.line, readableInk(livery.ink, paint));
}

/** The flaps of luggage, batteries and engine, in a shade of their own, down to a dark edge. */
function paintSkirt({ panel, shape }: SideJob): void {
  const [rear, front] = shape.axlesM;
  panel.rect(0, 0.4, shape.lengthM, 0.3, 'rgba(20,22,26,0.42)', 0);
  panel.rect(0, 0.74, shape.lengthM, 0.02, SEAM, 0);
  for (const xM of [-3.9, rear + 0.75, -1, 0.1, 1, front - 0.75, front + 0.75, 3.8]) {
    panel.rect(xM, 0.55, 0.016, 0.42, SEAM, 0);
  }
  // Cooling air for the engine.
  panel.rect(-3.8, 0.92, 0.8, 0.42, 'rgba(0,0,0,0.45)', 0.02);
  for (let slat = -2; slat <= 2; slat += 1) {
    panel.rect(-3.8, 0.92 + slat * 0.08, 0.74, 0.025, 'rgba(200,205,208,0.22)', 0);
  }
  for (const xM of [-3.4, -1.5, 0.5, 1.3, 3.3]) panel.rect(xM, 0.6, 0.12, 0.06, AMBER, 0.01);
}

/** Seen from the side: the windscreen's edge, a headlamp, a dark bumper; behind, the tail lamps. */
function paintNose({ panel, shape }: SideJob): void {
  const [rear, front] = shape.shellM;
  panel.polygon(
    [
      [front, 0.98],
      [front, 2.72],
      [front - 0.42, 2.72],
      [front - 0.26, 1.9],
      [front - 0.16, 1.05],
    ],
    GLASS,
  );
  panel.polygon(
    [
      [front, 1.7],
      [front, 2.5],
      [front - 0.26, 2.5],
      [front - 0.14, 1.7],
    ],
    'rgba(165,185,200,0.35)',
  );
  panel.rect(front - 0.1, 0.78, 0.34, 0.24, '#14161a', 0.05);
  panel.rect(front - 0.09, 0.78, 0.26, 0.17, '#eef3f5', 0.06);
  panel.rect(front - 0.32, 0.8, 0.1, 0.1, AMBER, 0.02);
  panel.rect(front - 0.3, 0.42, 0.7, 0.24, '#1d1f22', 0.03);
  panel.rect(rear + 0.2, 0.42, 0.5, 0.24, '#1d1f22', 0.03);
  panel.rect(rear + 0.05, 1.1, 0.14, 0.7, '#b8141c', 0.02);
}

/** The driver's side has no passengers' doors: the driver's window reaches down, an emergency door is outlined. */
function paintOffside({ panel, shape }: SideJob): void {
  const sillM = shape.beltM - 0.28;
  panel.rect(3.82, shape.beltM, 0.88, 0.62, GLASS, 0.05);
  panel.rect(3.82, sillM + 0.16, 0.76, 0.2, 'rgba(150,165,175,0.25)', 0.04);
  const [left, right] = [-1.86, -0.66];
  for (const xM of [left, right]) panel.rect(xM, 1.2, 0.03, 1.9, SEAM, 0);
  panel.rect((left + right) / 2 + 0.5, 1.08, 0.2, 0.05, '#e8e9e6', 0.02);
  panel.rect(1.5, 1.02, 0.3, 0.2, 'rgba(0,0,0,0.2)', 0.03);
}

/** Doors are on the kerb side: glass down to the step. */
function paintDoors(panel: PanelPainter): void {
  for (const xM of [3.84, 0.02]) {
    panel.rect(xM, 1.36, 1.18, 2.05, '#1b1d20', 0.04);
    for (const leaf of [-0.28, 0.28]) {
      panel.rect(xM + leaf, 1.36, 0.48, 1.85, '#0d1215', 0.05);
      panel.rect(xM + leaf, 1.7, 0.4, 0.9, 'rgba(150,175,195,0.2)', 0.05);
    }
  }
}
