import type { SizePx } from '../../contracts/model';
import type { RecordedFrame } from '../../contracts/recorder-tap';
import type { SourcePace } from '../../contracts/source';
import { AppError } from '../../core/app-error';
import { CameraEncoder } from './camera-encoder';
import type { EncodedPicture } from './encoded-picture';
import { evenSize, type EncoderChoice } from './encoder-choice';
import { FrameQueue } from './frame-queue';
import { PicturePainter } from './picture-painter';
import { PictureRing } from './picture-ring';
import { SEGMENT_US, Segmenter } from './segmenter';

/** Between key pictures while only the last seconds are kept: so much more than asked for is kept at most. */
const ARMED_KEY_INTERVAL_US = 1_000_000;

/** What one camera's recorder works with. */
export interface CameraRecorderParts {
  readonly pace: SourcePace;
  /** Kept while nothing is written; 0: nothing is. */
  readonly preRollUs: number;
  /** Throws AppError ENCODER_UNSUPPORTED. */
  readonly chooseEncoder: (size: SizePx) => Promise<EncoderChoice>;
  /** Resolves when storage has caught up enough. */
  readonly whenWritable: () => Promise<void>;
  /** A complete segment, in order. */
  onSegment(pictures: readonly EncodedPicture[]): void;
  /** The recorder is done with a picture it was given. */
  onDone(): void;
  /** A picture did not get into the video. */
  onDropped(isAnalysed: boolean): void;
  /** Called once: nothing more is encoded. */
  onFailed(error: unknown): void;
}

/** Pictures of one camera in, segments out. */
export class CameraRecorder {
  readonly #parts: CameraRecorderParts;
  readonly #queue: FrameQueue<RecordedFrame>;
  readonly #painter = new PicturePainter();
  readonly #ring: PictureRing;
  readonly #segmenter = new Segmenter();
  #encoder: CameraEncoder | null = null;
  #isWriting = false;
  #hasFailed = false;
  /** One more encoder is tried after a failure; a segment that came through earns the next try. */
  #isRetryLeft = true;
  #lastKeyUs = -Infinity;
  #lastUs = -Infinity;
  #lastPictureMs = 0;
  #pumping: Promise<void> | null = null;

