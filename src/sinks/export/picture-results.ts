import type { SessionFrame } from '../../contracts/session';
import { TIME_TOLERANCE_US } from './video-segments';

/** Older results say nothing about a picture any more: as far as the live view lets boxes run on, and as replay does. */
export const MAX_HELD_US = 500_000;

/** Walks through the results of one camera beside its pictures. Times asked for must rise. */
export class PictureResults {
  readonly #frames: AsyncIterator<SessionFrame>;
  #next: SessionFrame | null = null;
  #isEnded = false;
  #last: SessionFrame | null = null;

  constructor(frames: AsyncIterable<SessionFrame>) {
    this.#frames = frames[Symbol.asyncIterator]();
  }

  /**
   * What is to be drawn on the picture of a time: the results since the last one, in order, and whether the newest of all
   * still says something about it.
   */
  async until(
    timeUs: number,
  ): Promise<{ readonly passed: readonly SessionFrame[]; readonly isCurrent: boolean }> {
    const passed: SessionFrame[] = [];
    for (
      let next = await this.#peek();
      next && next.captureTimeUs <= timeUs + TIME_TOLERANCE_US;
      next = await this.#peek()
    ) {
      passed.push(next);
      this.#last = next;
      this.#next = null;
    }
    const ageUs = this.#last === null ? Infinity : timeUs - this.#last.captureTimeUs;
    return { passed, isCurrent: ageUs <= MAX_HELD_US };
  }

  /** Lets go of what the results are read from. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#frames.return?.();
  }

  async #peek(): Promise<SessionFrame | null> {
    if (this.#next || this.#isEnded) return this.#next;
    const result = await this.#frames.next();
    if (result.done) this.#isEnded = true;
    else this.#next = result.value;
    return this.#next;
  }
}
