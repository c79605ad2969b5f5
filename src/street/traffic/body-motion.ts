import type { BodyType } from '../../contracts/street';
import { BODY_FACTS } from '../vehicles/body-facts';
import type { Random } from '../random';
import type { Driver } from './car-following';

/** How a body moves. */
export interface BodyMotion {
  readonly lengthM: number;
  readonly widthM: number;
  readonly wheelbaseM: number;
  /** From the front axle to the foremost point. */
  readonly frontOverhangM: number;
  /** Whether it fits around the corners and into the strip for parking. */
  readonly isAgile: boolean;
}

/** Wheelbase and front overhang as shares of the length: typical of each kind of vehicle. */
const AXLES: Readonly<Record<BodyType, readonly [wheelbase: number, frontOverhang: number]>> = {
  hatchback: [0.63, 0.2],
  saloon: [0.6, 0.19],
  estate: [0.6, 0.19],
  suv: [0.6, 0.19],
  van: [0.6, 0.18],
  pickup: [0.6, 0.17],
  lorry: [0.55, 0.19],
  bus: [0.52, 0.24],
  motorcycle: [0.67, 0.16],
};

/** Longer ones would cut the kerb at the corner with their rear wheels. */
const LONGEST_AGILE_M = 5.6;

const MOTIONS = new Map<BodyType, BodyMotion>();

/** The same object for the same body. */
export function bodyMotion(bodyType: BodyType): BodyMotion {
  const known = MOTIONS.get(bodyType);
  if (known !== undefined) return known;
  const { lengthM, widthM } = BODY_FACTS[bodyType];
  const [wheelbase, frontOverhang] = AXLES[bodyType];
  const motion = {
    lengthM,
    widthM,
    wheelbaseM: wheelbase * lengthM,
    frontOverhangM: frontOverhang * lengthM,
    isAgile: lengthM <= LONGEST_AGILE_M,
  };
  MOTIONS.set(bodyType, motion);
  return motion;
}

/**
 * A driver for a body. The ranges lie around the model's values for towns (M. Treiber, A. Kesting, "Traffic Flow
 * Dynamics", Springer 2013, table 11.2: T 1.0 s, s0 2 m, a 1.0, b 1.5 m/s^2), with 31 to 40 km/h on this street.
 */
export function drawDriver(random: Random, bodyType: BodyType): Driver {
  const isHeavy = bodyType === 'lorry' || bodyType === 'bus';
  const pace = isHeavy ? 0.88 : bodyType === 'motorcycle' ? 1.05 : 1;
  return {
    desiredSpeedMps: pace * random.between(8.6, 11.1),
    timeGapS: random.between(1, 1.5),
    standingGapM: random.between(1.8, 2.8),
    accelerationMps2: isHeavy ? random.between(0.8, 1) : random.between(1.2, 1.7),
    decelerationMps2: random.between(1.6, 2.2),
  };
}
