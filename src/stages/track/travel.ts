import type { KalmanBox } from '../../core/kalman-box';

/** A waypoint is passed once the centre is this far from the last one, in box sides: beyond a detector's jitter. */
const WAYPOINT_SIDES = 0.25;
/** Distance from the start, in box sides, from which a track travels. */
const TRAVEL_SIDES = 0.75;
/** Part of the path that must be progress: noise walks to and fro, vehicles go somewhere. */
const MIN_STRAIGHTNESS = 0.7;
/** Without a waypoint for this long the track stands still; should it move later, its way begins there. */
const STILL_AFTER_S = 1.2;
const US_PER_S = 1e6;

/** Tells a vehicle that goes somewhere from a box that jitters or wanders. */
export class Travel {
  #startX = 0;
  #startY = 0;
  #waypointX = 0;
  #waypointY = 0;
  #waypointUs = 0;
  #pathPx = 0;
  #isTravelling = false;

  constructor(motion: KalmanBox, captureTimeUs: number) {
    this.#restart(motion, captureTimeUs);
  }

  /** True while the way covered without a stop is long enough and straight enough. */
  get isTravelling(): boolean {
    return this.#isTravelling;
  }

  /** Takes in where the track is after a detection. */
  add(motion: KalmanBox, captureTimeUs: number): void {
    const { centreXPx, centreYPx, sidePx } = motion;
    const step = Math.hypot(centreXPx - this.#waypointX, centreYPx - this.#waypointY);
    if (step < WAYPOINT_SIDES * sidePx) {
      if (captureTimeUs - this.#waypointUs > STILL_AFTER_S * US_PER_S)
        this.#restart(motion, captureTimeUs);
      return;
    }
    this.#pathPx += step;
    this.#waypointX = centreXPx;
    this.#waypointY = centreYPx;
    this.#waypointUs = captureTimeUs;
    const progress = Math.hypot(centreXPx - this.#startX, centreYPx - this.#startY);
    this.#isTravelling =
      progress >= TRAVEL_SIDES * sidePx && progress >= MIN_STRAIGHTNESS * this.#pathPx;
  }

  #restart(motion: KalmanBox, captureTimeUs: number): void {
    this.#startX = this.#waypointX = motion.centreXPx;
    this.#startY = this.#waypointY = motion.centreYPx;
    this.#waypointUs = captureTimeUs;
    this.#pathPx = 0;
    this.#isTravelling = false;
  }
}
