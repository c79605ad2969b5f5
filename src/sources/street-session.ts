import type { CameraId } from '../contracts/frame';
import type { SourceFrame } from '../contracts/source';
import type { FrameTruth, StreetApi, StreetChoice, StreetReady } from '../contracts/street';
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
 * One street that several cameras look at: it is opened once, draws one picture at a time, in order of
 * time, and ends with the last camera that looked at it.
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

  /** Builds the scene, once for all. Throws AppError STREET_UNAVAILABLE. */
  open(): Promise<StreetReady> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** The next picture, as this camera sees it at that time. Throws AppError STREET_UNAVAILABLE or WORKER_GONE. */
  draw(cameraId: CameraId, captureTimeUs: number): Promise<SourceFrame & { renderMs: number }> {
    if (captureTimeUs <= this.#lastUs) {
      throw new RangeError(`Expected a time after ${this.#lastUs} us, got ${captureTimeUs} us`);
    }
    const sceneTimeUs = this.#moveTo(captureTimeUs);
    const draw = async (): Promise<SourceFrame & { renderMs: number }> => {
      const wantsTruth = this.#onTruth !== null;
      const request = { cameraId, sceneTimeUs, captureTimeUs, wantsTruth };
      const { image, truth, renderMs } = await this.#drawer.frame(request);
      if (truth !== null && !this.#isClosed) this.#onTruth?.(truth);
      return { image, captureTimeUs, cameraId, renderMs };
    };
    // The one before tells its failure to whoever asked for it.
    const drawn = this.#drawing.then(draw, draw);
    this.#drawing = drawn;
    return drawn;
  }

  async #open(): Promise<StreetReady> {
    const { seed, weather } = this.choice;
    const ready = await this.#drawer.open({ seed, weather, quality: null });
    this.#originUnixMs = Math.floor(this.clock.nowMs());
    return ready;
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
