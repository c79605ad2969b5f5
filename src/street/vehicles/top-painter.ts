import type { BodyShape } from './body-shape';
import { CARGO_BOX } from './lorry-body';
import type { PanelPainter } from './panel-painter';
import type { VehicleDetails } from './vehicle-details';
import { paintEndWindows } from './window-painter';

const GAP = 'rgba(0,0,0,0.55)';

export interface TopJob {
  readonly panel: PanelPainter;
  readonly shape: BodyShape;
  readonly details: VehicleDetails;
}

/** Bonnet, roof, boot lid or load bed as seen from above. */
export function paintTop(job: TopJob): void {
  const { panel, shape, details } = job;
  paintEndWindows(panel, shape, details);
  if (shape.face === 'lorry') return paintLorryTop(job);
  if (shape.face === 'bus') return paintBusTop(job);
  const roof = roofSpan(shape);
  const [roofRear, roofFront] = roof;
  const roofLengthM = roofFront - roofRear;
  const middleX = (roofRear + roofFront) / 2;
  if (details.roofColour) {
    panel.rect(middleX, 0, roofLengthM, shape.widthM, details.roofColour, 0);
  }
  // Drip channels along the roof.
  for (const side of [1, -1]) {
    panel.rect(
      middleX,
      side * (shape.widthM / 2 - shape.tumbleM - 0.14),
      roofLengthM,
      0.02,
      GAP,
      0,
    );
  }
  if (details.hasSunroof) {
    panel.rect(roofFront - 0.6, 0, 0.5, shape.widthM * 0.44, '#101315', 0.05);
  }
  if (shape.face === 'van') {
    for (let rib = -2; rib <= 2; rib += 1) {
      panel.rect(-0.8, rib * 0.28, 3, 0.05, 'rgba(0,0,0,0.12)', 0.02);
    }
  }
  // The sky lies in bonnet and roof.
  panel.rect(0, 0, shape.lengthM, shape.widthM * 0.7, 'rgba(225,235,245,0.1)', 0.2);
  paintBonnet(job);
  if (shape.face === 'pickup') paintLoadBed(job);
}

function roofSpan(shape: BodyShape): readonly [number, number] {
  const rear = shape.rearWindowM?.[1] ?? shape.shellM[0] + 0.2;
  return [rear, shape.windscreenM?.[0] ?? shape.shellM[1]];
}

function paintBonnet({ panel, shape }: TopJob): void {
  const base = shape.windscreenM?.[1] ?? 0;
  const front = shape.shellM[1];
  const lengthM = front - base;
  // The scuttle with its wipers below the glass.
  panel.rect(base + 0.07, 0, 0.11, shape.widthM * 0.8, '#191b1d', 0.02);
  for (const side of [1, -1]) {
    panel.line(
      [
        [base + 0.1, side * shape.widthM * 0.4],
        [front - 0.12, side * shape.widthM * 0.36],
      ],
      0.014,
      GAP,
    );
    panel.line(
      [
        [base + 0.25, side * shape.widthM * 0.22],
        [front - 0.2, side * shape.widthM * 0.17],
      ],
      0.03,
      'rgba(0,0,0,0.12)',
    );
    // Headlamps reach up over the corner.
    if (shape.face !== 'van') {
      panel.rect(
        front - 0.16,
        side * (shape.widthM / 2 - 0.24),
        Math.min(0.3, lengthM * 0.3),
        0.22,
        '#8f999f',
        0.06,
      );
    }
  }
}

function paintLoadBed({ panel, shape, details }: TopJob): void {
  const rear = shape.shellM[0];
  const cab = shape.rearWindowM?.[0] ?? -0.9;
  const lengthM = cab - rear - 0.16;
  const middleX = (cab + rear) / 2 - 0.02;
  const hasCover = details.variant === 0;
  panel.rect(middleX, 0, lengthM, shape.widthM - 0.26, hasCover ? '#1d1f22' : '#101113', 0.03);
  if (hasCover) {
    for (const share of [-0.25, 0.25]) {
      panel.rect(middleX + lengthM * share, 0, 0.02, shape.widthM - 0.28, '#2f3236', 0);
    }
    return;
  }
  for (let rib = -3; rib <= 3; rib += 1) {
    panel.rect(middleX, rib * 0.2, lengthM - 0.06, 0.05, '#25282b', 0);
  }
  // Load, and the shade that the wall throws on the floor.
  const load = `#${details.accents[1].toString(16).padStart(6, '0')}`;
  panel.rect(middleX - 0.2, 0.15, lengthM * 0.4, 0.7, load, 0.02);
  panel.rect(middleX + 0.45, -0.3, 0.35, 0.35, '#8a7a5c', 0.02);
}

function paintBusTop({ panel, shape }: TopJob): void {
  for (const xM of [-0.6, 3.2]) {
    panel.rect(xM, 0, 0.7, 0.7, 'rgba(0,0,0,0.3)', 0.04);
    panel.rect(xM, 0, 0.62, 0.62, 'rgba(235,238,240,0.35)', 0.04);
  }
  panel.rect(0, 0.75, shape.lengthM, 0.03, GAP, 0);
  panel.rect(0, -0.75, shape.lengthM, 0.03, GAP, 0);
}

function paintLorryTop({ panel }: TopJob): void {
  const { rearXM, frontXM, halfWidthM } = CARGO_BOX;
  const middle = (rearXM + frontXM) / 2;
  panel.rect(middle, 0, frontXM - rearXM + 0.1, 2 * halfWidthM, '#cfd1cf', 0);
  for (let rib = 0; rib < 7; rib += 1) {
    panel.rect(rearXM + 0.4 + rib * 0.7, 0, 0.03, 2 * halfWidthM, 'rgba(0,0,0,0.12)', 0);
  }
}
