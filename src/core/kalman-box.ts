import type { Box } from '../contracts/detection';

/*
 * A constant-velocity Kalman filter for boxes, after SORT (Bewley 2016), DeepSORT (Wojke 2017) and
 * ByteTrack (Zhang 2022), with three differences:
 * - Those filters' matrices are block-diagonal: no coordinate ever learns from another. So this is kept
 *   as four filters of two numbers (value, rate), which gives the same result as the 8x8 form.
 * - They count in frames. Here time is in seconds and the process noise is that of continuous white
 *   acceleration, so one step of 500 ms ends as uncertain as fifteen steps of 33 ms.
 * - Noise scales with the geometric mean of the sides rather than with the height: a vehicle, unlike a
 *   pedestrian, is seen from the side, the front and above.
 */

/** How far a detector's box wanders from one frame to the next, in box sides: DeepSORT's 1/20. */
const MEASUREMENT_STD_SIDES = 0.05;
/** Speed a new track may have before anything is known, sides a second: a car crosses its own length in 0.5 s at 30 km/h. */
const INITIAL_SPEED_STD_SIDES_PER_S = 1.5;
/** Rate at which a box may grow or shrink before anything is known, sides a second. */
const INITIAL_GROWTH_STD_SIDES_PER_S = 0.5;
/** Change of speed within one second, sides a second: ByteTrack's 1/160 of the height a frame at 30 frames/s is 1.03. */
const SPEED_CHANGE_STD_SIDES_PER_S = 1;
const GROWTH_CHANGE_STD_SIDES_PER_S = 0.7;
/**
 * A change of size dies out with this time constant. Vehicles entering the picture grow fast and then
 * stop growing; at 2 frames/s an undamped prediction overshoots by half a vehicle.
 */
const GROWTH_TIME_CONSTANT_S = 0.4;
/** Predicted sides never fall below it, so that a prediction stays a box. */
const MIN_SIDE_PX = 1;

/** Numbers an axis holds: value, rate, and the three of their symmetric covariance. */
const VALUE = 0;
const RATE = 1;
const VALUE_VARIANCE = 2;
const COVARIANCE = 3;
const RATE_VARIANCE = 4;
const NUMBERS_PER_AXIS = 5;
const AXIS_COUNT = 4;
const [CENTRE_X, CENTRE_Y, WIDTH, HEIGHT] = [0, 5, 10, 15] as const;

/** Where a box is, how fast it moves, and how sure that is. Pixels and seconds. */
export class KalmanBox {
  readonly #state = new Float64Array(AXIS_COUNT * NUMBERS_PER_AXIS);

  constructor(box: Box) {
    this.restart(box);
  }

