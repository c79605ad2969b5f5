import { paintBusSide } from './bus-side-painter';
import { readableInk } from './liveries';
import { CARGO_BOX } from './lorry-body';
import { archRadiusM } from './shell-section';
import type { SideJob } from './side-job';
import { paintSideWindows } from './window-painter';

const GAP = 'rgba(0,0,0,0.62)';

/** One flank on top of its paint: bands, gaps, handles, lamps that reach around the corner, lettering. */
export function paintSide(job: SideJob): void {
  const { panel, shape, details } = job;
  paintOddPanel(job);
  shadeFlank(job);
  if (details.stripe) {
    panel.rect(0, shape.beltM * 0.6, shape.lengthM, 0.09, details.stripe, 0);
  }
  if (shape.face === 'bus') paintBusSide(job);
  if (shape.face === 'lorry') paintCargoSide(job);
  if (shape.face === 'van') paintVanSide(job);
  paintSideWindows(panel, shape, details, job.side);
  paintGaps(job);
  paintCornerLamps(job);
  if (details.livery?.name === 'TAXI') {
    panel.text(0.03, shape.beltM * 0.66, 0.18, 0.8, 'TAXI', '#f2c230');
  }
}

function paintOddPanel({ panel, shape, details, side }: SideJob): void {
  if (details.oddPanel === null || side < 0) return;
  const [from = 0, to = 0] = shape.doorGapsM.slice(-2);
  panel.rect((from + to) / 2, shape.beltM / 2, to - from, shape.beltM, details.oddPanel, 0);
}

/** Light from above: shoulders bright, a crease at the handles, the lower door in its own shade. */
function shadeFlank({ panel, shape, details }: SideJob): void {
  const crease = shape.beltM * 0.78;
  // The shoulder turns towards the sky: even black paint is bright there.
  panel.fade(shape.beltM + 0.02, crease + 0.05, 'rgba(225,235,245,0.3)', 'rgba(225,235,245,0.02)');
  panel.fade(crease + 0.03, crease - 0.09, 'rgba(0,0,0,0)', 'rgba(0,0,0,0.2)');
  panel.fade(crease - 0.09, shape.sillM + 0.12, 'rgba(0,0,0,0.2)', 'rgba(200,205,205,0.08)');
  panel.fade(shape.sillM + 0.14, 0, 'rgba(0,0,0,0.1)', 'rgba(0,0,0,0.55)');
  if (details.hasSideStrip) {
    const [rear, front] = shape.axlesM;
    const reach = archRadiusM(shape) * 2.1;
    panel.rect((rear + front) / 2, shape.sillM + 0.27, front - rear - reach, 0.06, '#202225', 0.01);
  }
}

function paintGaps({ panel, shape }: SideJob): void {
  const isTall = shape.face === 'van' || shape.face === 'bus' || shape.face === 'lorry';
  const topM = isTall
    ? shape.top.reduce((best, [, yM]) => Math.max(best, yM), 0) - 0.1
    : shape.beltM;
  for (const xM of shape.doorGapsM) {
    const radius = archRadiusM(shape);
    const axle = shape.axlesM.find((axleM) => Math.abs(axleM - xM) < radius);
    const footM = axle === undefined ? shape.sillM + 0.06 : shape.tyreRadiusM + radius * 0.8;
    panel.line(
      [
        [xM, footM],
        [xM, topM],
      ],
      0.014,
      GAP,
    );
  }
  const [first = 0] = shape.doorGapsM;
  const last = shape.doorGapsM.at(-1) ?? 0;
  if (!isTall) {
    panel.line(
      [
        [first, shape.sillM + 0.09],
        [last, shape.sillM + 0.09],
      ],
      0.012,
      GAP,
    );
  }
  for (const xM of shape.handlesM) {
    const up = shape.beltM - 0.13;
    panel.rect(xM, up - 0.012, 0.2, 0.05, 'rgba(0,0,0,0.5)', 0.02);
    panel.rect(xM, up + 0.008, 0.18, 0.024, 'rgba(235,238,240,0.55)', 0.01);
  }
  // A lid over the filler, on the right as often as not: always there, it belongs to the body.
  if (shape.face === 'car' || shape.face === 'suv') {
    panel.rect(shape.axlesM[0] - 0.12, shape.beltM - 0.16, 0.17, 0.17, 'rgba(0,0,0,0.22)', 0.04);
  }
}

