import { BoxGeometry, CylinderGeometry, Matrix4, SphereGeometry, Vector3 } from 'three';
import type { AtlasPlacer } from './atlas';
import type { BodyShape } from './body-shape';
import type { MeshBuilder, Slot } from './mesh-builder';
import { PART_COLOURS } from './part-colours';
import { halfWidthM } from './shell-section';
import type { RoofLoad } from './vehicle-details';

/** Adds solids by their middle and size, metres. */
export class SolidAdder {
  readonly #builder: MeshBuilder;

  constructor(builder: MeshBuilder) {
    this.#builder = builder;
  }

  /** `tiltRad` turns it around z: nose up. */
  box(
    middle: readonly [number, number, number],
    size: readonly [number, number, number],
    colour: number,
    tiltRad = 0,
  ): void {
    const matrix = new Matrix4()
      .makeTranslation(...middle)
      .multiply(new Matrix4().makeRotationZ(tiltRad));
    this.#builder.solid('parts', new BoxGeometry(...size), matrix, colour);
  }

  /** An ellipsoid. `place` puts skin in the atlas. */
  blob(
    slot: Slot,
    middle: readonly [number, number, number],
    radii: readonly [number, number, number],
    colour: number,
    place?: (xM: number, yM: number, zM: number) => readonly [number, number],
    tiltRad = 0,
  ): void {
    const matrix = new Matrix4()
      .makeTranslation(...middle)
      .multiply(new Matrix4().makeRotationZ(tiltRad))
      .scale(new Vector3(...radii));
    this.#builder.solid(slot, new SphereGeometry(1, 10, 7), matrix, colour, place);
  }

  /** A round bar from one point to another, thinner or thicker at its end. */
  bar(
    from: readonly [number, number, number],
    to: readonly [number, number, number],
    radiusM: number,
    colour: number,
    endRadiusM = radiusM,
    segments = 7,
  ): void {
    const start = new Vector3(...from);
    const direction = new Vector3(...to).sub(start);
    const lengthM = direction.length();
    const up = direction.clone().normalize();
    // Any direction across the bar will do for its second axis.
    const aside = new Vector3(0, 0, 1).cross(up);
    if (aside.lengthSq() < 1e-6) aside.set(1, 0, 0);
    aside.normalize();
    const matrix = new Matrix4()
      .makeBasis(aside, up, new Vector3().crossVectors(aside, up))
      .setPosition(start.addScaledVector(direction, 0.5));
    const solid = new CylinderGeometry(endRadiusM, radiusM, lengthM, segments);
    this.#builder.solid('parts', solid, matrix, colour);
  }
}

/** Mirrors, side strip, exhaust: what every shell on wheels has. */
export function addFittings(shape: BodyShape, builder: MeshBuilder, place: AtlasPlacer): void {
  const solids = new SolidAdder(builder);
  const [mirrorX, mirrorY, mirrorZ] = shape.mirrorM;
  const isTall = shape.face === 'van' || shape.face === 'bus' || shape.face === 'lorry';
  for (const side of [1, -1]) {
    const radii = isTall ? ([0.06, 0.19, 0.1] as const) : ([0.07, 0.075, 0.11] as const);
    solids.blob(
      isTall ? 'parts' : 'skin',
      [mirrorX, mirrorY, mirrorZ * side],
      radii,
      PART_COLOURS.trim,
      (xM, yM) => place(side > 0 ? 'right' : 'left', xM, Math.min(yM, shape.beltM - 0.1)),
    );
    if (shape.face === 'bus') {
      // Hung before the windscreen on an arm from the roof's corner.
      solids.bar(
        [3.9, 2.8, side * 1.1],
        [mirrorX, mirrorY + 0.15, mirrorZ * side],
        0.03,
        PART_COLOURS.trim,
      );
      continue;
    }
    const armM = mirrorZ - halfWidthM(shape, mirrorX) + 0.1;
    solids.box(
      [mirrorX + 0.02, mirrorY - 0.04, side * (mirrorZ - armM / 2)],
      [0.05, 0.04, armM],
      PART_COLOURS.trim,
    );
  }
  if (shape.face === 'car' || shape.face === 'suv') addCarBits(shape, solids);
  if (shape.face === 'bus') {
    // Air conditioning and a battery.
    solids.box([-2.6, shape.heightM + 0.02, 0], [1.9, 0.3, 1.7], PART_COLOURS.white);
    solids.box([1.3, shape.heightM, 0], [1.6, 0.24, 1.6], PART_COLOURS.white);
  }
}

