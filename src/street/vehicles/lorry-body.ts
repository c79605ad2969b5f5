import { CylinderGeometry, Matrix4 } from 'three';
import type { AtlasPlacer, PanelName } from './atlas';
import { SolidAdder } from './fittings';
import type { MeshBuilder, Vertex } from './mesh-builder';
import { PART_COLOURS } from './part-colours';

/** The cargo box of a lorry, metres. */
export const CARGO_BOX = {
  rearXM: -3.58,
  frontXM: 1.5,
  bottomM: 0.98,
  topM: 3.38,
  halfWidthM: 1.2,
} as const;

/** Chassis, cargo box with its frame, underride bars, mudguards, steps. `variant` 1 carries a cooling unit. */
export function addLorryBody(builder: MeshBuilder, place: AtlasPlacer, variant: number): void {
  addCargoBox(builder, place);
  const solids = new SolidAdder(builder);
  const { rearXM, frontXM, bottomM, topM, halfWidthM } = CARGO_BOX;
  const lengthM = frontXM - rearXM;
  const middleX = (frontXM + rearXM) / 2;
  solids.box([-0.6, 0.8, 0], [5.9, 0.24, 0.9], PART_COLOURS.trim);
  for (const side of [1, -1]) {
    for (const yM of [bottomM, topM - 0.02]) {
      const middle = [middleX, yM, side * (halfWidthM - 0.01)] as const;
      solids.box(middle, [lengthM + 0.03, 0.08, 0.05], PART_COLOURS.steel);
    }
    for (const xM of [rearXM, frontXM]) {
      const middle = [xM, (bottomM + topM) / 2, side * (halfWidthM - 0.01)] as const;
      solids.box(middle, [0.07, topM - bottomM, 0.06], PART_COLOURS.steel);
    }
    // Side guards between the axles, a tank, mudguards.
    for (const yM of [0.58, 0.82]) {
      solids.box([0.1, yM, side * 1.1], [2.5, 0.11, 0.04], PART_COLOURS.steel);
    }
    solids.box([1.2, 0.68, side * 0.85], [0.7, 0.42, 0.5], PART_COLOURS.rubber);
    solids.box([-2.5, 0.97, side * 0.96], [1.1, 0.05, 0.5], PART_COLOURS.trim);
    solids.box([-3.12, 0.55, side * 0.96], [0.03, 0.55, 0.48], PART_COLOURS.trim);
    solids.box([rearXM - 0.01, 0.86, side * 0.92], [0.05, 0.17, 0.46], PART_COLOURS.tailLamp);
    solids.box([3.0, 0.62, side * 1.02], [0.5, 0.14, 0.12], PART_COLOURS.trim);
  }
  solids.box([rearXM + 0.03, 0.6, 0], [0.09, 0.13, 2.2], PART_COLOURS.steel);
  solids.box([rearXM - 0.01, 0.84, 0], [0.03, 0.13, 0.54], 0xe8c83a);
  // The sun visor, and what leads the wind over and past the gap: without it cab and box are found as two.
  solids.box([3.42, 2.52, 0], [0.18, 0.1, 1.9], PART_COLOURS.trim, -0.3);
  if (variant !== 1) solids.box([2.25, 2.86, 0], [1.15, 0.42, 1.9], PART_COLOURS.white, -0.3);
  for (const side of [1, -1]) {
    solids.box([1.62, 1.75, side * 1.1], [0.3, 1.9, 0.05], PART_COLOURS.white);
  }
  if (variant === 1) solids.box([frontXM + 0.12, 2.9, 0], [0.36, 0.7, 1.7], PART_COLOURS.white);
  const tank = new Matrix4().makeTranslation(1.6, 1.6, -0.9);
  builder.solid('parts', new CylinderGeometry(0.07, 0.07, 1.6, 8), tank, PART_COLOURS.rubber);
}

function addCargoBox(builder: MeshBuilder, place: AtlasPlacer): void {
  const { rearXM, frontXM, bottomM, topM, halfWidthM } = CARGO_BOX;
  const corner = (panel: PanelName, xM: number, yM: number, zM: number): Vertex => {
    const along = panel === 'back' ? zM : xM;
    const up = panel === 'top' ? zM : yM;
    const [u, v] = place(panel, along, up);
    return { xM, yM, zM, u, v };
  };
  for (const side of [1, -1] as const) {
    const panel = side > 0 ? 'right' : 'left';
    const zM = halfWidthM * side;
    const wall = [
      corner(panel, rearXM, bottomM, zM),
      corner(panel, frontXM, bottomM, zM),
      corner(panel, frontXM, topM, zM),
      corner(panel, rearXM, topM, zM),
    ] as const;
    builder.quad('skin', side > 0 ? wall : [wall[3], wall[2], wall[1], wall[0]]);
  }
  builder.quad('skin', [
    corner('back', rearXM, bottomM, -halfWidthM),
    corner('back', rearXM, bottomM, halfWidthM),
    corner('back', rearXM, topM, halfWidthM),
    corner('back', rearXM, topM, -halfWidthM),
  ]);
  builder.quad('skin', [
    corner('top', rearXM, topM, halfWidthM),
    corner('top', frontXM, topM, halfWidthM),
    corner('top', frontXM, topM, -halfWidthM),
    corner('top', rearXM, topM, -halfWidthM),
  ]);
  const front = (yM: number, zM: number): Vertex => corner('top', frontXM, yM, zM);
  builder.quad(
    'parts',
    [
      front(bottomM, halfWidthM),
      front(bottomM, -halfWidthM),
      front(topM, -halfWidthM),
      front(topM, halfWidthM),
    ],
    PART_COLOURS.white,
  );
  const under = (xM: number, zM: number): Vertex => corner('top', xM, bottomM, zM);
  builder.quad(
    'parts',
    [
      under(rearXM, -halfWidthM),
      under(frontXM, -halfWidthM),
      under(frontXM, halfWidthM),
      under(rearXM, halfWidthM),
    ],
    PART_COLOURS.dark,
  );
}