function paintCornerLamps({ panel, shape }: SideJob): void {
  const isCar = shape.face === 'car' || shape.face === 'suv' || shape.face === 'pickup';
  const [, front] = shape.shellM;
  const [rear] = shape.shellM;
  if (isCar || shape.face === 'van') {
    const headM = shape.headLampM[1];
    const reach = shape.face === 'van' ? 0.3 : 0.36;
    panel.polygon(
      [
        [front, headM - 0.09],
        [front, headM + 0.1],
        [front - reach, headM + 0.13],
        [front - reach * 0.55, headM - 0.03],
      ],
      '#8f999f',
    );
    panel.rect(front - 0.1, headM + 0.01, 0.13, 0.09, '#eef3f5', 0.04);
    panel.rect(front - reach * 0.7, headM + 0.06, 0.08, 0.05, '#d98a2b', 0.01);
  }
  if (isCar) {
    const tailM = shape.tailLampM[1];
    panel.rect(rear + 0.1, tailM, 0.26, 0.19, '#3b0507', 0.04);
    panel.rect(rear + 0.1, tailM + 0.02, 0.22, 0.12, '#b8141c', 0.03);
    // Bumpers meet the wings in a gap.
    for (const [xM, toX] of [
      [front, shape.axlesM[1] + archRadiusM(shape)],
      [rear, shape.axlesM[0] - archRadiusM(shape)],
    ] as const) {
      panel.line(
        [
          [xM, shape.beltM * 0.62],
          [toX, shape.beltM * 0.56],
        ],
        0.012,
        GAP,
      );
    }
  }
  if (shape.face === 'van') panel.rect(rear + 0.03, 1.05, 0.07, 0.6, '#a8141b', 0.01);
}

function paintVanSide({ panel, details, paint }: SideJob): void {
  const { livery } = details;
  // The rail the sliding door runs in, pressed ribs, a protective strip.
  panel.rect(-1.2, 1.22, 1.9, 0.03, GAP, 0);
  panel.line(
    [
      [-2.3, 1.8],
      [0.3, 1.8],
    ],
    0.02,
    'rgba(0,0,0,0.25)',
  );
  panel.rect(-0.1, 0.62, 2.5, 0.12, '#232528', 0.02);
  if (livery === null) return;
  const middle = -1.05;
  if (livery.layout === 1) panel.rect(-0.9, 0.95, 3.4, 0.16, livery.band, 0);
  if (livery.layout === 2) {
    panel.polygon(
      [
        [-2.6, 0.5],
        [-2.6, 1.5],
        [-1.7, 1.05],
        [0.5, 0.85],
        [1.4, 0.5],
      ],
      livery.band,
    );
  }
  if (livery.layout === 3) panel.rect(middle, 1.5, 2.5, 0.56, livery.band, 0.05);
  const ink = readableInk(livery.ink, livery.layout === 3 ? livery.band : paint);
  panel.text(middle, 1.58, 0.24, 2.2, livery.name, ink);
  panel.text(middle, 1.32, 0.12, 1.8, livery.line, ink, '');
  panel.text(1.1, 0.95, 0.1, 0.7, livery.name, readableInk(livery.ink, paint));
}

function paintCargoSide({ panel, details }: SideJob): void {
  const { rearXM, frontXM, bottomM, topM } = CARGO_BOX;
  const middle = (rearXM + frontXM) / 2;
  const lengthM = frontXM - rearXM;
  const heightM = topM - bottomM;
  const { livery, variant } = details;
  if (livery === null) return;
  panel.rect(middle, (topM + bottomM) / 2, lengthM, heightM, livery.cargo, 0);
  const ink = readableInk(livery.ink, livery.cargo);
  if (livery.layout === 1) panel.rect(middle, bottomM + 0.4, lengthM, 0.34, livery.band, 0);
  if (livery.layout === 2) {
    panel.polygon(
      [
        [rearXM, bottomM],
        [rearXM, topM - 0.5],
        [middle - 0.6, bottomM + 0.9],
        [frontXM, bottomM + 0.3],
        [frontXM, bottomM],
      ],
      livery.band,
    );
  }
  panel.text(middle, bottomM + heightM * 0.62, 0.55, lengthM * 0.8, livery.name, ink);
  panel.text(middle, bottomM + heightM * 0.33, 0.25, lengthM * 0.6, livery.line, ink, '');
  // A curtain hangs in folds between its straps, a box is riveted from sheets.
  const folds = variant === 2 ? 22 : 6;
  for (let fold = 1; fold < folds; fold += 1) {
    const xM = rearXM + (lengthM * fold) / folds;
    const shade = variant === 2 ? 'rgba(0,0,0,0.13)' : 'rgba(0,0,0,0.09)';
    panel.rect(xM, (topM + bottomM) / 2, variant === 2 ? 0.07 : 0.02, heightM, shade, 0);
    if (variant === 2) panel.rect(xM, bottomM + 0.12, 0.03, 0.22, '#4a4d50', 0);
  }
  panel.fade(topM, topM - 0.2, 'rgba(0,0,0,0.14)', 'rgba(0,0,0,0)');
  for (let mark = 0; mark < 6; mark += 1) {
    panel.rect(rearXM + 0.5 + mark * 0.8, bottomM + 0.1, 0.3, 0.05, '#e9e4c8', 0);
  }
}
