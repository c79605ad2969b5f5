/*
 * The Intelligent Driver Model: M. Treiber, A. Hennecke, D. Helbing, "Congested traffic states in empirical
 * observations and microscopic simulations", Physical Review E 62, 1805 (2000), equations 3 and 4.
 */

/** How somebody drives. */
export interface Driver {
  /** v0: speed on a free road, m/s. */
  readonly desiredSpeedMps: number;
  /** T: time gap kept to the vehicle ahead, seconds. */
  readonly timeGapS: number;
  /** s0: gap kept at a standstill, metres. */
  readonly standingGapM: number;
  /** a: largest acceleration, m/s^2. */
  readonly accelerationMps2: number;
  /** b: comfortable deceleration, positive, m/s^2. */
  readonly decelerationMps2: number;
}

/** The vehicle ahead. */
export interface Leader {
  /** From our front to its rear, metres. */
  readonly gapM: number;
  readonly speedMps: number;
}

/** What dry asphalt and a driver's nerves allow; the model alone would brake without limit. */
const HARDEST_BRAKING_MPS2 = 5;
/** Exponent of the free road, as in the paper. */
const FREE_ROAD_EXPONENT = 4;
/**
 * Who is faster than the place allows loses the excess in this time. The paper's own term does so only where it is large,
 * and would enter a bend a fifth too fast.
 */
const SLOWING_S = 0.5;
/** Keeps the interaction finite when bumpers touch. */
const SMALLEST_GAP_M = 0.1;
/** A driver who stops for a line brakes this much harder at first than would just do, and then gently. */
const EARLY_BRAKING = 1.3;
/** The least that is allowed in the last hand's breadth, where next to nothing is needed and creeping would not end. */
const HOLD_BRAKING_MPS2 = 0.6;

/**
 * Acceleration, m/s^2. `desiredSpeedMps`: what is wanted here, which may be less than on a free road; when it is exceeded,
 * nobody brakes harder than is comfortable.
 */
export function followAcceleration(
  driver: Driver,
  speedMps: number,
  desiredSpeedMps: number,
  leader: Leader | null,
): number {
  const { accelerationMps2: a, decelerationMps2: b } = driver;
  const ratio = speedMps / desiredSpeedMps;
  const free =
    ratio <= 1
      ? a * (1 - ratio ** FREE_ROAD_EXPONENT)
      : Math.max((desiredSpeedMps - speedMps) / SLOWING_S, -b);
  if (leader === null) return free;
  const approachMps = speedMps - leader.speedMps;
  const wantedGapM =
    driver.standingGapM +
    Math.max(0, speedMps * driver.timeGapS + (speedMps * approachMps) / (2 * Math.sqrt(a * b)));
  const gapM = Math.max(leader.gapM, SMALLEST_GAP_M);
  return Math.max(free - a * (wantedGapM / gapM) ** 2, -HARDEST_BRAKING_MPS2);
}

/** Constant deceleration, positive, that stops a vehicle within a distance, m/s^2. */
export function stoppingDecelerationMps2(speedMps: number, distanceM: number): number {
  return (speedMps * speedMps) / (2 * Math.max(distanceM, SMALLEST_GAP_M));
}

/** Acceleration towards a place where the front is to stop, `distanceM` ahead, m/s^2. */
export function stopAcceleration(
  driver: Driver,
  speedMps: number,
  desiredSpeedMps: number,
  distanceM: number,
): number {
  const obstacle = { gapM: distanceM + driver.standingGapM, speedMps: 0 };
  const follow = followAcceleration(driver, speedMps, desiredSpeedMps, obstacle);
  const needed = stoppingDecelerationMps2(speedMps, distanceM);
  const gentlest = needed > driver.decelerationMps2 ? -needed : Infinity;
  const earliest = Math.max(EARLY_BRAKING * needed, HOLD_BRAKING_MPS2);
  return Math.max(Math.min(follow, gentlest), -earliest, -HARDEST_BRAKING_MPS2);
}
