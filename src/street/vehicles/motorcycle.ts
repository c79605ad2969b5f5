import type { AtlasExtent } from './atlas';
import { SolidAdder } from './fittings';
import type { MeshBuilder } from './mesh-builder';
import { PART_COLOURS } from './part-colours';

/** Measures of the motorcycle, metres; the origin is on the ground, mid-length. */
export const MOTORCYCLE = {
  lengthM: 2.1,
  widthM: 0.9,
  heightM: 1.2,
  axlesM: [-0.72, 0.73],
  tyreRadiusM: 0.31,
  tyreWidthM: 0.17,
  headLampM: [0.72, 0.86, 0],
  tailLampM: [-0.98, 0.72, 0],
} as const satisfies Record<string, number | readonly number[]>;

/** Its atlas holds only paint: any place in it will do. */
export const MOTORCYCLE_EXTENT: AtlasExtent = {
  lengthM: MOTORCYCLE.lengthM,
  widthM: MOTORCYCLE.widthM,
  heightM: MOTORCYCLE.heightM,
  frontM: [0, MOTORCYCLE.heightM],
  backM: [0, MOTORCYCLE.heightM],
};

const CASE_METAL = 0x8b8f92;
/** The sky in it. */
const MIRROR_GLASS = 0xaab4bb;

const PAINTED = (): readonly [number, number] => [0.25, 0.1];

/** The bike without wheels and rider. `variant` 0: naked, 1: with a fairing, 2: a tourer with cases. */
export function addMotorcycle(builder: MeshBuilder, variant: number): void {
  const solids = new SolidAdder(builder);
  addFrameAndEngine(solids);
  solids.blob('skin', [0.16, 0.83, 0], [0.3, 0.14, 0.16], 0xffffff, PAINTED, 0.12);
  solids.blob('parts', [-0.35, 0.8, 0], [0.38, 0.07, 0.14], PART_COLOURS.rubber, undefined, -0.12);
  solids.blob('skin', [-0.72, 0.82, 0], [0.26, 0.06, 0.1], 0xffffff, PAINTED, -0.3);
  solids.blob('skin', [0.76, 0.6, 0], [0.24, 0.06, 0.08], 0xffffff, PAINTED, -0.15);
  addFront(solids, variant);
  addRear(solids);
  if (variant === 1) {
    solids.blob('skin', [0.55, 0.82, 0], [0.28, 0.2, 0.2], 0xffffff, PAINTED, -0.5);
    solids.blob('skin', [0.3, 0.5, 0], [0.32, 0.16, 0.17], 0xffffff, PAINTED, 0.2);
  }
  if (variant === 2) {
    // Slim and of bare metal: broad black ones hid wheel and rider's legs, and two of three were missed from behind.
    for (const side of [1, -1]) {
      solids.box([-0.68, 0.68, side * 0.24], [0.42, 0.24, 0.11], CASE_METAL);
    }
  }
}

function addFrameAndEngine(solids: SolidAdder): void {
  const [rear, front] = MOTORCYCLE.axlesM;
  const axleM = MOTORCYCLE.tyreRadiusM;
  solids.box([0.08, 0.44, 0], [0.46, 0.34, 0.28], 0x3a3c3f);
  solids.box([0.14, 0.62, 0], [0.26, 0.16, 0.26], PART_COLOURS.steel, 0.3);
  solids.box([0.36, 0.52, 0], [0.06, 0.3, 0.28], PART_COLOURS.trim, -0.3);
  solids.box([-0.18, 0.62, 0], [0.32, 0.2, 0.2], PART_COLOURS.trim);
  for (const side of [1, -1]) {
    solids.bar([0.5, 0.86, side * 0.05], [-0.22, 0.4, side * 0.13], 0.035, PART_COLOURS.trim);
    solids.bar([-0.2, 0.4, side * 0.12], [rear, axleM, side * 0.12], 0.035, PART_COLOURS.trim);
    solids.bar([0.56, 0.98, side * 0.1], [front, axleM, side * 0.1], 0.03, PART_COLOURS.steel);
    solids.bar([-0.25, 0.35, side * 0.16], [-0.25, 0.35, side * 0.26], 0.02, PART_COLOURS.steel);
  }
}

