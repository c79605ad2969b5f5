import type { CameraId } from '../contracts/frame';
import type { SourceFrame } from '../contracts/source';
import type { FrameTruth, StreetApi, StreetChoice, StreetReady } from '../contracts/street';
import { AppError } from '../core/app-error';
import type { StreetClock } from './street-clock';

/** Draws one street: the worker behind its client. */
export interface StreetDrawer extends Pick<StreetApi, 'open' | 'frame'> {
  /** Ends the drawing; calls under way reject. */
  close(): void;
}

/**
 * A live street moves on by this much between two pictures at most, microseconds. With two cameras each sees at
 * least five pictures of every second of the street, which is what following vehicles at 30 km/h needs: a machine
 * that draws and analyses fewer shows the street in slow motion, and after a pause it has stood still.
 */
const MAX_LIVE_STEP_US = 100_000;

/**
 * Nobody asked for this long beyond a picture's interval, microseconds: the run is paused or the tab hidden, and the
 * street stands still. Analysis alone seldom takes that long; where it does, times lag behind the wall clock likewise.
 */
const STANDSTILL_US = 1_000_000;

/**
 * One street that several cameras look at: it is opened once, draws one picture at a time, in order of
 * time, and ends with the last camera that looked at it.
 *
 * A live street's capture time is the wall clock's less the time it stood still for want of anyone who asked: the
 * pictures before and after a pause are about as far apart as the street moved on between them, so that a vehicle
 * which did not leave is not taken for one that came again. Times of day lag by those pauses.
 */
export class StreetSession {
  readonly choice: StreetChoice;
  readonly clock: StreetClock;
  readonly #drawer: StreetDrawer;
  readonly #onTruth: ((truth: FrameTruth) => void) | null;
  readonly #members = new Set<object>();
  #opened: Promise<StreetReady> | null = null;
  #isClosed = false;
  #originUnixMs = 0;
  #drawing: Promise<unknown> = Promise.resolve();
  #sceneTimeUs = 0;
  #lastUs = Number.NEGATIVE_INFINITY;
  /** Of the live clock: when somebody last asked or got a picture, since the origin; null before anyone asked. */
  #lastSignUs: number | null = null;
  #stoodStillUs = 0;
  #underWayCount = 0;

  /** `drawer` belongs to the session from here on. `onTruth` hears of each picture before it is handed out. */
  constructor(
    choice: StreetChoice,
    drawer: StreetDrawer,
    onTruth: ((truth: FrameTruth) => void) | null,
    clock: StreetClock,
  ) {
    this.choice = choice;
    this.clock = clock;
    this.#drawer = drawer;
    this.#onTruth = onTruth;
  }

  /** When capture time was 0; known once it is open. */
  get originUnixMs(): number {
    return this.#originUnixMs;
  }

  /** Capture time of the newest picture of any camera, microseconds. Pictures must be later than that. */
  get lastUs(): number {
    return this.#lastUs;
  }

  /**
   * Capture time of now, microseconds: never going back. Whoever wants a live picture asks for it, and by that ends
   * a standstill.
   */
  noteAsked(): number {
    const idleUs = this.#noteSign();
    const allowedUs = STANDSTILL_US + 1e6 / this.choice.framesPerSecond;
    if (this.#underWayCount === 0 && idleUs > allowedUs) {
      this.#stoodStillUs += idleUs - MAX_LIVE_STEP_US;
    }
    return (this.#lastSignUs ?? 0) - this.#stoodStillUs;
  }

  /** Someone will look at this street. */
  join(member: object): void {
    this.#members.add(member);
  }

  /** Someone looks no longer; the last one ends it. */
  leave(member: object): void {
    this.#members.delete(member);
    if (this.#members.size > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.#drawer.close();
  }

  /** Builds the scene, once for all. Throws AppError STREET_UNAVAILABLE; WORKER_GONE once closed. */
  open(): Promise<StreetReady> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** The next picture, as this camera sees it at that time. Throws AppError STREET_UNAVAILABLE; WORKER_GONE once closed. */
  draw(cameraId: CameraId, captureTimeUs: number): Promise<SourceFrame & { renderMs: number }> {
    if (captureTimeUs <= this.#lastUs) {
      throw new RangeError(`Expected a time after ${this.#lastUs} us, got ${captureTimeUs} us`);
    }
    const sceneTimeUs = this.#moveTo(captureTimeUs);
    const draw = (): Promise<SourceFrame & { renderMs: number }> =>
      this.#draw(cameraId, sceneTimeUs, captureTimeUs);
    this.#underWayCount += 1;
    // The one before tells its failure to whoever asked for it.
    const drawn = this.#drawing.then(draw, draw);
    this.#drawing = drawn;
    return drawn;
  }

  async #open(): Promise<StreetReady> {
    const { seed, weather } = this.choice;
    const ready = await this.#drawer
      .open({ seed, weather, quality: null })
      .catch((error: unknown) => this.#rethrow(error));
    this.#originUnixMs = Math.floor(this.clock.nowMs());
    return ready;
  }

  async #draw(
    cameraId: CameraId,
    sceneTimeUs: number,
    captureTimeUs: number,
  ): Promise<SourceFrame & { renderMs: number }> {
    const wantsTruth = this.#onTruth !== null;
    const request = { cameraId, sceneTimeUs, captureTimeUs, wantsTruth };
    try {
      const { image, truth, renderMs } = await this.#drawer
        .frame(request)
        .catch((error: unknown) => this.#rethrow(error));
      if (truth !== null && !this.#isClosed) this.#onTruth?.(truth);
      return { image, captureTimeUs, cameraId, renderMs };
    } finally {
      this.#underWayCount -= 1;
      this.#noteSign();
    }
  }

  /** To a run WORKER_GONE means its own workers, which it would start anew: they have nothing to do with this one. */
  #rethrow(error: unknown): never {
    if (this.#isClosed || !(error instanceof AppError) || error.code !== 'WORKER_GONE') throw error;
    throw new AppError(
      'STREET_UNAVAILABLE',
      `Expected a worker that draws the street, found none: ${error.message}`,
      { cause: error },
    );
  }

  /** How long it is since the sign before, microseconds; 0 for the first one. */
  #noteSign(): number {
    const elapsedUs = this.#elapsedUs();
    const idleUs = elapsedUs - (this.#lastSignUs ?? elapsedUs);
    this.#lastSignUs = elapsedUs;
    return idleUs;
  }

  #elapsedUs(): number {
    return (this.clock.nowMs() - this.#originUnixMs) * 1000;
  }

  #moveTo(captureTimeUs: number): number {
    if (this.choice.pace === 'offline') this.#sceneTimeUs = captureTimeUs;
    else if (this.#lastUs >= 0) {
      this.#sceneTimeUs += Math.min(captureTimeUs - this.#lastUs, MAX_LIVE_STEP_US);
    }
    this.#lastUs = captureTimeUs;
    return this.#sceneTimeUs;
  }
}