function addCarBits(shape: BodyShape, solids: SolidAdder): void {
  const [rear] = shape.shellM;
  const [, front] = shape.axlesM;
  const [back] = shape.axlesM;
  solids.bar([rear + 0.25, 0.27, 0.45], [rear - 0.02, 0.27, 0.45], 0.035, PART_COLOURS.steel);
  for (const side of [1, -1]) {
    // Sill: a dark step between the wheels that ends the paint above the road.
    solids.box(
      [(front + back) / 2, shape.sillM + 0.01, side * (shape.widthM / 2 - 0.06)],
      [front - back - 2.4 * shape.tyreRadiusM, 0.07, 0.06],
      PART_COLOURS.trim,
    );
  }
}

/** What a roof carries; `heightM` is the roof's. */
export function addRoofLoad(load: RoofLoad, shape: BodyShape, builder: MeshBuilder): void {
  const solids = new SolidAdder(builder);
  const roofM = shape.heightM;
  const middleX = shape.face === 'van' ? -0.9 : -0.55;
  const edgeZ = shape.widthM / 2 - shape.tumbleM - 0.1;
  const lengthM = shape.face === 'van' ? 3 : 1.6;
  const addBars = (): void => {
    for (const xM of [middleX - lengthM * 0.35, middleX + lengthM * 0.35]) {
      solids.box([xM, roofM + 0.05, 0], [0.05, 0.03, 2 * edgeZ + 0.08], PART_COLOURS.trim);
    }
  };
  switch (load) {
    case 'none':
      return;
    case 'rails':
      for (const side of [1, -1]) {
        solids.box(
          [middleX, roofM + 0.01, side * edgeZ],
          [lengthM, 0.035, 0.035],
          PART_COLOURS.chrome,
        );
      }
      return;
    case 'bars':
      addBars();
      return;
    case 'box':
      addBars();
      solids.blob('parts', [middleX, roofM + 0.17, 0.1], [0.95, 0.16, 0.36], 0x2a2c30);
      return;
    case 'ladder':
      addBars();
      for (const zM of [0.15, 0.5]) {
        solids.box([middleX, roofM + 0.1, zM], [2.9, 0.05, 0.05], PART_COLOURS.chrome);
      }
      for (let rung = -4; rung <= 4; rung += 1) {
        solids.box(
          [middleX + rung * 0.32, roofM + 0.1, 0.32],
          [0.04, 0.03, 0.35],
          PART_COLOURS.chrome,
        );
      }
      return;
    case 'taxi':
      solids.box([0, roofM + 0.05, 0], [0.14, 0.13, 0.5], 0xf2c230);
      return;
    case 'bicycle':
      addBars();
      addBicycle(solids, middleX, roofM);
  }
}

function addBicycle(solids: SolidAdder, middleX: number, roofM: number): void {
  const hubM = roofM + 0.4;
  for (const offset of [-0.5, 0.5]) {
    for (let step = 0; step < 10; step += 1) {
      const rim = (index: number): readonly [number, number, number] => {
        const angle = (index * Math.PI) / 5;
        return [middleX + offset + 0.32 * Math.cos(angle), hubM + 0.32 * Math.sin(angle), 0.2];
      };
      solids.bar(rim(step), rim(step + 1), 0.018, PART_COLOURS.tyre, 0.018, 4);
    }
  }
  const frame = [
    [-0.5, 0],
    [-0.1, -0.05],
    [0.4, 0.4],
    [-0.15, 0.4],
    [-0.1, -0.05],
  ] as const;
  for (let index = 0; index + 1 < frame.length; index += 1) {
    const [x0 = 0, y0 = 0] = frame[index] ?? [];
    const [x1 = 0, y1 = 0] = frame[index + 1] ?? [];
    solids.bar(
      [middleX + x0, hubM + y0, 0.2],
      [middleX + x1, hubM + y1, 0.2],
      0.02,
      0xb02a22,
      0.02,
      5,
    );
  }
}
