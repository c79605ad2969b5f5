import type { SourcePace } from '../../contracts/source';

/** What the recorder grants at first: so many pictures may wait. */
export const QUEUE_CAPACITY = 8;

/** From here on live pictures that nobody analysed go: half of the room is for those with results. */
const CROWDED_COUNT = 4;

/**
 * Pictures of one camera that wait for its encoder, in order. A live source does not wait: when the encoder cannot keep up,
 * pictures that nobody analysed are dropped first, the oldest of them first. An offline source is held up by credit instead, and nothing
 * is dropped.
 */
export class FrameQueue<Frame extends { readonly isAnalysed: boolean }> {
  readonly #pace: SourcePace;
  readonly #drop: (frame: Frame) => void;
  readonly #waiting: Frame[] = [];

  /** `drop` takes the frames that are given up. */
  constructor(pace: SourcePace, drop: (frame: Frame) => void) {
    this.#pace = pace;
    this.#drop = drop;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Takes the frame. */
  put(frame: Frame): void {
    this.#waiting.push(frame);
    if (this.#pace === 'offline') return;
    if (this.#waiting.length > CROWDED_COUNT) this.#dropFirst(({ isAnalysed }) => !isAnalysed);
    if (this.#waiting.length > QUEUE_CAPACITY) this.#dropFirst(() => true);
  }

  /** The oldest; null: none waits. The caller owns it. */
  take(): Frame | null {
    return this.#waiting.shift() ?? null;
  }

  /** Drops all. */
  clear(): void {
    for (const frame of this.#waiting.splice(0)) this.#drop(frame);
  }

  #dropFirst(isVictim: (frame: Frame) => boolean): void {
    const index = this.#waiting.findIndex(isVictim);
    for (const frame of index < 0 ? [] : this.#waiting.splice(index, 1)) this.#drop(frame);
  }
}