  get centreXPx(): number {
    return this.#read(CENTRE_X + VALUE);
  }
  get centreYPx(): number {
    return this.#read(CENTRE_Y + VALUE);
  }
  get widthPx(): number {
    return Math.max(MIN_SIDE_PX, this.#read(WIDTH + VALUE));
  }
  get heightPx(): number {
    return Math.max(MIN_SIDE_PX, this.#read(HEIGHT + VALUE));
  }
  get velocityXPxPerS(): number {
    return this.#read(CENTRE_X + RATE);
  }
  get velocityYPxPerS(): number {
    return this.#read(CENTRE_Y + RATE);
  }
  /** Geometric mean of the sides: the length all noise is measured in. */
  get sidePx(): number {
    return Math.sqrt(this.widthPx * this.heightPx);
  }
  /** Standard deviation of the centre along x, px. */
  get centreXStdPx(): number {
    return Math.sqrt(this.#read(CENTRE_X + VALUE_VARIANCE));
  }
  /** Standard deviation of the centre along y, px. */
  get centreYStdPx(): number {
    return Math.sqrt(this.#read(CENTRE_Y + VALUE_VARIANCE));
  }

  /** The box as it is believed to be now. */
  box(): Box {
    const halfWidth = this.widthPx / 2;
    const halfHeight = this.heightPx / 2;
    const x = this.centreXPx;
    const y = this.centreYPx;
    return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight };
  }

  /** Forgets everything and begins at `box` with an unknown speed. */
  restart(box: Box): void {
    const width = box.x2 - box.x1;
    const height = box.y2 - box.y1;
    const side = Math.sqrt(width * height);
    this.#begin(CENTRE_X, (box.x1 + box.x2) / 2, side, INITIAL_SPEED_STD_SIDES_PER_S);
    this.#begin(CENTRE_Y, (box.y1 + box.y2) / 2, side, INITIAL_SPEED_STD_SIDES_PER_S);
    this.#begin(WIDTH, width, side, INITIAL_GROWTH_STD_SIDES_PER_S);
    this.#begin(HEIGHT, height, side, INITIAL_GROWTH_STD_SIDES_PER_S);
  }

  /** Takes over everything `other` believes. */
  copyFrom(other: KalmanBox): void {
    this.#state.set(other.#state);
  }

  /** Moves the belief `seconds` (>= 0) ahead; uncertainty grows. */
  predict(seconds: number): void {
    if (seconds <= 0) return;
    const side = this.sidePx;
    const speedNoise = (SPEED_CHANGE_STD_SIDES_PER_S * side) ** 2;
    const growthNoise = (GROWTH_CHANGE_STD_SIDES_PER_S * side) ** 2;
    this.#advance(CENTRE_X, seconds, seconds, 1, speedNoise);
    this.#advance(CENTRE_Y, seconds, seconds, 1, speedNoise);
    const kept = Math.exp(-seconds / GROWTH_TIME_CONSTANT_S);
    const reach = GROWTH_TIME_CONSTANT_S * (1 - kept);
    this.#advance(WIDTH, seconds, reach, kept, growthNoise);
    this.#advance(HEIGHT, seconds, reach, kept, growthNoise);
  }

  /** Takes in a measured box. `noiseFactor` above 1 trusts it less (a detection of low score). */
  correct(box: Box, noiseFactor: number): void {
    const variance = (MEASUREMENT_STD_SIDES * noiseFactor * this.sidePx) ** 2;
    this.#correctAxis(CENTRE_X, (box.x1 + box.x2) / 2, variance);
    this.#correctAxis(CENTRE_Y, (box.y1 + box.y2) / 2, variance);
    this.#correctAxis(WIDTH, box.x2 - box.x1, variance);
    this.#correctAxis(HEIGHT, box.y2 - box.y1, variance);
  }

  /**
   * For a box about to be predicted for long without being seen: drops the part of the speed that may
   * be mere noise, and all growth. A parked car then waits where it stood instead of drifting off.
   */
  steady(): void {
    for (const axis of [CENTRE_X, CENTRE_Y]) {
      const rate = this.#read(axis + RATE);
      // Positive-part shrinkage: a speed under 1.4 standard deviations counts as standing still.
      const doubt =
        (2 * this.#read(axis + RATE_VARIANCE)) / Math.max(rate * rate, Number.MIN_VALUE);
      this.#state[axis + RATE] = rate * Math.max(0, 1 - doubt);
    }
    this.#state[WIDTH + RATE] = 0;
    this.#state[HEIGHT + RATE] = 0;
  }

  #begin(axis: number, value: number, side: number, rateStdSides: number): void {
    this.#state[axis + VALUE] = value;
    this.#state[axis + RATE] = 0;
    this.#state[axis + VALUE_VARIANCE] = (MEASUREMENT_STD_SIDES * side) ** 2;
    this.#state[axis + COVARIANCE] = 0;
    this.#state[axis + RATE_VARIANCE] = (rateStdSides * side) ** 2;
  }

  /** `reach`: seconds of the present rate that are covered; `kept`: part of the rate left afterwards. */
  #advance(axis: number, seconds: number, reach: number, kept: number, noise: number): void {
    const state = this.#state;
    const rate = this.#read(axis + RATE);
    const covariance = this.#read(axis + COVARIANCE);
    const rateVariance = this.#read(axis + RATE_VARIANCE);
    state[axis + VALUE] = this.#read(axis + VALUE) + rate * reach;
    state[axis + RATE] = rate * kept;
    state[axis + VALUE_VARIANCE] =
      this.#read(axis + VALUE_VARIANCE) +
      2 * reach * covariance +
      reach * reach * rateVariance +
      (noise * seconds ** 3) / 3;
    state[axis + COVARIANCE] =
      kept * (covariance + reach * rateVariance) + (noise * seconds ** 2) / 2;
    state[axis + RATE_VARIANCE] = kept * kept * rateVariance + noise * seconds;
  }

  #correctAxis(axis: number, measured: number, variance: number): void {
    const state = this.#state;
    const valueVariance = this.#read(axis + VALUE_VARIANCE);
    const covariance = this.#read(axis + COVARIANCE);
    const gain = valueVariance / (valueVariance + variance);
    const rateGain = covariance / (valueVariance + variance);
    const surprise = measured - this.#read(axis + VALUE);
    state[axis + VALUE] = this.#read(axis + VALUE) + gain * surprise;
    state[axis + RATE] = this.#read(axis + RATE) + rateGain * surprise;
    state[axis + VALUE_VARIANCE] = (1 - gain) * valueVariance;
    state[axis + COVARIANCE] = (1 - gain) * covariance;
    state[axis + RATE_VARIANCE] = this.#read(axis + RATE_VARIANCE) - rateGain * covariance;
  }

  #read(index: number): number {
    return this.#state[index] ?? 0;
  }
}
