import type { BodyType } from '../../contracts/street';
import type { ProfilePoint } from './profile-curve';

/** From the rear one to the front one, x in metres. */
export type Span = readonly [fromM: number, toM: number];

/** A point of a vehicle; z is to its right and stands for both sides. Metres. */
export type LampPoint = readonly [xM: number, yM: number, zM: number];

/** What the painter draws on front and back. */
export type FaceKind = 'car' | 'suv' | 'pickup' | 'van' | 'bus' | 'lorry';

/** Everything but motorcycles: a shell lofted along x, on wheels. The origin is on the ground, mid-length. */
export interface BodyShape {
  readonly face: FaceKind;
  /** Of the whole vehicle. */
  readonly lengthM: number;
  readonly widthM: number;
  readonly heightM: number;
  /** Where the lofted shell begins and ends; a lorry's is its cab. */
  readonly shellM: Span;
  /** Side silhouette of the shell, rear to front. */
  readonly top: readonly ProfilePoint[];
  /** Lower edge of the shell. */
  readonly sillM: number;
  /** Lower edge of the windows. */
  readonly beltM: number;
  /** How far the roof's edge lies inside the belt. */
  readonly tumbleM: number;
  /** 1: the plan's corners are round as a car's, 0: a box's. */
  readonly rounding: number;
  /** Dark plastic along the sill and around the wheels. */
  readonly isClad: boolean;
  readonly windscreenM: Span | null;
  readonly rearWindowM: Span | null;
  readonly sideWindowsM: readonly Span[];
  /** How far up the windows go between belt (0) and roof edge (1). */
  readonly glassTop: number;
  readonly axlesM: readonly [rear: number, front: number];
  readonly tyreRadiusM: number;
  readonly tyreWidthM: number;
  /** Gaps of doors, hatches, panels. */
  readonly doorGapsM: readonly number[];
  /** Where the handles are. */
  readonly handlesM: readonly number[];
  readonly mirrorM: LampPoint;
  readonly headLampM: LampPoint;
  readonly tailLampM: LampPoint;
}

/** A motorcycle is no shell: see `motorcycle.ts`. */
export type ShellType = Exclude<BodyType, 'motorcycle'>;

/**
 * Measured off what drives in European streets, rounded. Proportions decide whether a detector trained on
 * photographs sees a vehicle: change one only with the pictures and the recall at hand.
 */
