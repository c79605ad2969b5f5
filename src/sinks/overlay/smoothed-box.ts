import type { Track } from '../../contracts/track';

/**
 * How far past its result a box may run on its velocity. Past half a second a wrong velocity shows
 * more than a standing box does.
 */
export const MAX_EXTRAPOLATION_MS = 500;
/** A correction is 95 % done after three of these: quick enough to sit on the vehicle, slow enough not to jump. */
const CORRECTION_TIME_CONSTANT_MS = 70;
/** Corrections farther than this many box sides are jumps (a track re-found elsewhere) and are not glided over. */
const MAX_GLIDE_SIDES = 1.5;
/** Below this a remaining correction cannot be seen, frame pixels. */
const SETTLED_PX = 0.25;

/**
 * One box between two inferences: it moves on with its velocity, and the surprise a new result brings
 * decays instead of jumping. Reused, so that a frame allocates nothing. All in frame pixels.
 */
export class SmoothedBox {
  centreX = 0;
  centreY = 0;
  width = 0;
  height = 0;

  #baseX = 0;
  #baseY = 0;
  #baseWidth = 0;
  #baseHeight = 0;
  #velocityX = 0;
  #velocityY = 0;
  #baseUnixMs = 0;
  #offsetX = 0;
  #offsetY = 0;
  #offsetWidth = 0;
  #offsetHeight = 0;
  #offsetUnixMs = 0;

  /** Takes a result's box as it is. */
  place(track: Track, frameUnixMs: number): void {
    this.#setBase(track, frameUnixMs);
    this.#offsetX = this.#offsetY = this.#offsetWidth = this.#offsetHeight = 0;
    this.moveTo(frameUnixMs, false);
  }

  /** Takes a newer result's box and glides there from what is shown at `nowUnixMs`. */
  glideTo(track: Track, frameUnixMs: number, nowUnixMs: number): void {
    this.moveTo(nowUnixMs, true);
    const { centreX, centreY, width, height } = this;
    this.#setBase(track, frameUnixMs);
    const predictedMs = this.#extrapolatedMs(nowUnixMs);
    const offsetX = centreX - (this.#baseX + (this.#velocityX * predictedMs) / 1000);
    const offsetY = centreY - (this.#baseY + (this.#velocityY * predictedMs) / 1000);
    const limit = MAX_GLIDE_SIDES * Math.max(this.#baseWidth, this.#baseHeight);
    const isJump = Math.hypot(offsetX, offsetY) > limit;
    this.#offsetX = isJump ? 0 : offsetX;
    this.#offsetY = isJump ? 0 : offsetY;
    this.#offsetWidth = isJump ? 0 : width - this.#baseWidth;
    this.#offsetHeight = isJump ? 0 : height - this.#baseHeight;
    this.#offsetUnixMs = nowUnixMs;
    this.moveTo(nowUnixMs, true);
  }

  /** Sets the public fields to the box at a time; `isPredicted` false leaves it where the result put it. */
  moveTo(nowUnixMs: number, isPredicted: boolean): void {
    const ms = isPredicted ? this.#extrapolatedMs(nowUnixMs) : 0;
    const rest = isPredicted ? this.#correctionLeft(nowUnixMs) : 0;
    this.centreX = this.#baseX + (this.#velocityX * ms) / 1000 + this.#offsetX * rest;
    this.centreY = this.#baseY + (this.#velocityY * ms) / 1000 + this.#offsetY * rest;
    this.width = this.#baseWidth + this.#offsetWidth * rest;
    this.height = this.#baseHeight + this.#offsetHeight * rest;
  }

  /** Whether painting later than `nowUnixMs` would show something else. */
  isMoving(nowUnixMs: number): boolean {
    const isRunning =
      nowUnixMs - this.#baseUnixMs < MAX_EXTRAPOLATION_MS &&
      Math.abs(this.#velocityX) + Math.abs(this.#velocityY) > 1;
    if (isRunning) return true;
    const rest = this.#correctionLeft(nowUnixMs);
    const largest = Math.max(
      Math.abs(this.#offsetX),
      Math.abs(this.#offsetY),
      Math.abs(this.#offsetWidth),
      Math.abs(this.#offsetHeight),
    );
    return largest * rest > SETTLED_PX;
  }

  #setBase(track: Track, frameUnixMs: number): void {
    const { box } = track;
    this.#baseX = (box.x1 + box.x2) / 2;
    this.#baseY = (box.y1 + box.y2) / 2;
    this.#baseWidth = box.x2 - box.x1;
    this.#baseHeight = box.y2 - box.y1;
    this.#velocityX = track.velocityXPxPerS;
    this.#velocityY = track.velocityYPxPerS;
    this.#baseUnixMs = frameUnixMs;
  }

  #extrapolatedMs(nowUnixMs: number): number {
    return Math.min(Math.max(0, nowUnixMs - this.#baseUnixMs), MAX_EXTRAPOLATION_MS);
  }

  #correctionLeft(nowUnixMs: number): number {
    return Math.exp(-Math.max(0, nowUnixMs - this.#offsetUnixMs) / CORRECTION_TIME_CONSTANT_MS);
  }
}