function addFront(solids: SolidAdder, variant: number): void {
  solids.blob('parts', [0.66, 0.87, 0], [0.11, 0.11, 0.11], PART_COLOURS.trim);
  solids.blob('parts', [0.71, 0.87, 0], [0.08, 0.085, 0.085], 0xdfe6ea);
  solids.bar([0.46, 1.03, -0.4], [0.52, 1.03, 0], 0.02, PART_COLOURS.trim);
  solids.bar([0.46, 1.03, 0.4], [0.52, 1.03, 0], 0.02, PART_COLOURS.trim);
  for (const side of [1, -1]) {
    solids.bar([0.48, 1.02, side * 0.28], [0.45, 1.02, side * 0.43], 0.028, PART_COLOURS.rubber);
    // Further out than the rider's arms, which would hide them from straight behind.
    solids.bar([0.5, 1.02, side * 0.28], [0.46, 1.17, side * 0.42], 0.012, PART_COLOURS.trim);
    solids.blob('parts', [0.46, 1.19, side * 0.44], [0.03, 0.045, 0.075], PART_COLOURS.trim);
    solids.blob('parts', [0.44, 1.19, side * 0.44], [0.025, 0.035, 0.06], MIRROR_GLASS);
    solids.blob('parts', [0.62, 0.84, side * 0.2], [0.04, 0.03, 0.05], 0xd98a2b);
  }
  if (variant > 0) {
    solids.box([0.62, 1.05, 0], [0.02, 0.24, 0.3], 0x39444c, 0.6);
  }
}

/** Tail lamp, plate on its bracket, indicators on stalks, a silencer on each side. */
function addRear(solids: SolidAdder): void {
  solids.blob('parts', [-0.96, 0.78, 0], [0.05, 0.06, 0.12], PART_COLOURS.tailLamp);
  solids.box([-0.98, 0.6, 0], [0.02, 0.15, 0.19], 0xe6e7e3);
  solids.bar([-0.86, 0.76, 0], [-0.99, 0.57, 0], 0.02, PART_COLOURS.trim);
  for (const side of [1, -1]) {
    solids.bar([-0.9, 0.74, 0], [-0.93, 0.74, side * 0.22], 0.012, PART_COLOURS.trim);
    solids.blob('parts', [-0.94, 0.74, side * 0.23], [0.03, 0.035, 0.045], 0xd98a2b);
    solids.bar([0.2, 0.3, side * 0.15], [-0.28, 0.3, side * 0.2], 0.03, PART_COLOURS.chrome);
    solids.bar(
      [-0.28, 0.3, side * 0.2],
      [-0.9, 0.4, side * 0.24],
      0.055,
      PART_COLOURS.chrome,
      0.07,
      9,
    );
    solids.bar([-0.9, 0.4, side * 0.24], [-0.91, 0.4, side * 0.24], 0.05, 0x101113, 0.05, 9);
  }
}

/** Jeans, cotton, leather: seen from behind, half of the picture is legs. */
const TROUSERS = [0x2c3d5c, 0x20242c, 0x3d4f6e, 0x5f5a4c, 0x2a2c30];

/** What the rider wears, sRGB. */
export interface RiderClothes {
  readonly jacket: number;
  readonly helmet: number;
  /** Picks the trousers; any whole number from 0. */
  readonly trousersSeed: number;
}

/** The rider, sitting: elbows and knees out, feet on the pegs. */
export function addRider(builder: MeshBuilder, clothes: RiderClothes): void {
  const { jacket, helmet, trousersSeed } = clothes;
  const solids = new SolidAdder(builder);
  const trousers = TROUSERS[trousersSeed % TROUSERS.length] ?? 0x20242c;
  const leather = 0x14161a;
  solids.blob('parts', [-0.3, 0.94, 0], [0.19, 0.13, 0.19], trousers);
  solids.bar([-0.28, 0.95, 0], [-0.02, 1.38, 0], 0.155, jacket, 0.2, 10);
  solids.blob('parts', [-0.03, 1.38, 0], [0.17, 0.14, 0.24], jacket);
  for (const side of [1, -1]) {
    solids.bar([-0.24, 0.92, side * 0.13], [0.14, 0.76, side * 0.31], 0.1, trousers, 0.08);
    solids.bar([0.14, 0.76, side * 0.31], [-0.16, 0.4, side * 0.31], 0.08, trousers, 0.06);
    solids.box([-0.1, 0.34, side * 0.32], [0.28, 0.1, 0.1], leather);
    solids.bar([0, 1.42, side * 0.22], [0.2, 1.18, side * 0.4], 0.072, jacket, 0.058);
    solids.bar([0.2, 1.18, side * 0.4], [0.45, 1.04, side * 0.36], 0.055, jacket, 0.047);
    solids.blob('parts', [0.46, 1.03, side * 0.36], [0.06, 0.045, 0.055], leather);
  }
  solids.blob('parts', [0.06, 1.62, 0], [0.155, 0.16, 0.13], helmet);
  solids.box([0.17, 1.62, 0], [0.1, 0.09, 0.19], 0x0c0e10);
  solids.bar([0, 1.45, 0], [0.04, 1.55, 0], 0.06, leather);
}