export const BODY_SHAPES: Readonly<Record<ShellType, BodyShape>> = {
  hatchback: {
    face: 'car',
    lengthM: 3.95,
    widthM: 1.76,
    heightM: 1.52,
    shellM: [-1.975, 1.975],
    top: [
      [-1.975, 0.86],
      [-1.955, 0.97],
      [-1.9, 1.05],
      [-1.47, 1.4],
      [-1.32, 1.46],
      [-0.8, 1.51],
      [-0.2, 1.52],
      [0.2, 1.47],
      [0.42, 1.38],
      [1.02, 1.03],
      [1.12, 0.99],
      [1.55, 0.92],
      [1.82, 0.83],
      [1.94, 0.75],
      [1.975, 0.67],
    ],
    sillM: 0.22,
    beltM: 0.94,
    tumbleM: 0.2,
    rounding: 1,
    isClad: false,
    windscreenM: [0.32, 1.0],
    rearWindowM: [-1.87, -1.44],
    sideWindowsM: [
      [-1.28, -1.02],
      [-0.86, -0.02],
      [0.06, 0.84],
    ],
    glassTop: 0.86,
    axlesM: [-1.27, 1.27],
    tyreRadiusM: 0.32,
    tyreWidthM: 0.21,
    doorGapsM: [-0.92, 0.02, 0.94],
    handlesM: [-0.76, 0.18],
    mirrorM: [0.74, 1.0, 0.94],
    headLampM: [1.9, 0.68, 0.66],
    tailLampM: [-1.93, 0.86, 0.7],
  },
  saloon: {
    face: 'car',
    lengthM: 4.6,
    widthM: 1.82,
    heightM: 1.46,
    shellM: [-2.3, 2.3],
    top: [
      [-2.3, 0.88],
      [-2.27, 0.99],
      [-2.2, 1.04],
      [-1.9, 1.07],
      [-1.68, 1.1],
      [-1.0, 1.37],
      [-0.75, 1.42],
      [-0.2, 1.46],
      [0.15, 1.43],
      [0.4, 1.34],
      [1.05, 1.0],
      [1.15, 0.97],
      [1.8, 0.89],
      [2.12, 0.8],
      [2.26, 0.72],
      [2.3, 0.65],
    ],
    sillM: 0.22,
    beltM: 0.92,
    tumbleM: 0.24,
    rounding: 1,
    isClad: false,
    windscreenM: [0.3, 1.02],
    rearWindowM: [-1.62, -0.94],
    sideWindowsM: [
      [-1.28, -0.94],
      [-0.86, -0.02],
      [0.06, 0.86],
    ],
    glassTop: 0.86,
    axlesM: [-1.38, 1.42],
    tyreRadiusM: 0.33,
    tyreWidthM: 0.22,
    doorGapsM: [-0.95, 0.02, 0.98],
    handlesM: [-0.78, 0.18],
    mirrorM: [0.8, 0.98, 0.97],
    headLampM: [2.22, 0.67, 0.69],
    tailLampM: [-2.26, 0.88, 0.72],
  },
  estate: {
    face: 'car',
    lengthM: 4.65,
    widthM: 1.82,
    heightM: 1.5,
    shellM: [-2.325, 2.325],
    top: [
      [-2.325, 0.84],
      [-2.31, 0.97],
      [-2.26, 1.05],
      [-1.96, 1.36],
      [-1.84, 1.42],
      [-1.1, 1.48],
      [-0.3, 1.5],
      [0.15, 1.46],
      [0.4, 1.36],
      [1.05, 1.01],
      [1.15, 0.98],
      [1.8, 0.9],
      [2.14, 0.81],
      [2.28, 0.73],
      [2.325, 0.66],
    ],
    sillM: 0.22,
    beltM: 0.93,
    tumbleM: 0.21,
    rounding: 1,
    isClad: false,
    windscreenM: [0.3, 1.02],
    rearWindowM: [-2.23, -1.93],
    sideWindowsM: [
      [-1.84, -1.0],
      [-0.86, -0.02],
      [0.06, 0.86],
    ],
    glassTop: 0.86,
    axlesM: [-1.38, 1.42],
    tyreRadiusM: 0.33,
    tyreWidthM: 0.22,
    doorGapsM: [-0.95, 0.02, 0.98],
    handlesM: [-0.78, 0.18],
    mirrorM: [0.8, 0.99, 0.97],
    headLampM: [2.24, 0.68, 0.69],
    tailLampM: [-2.28, 0.86, 0.74],
  },
  suv: {
    face: 'suv',
    lengthM: 4.5,
    widthM: 1.88,
    heightM: 1.7,
    shellM: [-2.25, 2.25],
    top: [
      [-2.25, 0.98],
      [-2.235, 1.1],
      [-2.17, 1.2],
      [-1.92, 1.54],
      [-1.8, 1.61],
      [-1.0, 1.69],
      [-0.2, 1.7],
      [0.2, 1.66],
      [0.42, 1.57],
      [1.0, 1.2],
      [1.12, 1.15],
      [1.7, 1.08],
      [2.05, 1.0],
      [2.2, 0.9],
      [2.25, 0.8],
    ],
    sillM: 0.3,
    beltM: 1.08,
    tumbleM: 0.2,
    rounding: 1,
    isClad: true,
    windscreenM: [0.32, 0.98],
    rearWindowM: [-2.14, -1.88],
    sideWindowsM: [
      [-1.7, -1.05],
      [-0.92, -0.04],
      [0.06, 0.82],
    ],
    glassTop: 0.86,
    axlesM: [-1.34, 1.36],
    tyreRadiusM: 0.36,
    tyreWidthM: 0.24,
    doorGapsM: [-1.0, 0.02, 0.95],
    handlesM: [-0.82, 0.2],
    mirrorM: [0.74, 1.16, 1.0],
    headLampM: [2.17, 0.82, 0.7],
    tailLampM: [-2.2, 0.98, 0.76],
  },
  van: {
    face: 'van',
    lengthM: 5.3,
    widthM: 2.02,
    heightM: 2.32,
    shellM: [-2.65, 2.65],
    top: [
      [-2.65, 2.12],
      [-2.6, 2.2],
      [-2.4, 2.27],
      [-1.0, 2.32],
      [0.6, 2.32],
      [0.95, 2.26],
      [1.15, 2.12],
      [1.9, 1.37],
      [2.02, 1.3],
      [2.35, 1.17],
      [2.55, 1.02],
      [2.65, 0.82],
    ],
    sillM: 0.28,
    beltM: 1.25,
    tumbleM: 0.16,
    rounding: 0.75,
    isClad: true,
    windscreenM: [1.12, 1.9],
    rearWindowM: null,
    sideWindowsM: [[0.72, 1.62]],
    glassTop: 0.86,
    axlesM: [-1.6, 1.72],
    tyreRadiusM: 0.345,
    tyreWidthM: 0.22,
    doorGapsM: [-1.1, 0.3, 0.66, 1.66],
    handlesM: [0.42, 0.8],
    mirrorM: [1.46, 1.5, 1.12],
    headLampM: [2.52, 0.86, 0.8],
    tailLampM: [-2.66, 1.05, 0.93],
  },
  pickup: {
    face: 'pickup',
    lengthM: 5.3,
    widthM: 1.9,
    heightM: 1.8,
    shellM: [-2.65, 2.65],
    top: [
      [-2.65, 1.08],
      [-2.63, 1.13],
      [-2.5, 1.14],
      [-0.92, 1.14],
      [-0.88, 1.16],
      [-0.74, 1.66],
      [-0.64, 1.73],
      [-0.2, 1.79],
      [0.2, 1.8],
      [0.5, 1.75],
      [0.68, 1.66],
      [1.28, 1.24],
      [1.38, 1.2],
      [2.1, 1.13],
      [2.45, 1.05],
      [2.6, 0.94],
      [2.65, 0.82],
    ],
    sillM: 0.36,
    beltM: 1.13,
    tumbleM: 0.2,
    rounding: 0.8,
    isClad: true,
    windscreenM: [0.58, 1.24],
    rearWindowM: [-0.87, -0.73],
    sideWindowsM: [
      [-0.62, 0.06],
      [0.16, 1.06],
    ],
    glassTop: 0.86,
    axlesM: [-1.58, 1.62],
    tyreRadiusM: 0.39,
    tyreWidthM: 0.26,
    doorGapsM: [-0.82, 0.11, 1.16],
    handlesM: [-0.5, 0.28],
    mirrorM: [1.0, 1.24, 1.02],
    headLampM: [2.56, 0.86, 0.72],
    tailLampM: [-2.66, 0.9, 0.84],
  },
  lorry: {
    face: 'lorry',
    lengthM: 7.2,
    widthM: 2.4,
    heightM: 3.38,
    shellM: [1.7, 3.6],
    top: [
      [1.7, 2.5],
      [1.76, 2.58],
      [2.1, 2.66],
      [2.95, 2.68],
      [3.25, 2.6],
      [3.38, 2.46],
      [3.56, 1.85],
      [3.6, 1.5],
    ],
    sillM: 0.5,
    beltM: 1.5,
    tumbleM: 0.08,
    rounding: 0.5,
    isClad: true,
    windscreenM: [3.28, 3.595],
    rearWindowM: null,
    sideWindowsM: [[2.3, 3.22]],
    glassTop: 0.86,
    axlesM: [-2.2, 2.6],
    tyreRadiusM: 0.46,
    tyreWidthM: 0.28,
    doorGapsM: [2.18, 3.3],
    handlesM: [2.3],
    mirrorM: [3.36, 1.95, 1.32],
    headLampM: [3.62, 0.76, 0.86],
    tailLampM: [-3.6, 0.86, 0.92],
  },
  bus: {
    face: 'bus',
    lengthM: 10.6,
    widthM: 2.5,
    heightM: 3.06,
    shellM: [-5.3, 5.3],
    top: [
      [-5.3, 2.84],
      [-5.26, 2.95],
      [-5.1, 3.02],
      [-4.0, 3.06],
      [4.4, 3.06],
      [5.1, 3.02],
      [5.24, 2.95],
      [5.3, 2.82],
    ],
    sillM: 0.3,
    beltM: 1.25,
    tumbleM: 0.08,
    rounding: 0.45,
    isClad: false,
    windscreenM: null,
    rearWindowM: null,
    sideWindowsM: [
      [-4.95, -3.75],
      [-3.67, -2.3],
      [-2.22, -0.85],
      [-0.77, 0.6],
      [0.68, 2.05],
      [2.13, 3.5],
      [3.58, 4.1],
      [4.18, 5.1],
    ],
    glassTop: 0.78,
    axlesM: [-2.4, 2.7],
    tyreRadiusM: 0.48,
    tyreWidthM: 0.28,
    doorGapsM: [-3.9, -1.5, 1.6],
    handlesM: [],
    mirrorM: [5.25, 2.1, 1.42],
    headLampM: [5.33, 0.78, 0.98],
    tailLampM: [-5.33, 1.15, 1.06],
  },
};