  constructor(parts: CameraRecorderParts) {
    this.#parts = parts;
    this.#ring = new PictureRing(parts.preRollUs);
    this.#queue = new FrameQueue(parts.pace, (frame) => {
      this.#drop(frame);
    });
  }

  /** Takes the picture. */
  add(frame: RecordedFrame): void {
    if (this.#hasFailed) return this.#drop(frame);
    this.#queue.put(frame);
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = null;
    });
  }

  /** The recording begins at this moment; see {@link PictureRing.hold}. */
  hold(): void {
    this.#ring.hold();
  }

  /** From here on segments are made, the first with what was kept. */
  beginWriting(): void {
    this.#isWriting = true;
    for (const picture of this.#ring.takeAll()) this.#write(picture);
  }

  /** Called now and then: what was recorded before a camera fell silent must not wait in memory for it to come back. */
  lookAfter(nowMs: number): void {
    const isSilent = nowMs - this.#lastPictureMs > SEGMENT_US / 1000;
    if (!isSilent || this.#segmenter.isEmpty || this.#pumping || !this.#encoder?.isIdle) return;
    this.#cut();
  }

  /** Encodes what waits and hands out the last segment. */
  async finish(): Promise<void> {
    while (this.#pumping) await this.#pumping;
    // A failure now costs what is inside the encoder; what came out is kept.
    await this.#encoder?.flush().catch(() => undefined);
    this.#cut();
    this.dispose();
  }

  /** Drops everything at once. */
  dispose(): void {
    this.#hasFailed = true;
    this.#queue.clear();
    this.#encoder?.close();
    this.#encoder = null;
  }

  async #pump(): Promise<void> {
    for (let frame = this.#queue.take(); frame; frame = this.#queue.take()) {
      try {
        if (this.#hasFailed || !(await this.#encode(frame))) {
          this.#parts.onDropped(frame.isAnalysed);
        }
      } catch (error) {
        this.#parts.onDropped(frame.isAnalysed);
        this.#fail(error);
      } finally {
        frame.image.close();
        this.#parts.onDone();
      }
    }
  }

  /** False: the picture was left out. Throws what cannot be mended. */
  async #encode(frame: RecordedFrame): Promise<boolean> {
    // One that came twice, or after a later one, has no place in a video.
    if (frame.image.timestamp <= this.#lastUs) return false;
    await this.#parts.whenWritable();
    const encoder = await this.#encoderFor(frame);
    await encoder.whenRoom();
    const captureTimeUs = frame.image.timestamp;
    const intervalUs = this.#isWriting ? SEGMENT_US : ARMED_KEY_INTERVAL_US;
    const isKey = captureTimeUs - this.#lastKeyUs >= intervalUs;
    const picture = this.#painter.prepare(frame);
    try {
      encoder.encode(picture, frame.isAnalysed, isKey);
    } catch (error) {
      // Told with the next picture, which tries another encoder.
      if (encoder.failure) return false;
      throw error;
    } finally {
      picture.close();
    }
    this.#lastUs = captureTimeUs;
    if (isKey) this.#lastKeyUs = captureTimeUs;
    return true;
  }

  /** The encoder in use, or another one when that failed or the picture has another size (a phone was turned). */
  async #encoderFor({ image }: RecordedFrame): Promise<CameraEncoder> {
    const size = evenSize({ widthPx: image.displayWidth, heightPx: image.displayHeight });
    const current = this.#encoder;
    if (current?.failure) this.#noteFailure(current.failure);
    else if (current) {
      const { width, height } = current.choice.config;
      if (width === size.widthPx && height === size.heightPx) return current;
      await current.flush().catch((error: unknown) => {
        this.#noteFailure(error);
      });
    }
    current?.close();
    this.#encoder = null;
    const encoder = new CameraEncoder(await this.#parts.chooseEncoder(size), {
      onPicture: (picture) => {
        this.#take(picture);
      },
      onLost: (isAnalysed) => {
        this.#parts.onDropped(isAnalysed);
      },
    });
    this.#encoder = encoder;
    this.#lastKeyUs = -Infinity;
    return encoder;
  }

  /** Throws AppError ENCODER_FAILED when another encoder was tried already. */
  #noteFailure(cause: unknown): void {
    if (!this.#isRetryLeft) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `The encoder failed twice within a segment: ${reason}`;
      throw new AppError('ENCODER_FAILED', message, { cause });
    }
    this.#isRetryLeft = false;
  }

  #take(picture: EncodedPicture): void {
    this.#lastPictureMs = performance.now();
    if (this.#isWriting) this.#write(picture);
    else if (this.#parts.preRollUs > 0) this.#ring.add(picture);
  }

  #write(picture: EncodedPicture): void {
    if (this.#segmenter.isEmpty && !picture.isKey) {
      // The encoder did not hear the wish: it is asked again.
      this.#lastKeyUs = -Infinity;
      return;
    }
    const complete = this.#segmenter.add(picture);
    if (!complete) return;
    // One that another encoder cut short earns nothing.
    if (complete[0]?.stream === picture.stream) this.#isRetryLeft = true;
    this.#parts.onSegment(complete);
  }

  #cut(): void {
    const complete = this.#segmenter.take();
    if (complete) this.#parts.onSegment(complete);
    // What comes next begins a segment.
    this.#lastKeyUs = -Infinity;
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#parts.onFailed(error);
  }

  #drop(frame: RecordedFrame): void {
    frame.image.close();
    this.#parts.onDropped(frame.isAnalysed);
    this.#parts.onDone();
  }
}
