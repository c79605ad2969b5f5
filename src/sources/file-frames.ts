import { type VideoSample, VideoSampleSink } from 'mediabunny';
import type { SourceFrame } from '../contracts/source';
import { AppError } from '../core/app-error';
import { decodeUpToDamage, findMissingEnd } from './file-damage';
import type { OpenedFile } from './file-open';
import { toUprightImage } from './file-upright';
import { FrameRatePicker } from './frame-rate-picker';

/** What reading a file raises when it was changed, moved or removed meanwhile. */
const UNREADABLE_NAMES = ['NotReadableError', 'NotFoundError'];

/** Pulls the pictures of an opened file, in presentation order. The demuxer (mediabunny 1.61) lets at
 * most 40 be decoded ahead of the first, and eight from then on. */
export class FileFrames {
  readonly #opened: OpenedFile;
  readonly #samples: AsyncGenerator<VideoSample, void, unknown>;
  readonly #picker: FrameRatePicker | null;
  #decodeMsTotal = 0;
  #isClosed = false;
  /** Container seconds; of pictures that were decoded, delivered or not. */
  #lastStartS = Number.NEGATIVE_INFINITY;
  #lastEndS = 0;

  constructor(opened: OpenedFile, framesPerSecond: number | null) {
    this.#opened = opened;
    this.#picker = framesPerSecond === null ? null : new FrameRatePicker(framesPerSecond);
    this.#samples = new VideoSampleSink(opened.track).samples();
  }

  get decodeMsTotal(): number {
    return this.#decodeMsTotal;
  }

  /** Ends the iteration, also one that waits for the decoder, and frees every decoded picture. */
  close(): void {
    this.#isClosed = true;
    void this.#samples.return();
    this.#opened.input.dispose();
  }

  /** Throws AppError VIDEO_DAMAGED after the last picture that could be had. */
  async *frames(): AsyncGenerator<SourceFrame, void, undefined> {
    let damage: unknown = null;
    try {
      for (;;) {
        const sample = await this.#next();
        if (!sample) break;
        yield* this.#deliver(sample);
      }
    } catch (error) {
      damage = error;
    } finally {
      await this.#samples.return();
    }
    if (this.#isClosed) return;
    if (damage !== null) yield* this.#finishDamaged(damage);
    else await this.#checkEnd();
  }

  async #next(): Promise<VideoSample | null> {
    const startMs = performance.now();
    const next = await this.#samples.next();
    this.#decodeMsTotal += performance.now() - startMs;
    if (!next.done && this.#isClosed) next.value.close();
    return next.done === true || this.#isClosed ? null : next.value;
  }

  *#deliver(sample: VideoSample): Generator<SourceFrame, void, undefined> {
    const { timestamp, duration } = sample;
    this.#lastStartS = timestamp;
    this.#lastEndS = Math.max(this.#lastEndS, timestamp + duration);
    // Before the file's beginning (cut away by an edit list): players do not show these either.
    const isBeforeStart = timestamp < 0 && timestamp + duration <= 0;
    const captureTimeUs = Math.max(0, Math.round((timestamp - this.#opened.originS) * 1e6));
    if (isBeforeStart || this.#picker?.takes(captureTimeUs) === false) {
      sample.close();
      return;
    }
    const startMs = performance.now();
    const image = toUprightImage(sample);
    this.#decodeMsTotal += performance.now() - startMs;
    yield { image, captureTimeUs };
  }

  async *#finishDamaged(cause: unknown): AsyncGenerator<SourceFrame, void, undefined> {
    try {
      for await (const sample of decodeUpToDamage(this.#opened.track, this.#lastStartS)) {
        if (this.#isClosed) return sample.close();
        yield* this.#deliver(sample);
      }
    } catch {
      // A decoder may tell of the damage later than it happened, here too: what came before it was delivered.
    }
    const atS = Math.max(0, this.#lastEndS - this.#opened.originS);
    const found = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof DOMException && UNREADABLE_NAMES.includes(cause.name)) {
      throw new AppError(
        'VIDEO_UNREADABLE',
        `Expected the file to stay readable, lost it after ${atS.toFixed(2)} s: ${found}`,
        { cause },
      );
    }
    throw new AppError(
      'VIDEO_DAMAGED',
      `Expected intact pictures to the end, found damage after ${atS.toFixed(2)} s: ${found}`,
      { cause },
    );
  }

  async #checkEnd(): Promise<void> {
    if (this.#lastStartS === Number.NEGATIVE_INFINITY) {
      throw new AppError('VIDEO_DAMAGED', 'Expected pictures in the video track, found none');
    }
    const missing = await findMissingEnd(this.#opened.input, this.#opened.track, this.#lastEndS);
    if (missing && !this.#isClosed) throw missing;
  }
}
