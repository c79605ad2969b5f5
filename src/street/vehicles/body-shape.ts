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
