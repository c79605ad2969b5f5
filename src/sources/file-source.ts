import type {
  FrameFeed,
  FrameSource,
  SourceEvent,
  SourceFrame,
  SourceInfo,
} from '../contracts/source';
import { asOneCamera } from '../core/source-cameras';
import { FileFrames } from './file-frames';
import { type OpenedFile, openVideoFile } from './file-open';
import { stableSourceId } from './source-id';

/** How to read a file. */
export interface FileSourceOptions {
  /** Take at most that many frames a second of video; the others are decoded but never drawn. Default: every frame. */
  readonly framesPerSecond?: number;
}

/**
 * A video file, every frame with its exact time, as fast as the machine can. Pausing is not pulling.
 * Time 0 is where the file's earliest track begins.
 *
 * The feed throws AppError VIDEO_DAMAGED, after the last frame that could be had, when the file is
 * damaged in its middle or cut off at its end.
 */
export class FileSource implements FrameSource {
  readonly kind = 'file';
  readonly pace = 'offline';
  readonly previewStream = null;
  /** A file never drops: frames left out by `framesPerSecond` were not wanted. */
  readonly droppedCount = 0;
  readonly deliveredCount = null;
  readonly #file: File;
  readonly #framesPerSecond: number | null;
  readonly #closing = new AbortController();
  #signal: AbortSignal | null = null;
  #opened: OpenedFile | null = null;
  #frames: FileFrames | null = null;

  constructor(file: File, options: FileSourceOptions = {}) {
    this.#file = file;
    this.#framesPerSecond = options.framesPerSecond ?? null;
  }

  /**
   * Time the run stood still for the decoder, plus time spent turning pictures upright. Decoding goes
   * on beside the analysis; what was hidden behind it costs the run nothing and is not counted, so
   * this is the whole cost of decoding when decoding is the bottleneck and a lower bound when it is not.
   */
  get decodeMsTotal(): number {
    return this.#frames?.decodeMsTotal ?? 0;
  }

  /** Throws AppError VIDEO_EMPTY, VIDEO_UNREADABLE, VIDEO_NO_PICTURE or VIDEO_CODEC_UNSUPPORTED. */
  async open(signal: AbortSignal): Promise<SourceInfo> {
    if (this.#signal) throw new RangeError('FileSource.open may be called once');
    this.#signal = signal;
    const opened = await openVideoFile(this.#file, AbortSignal.any([signal, this.#closing.signal]));
    this.#opened = opened;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    const cameraId = await stableSourceId('file', [this.#file.name, String(this.#file.size)]);
    return asOneCamera({
      kind: this.kind,
      pace: this.pace,
      cameraId,
      label: this.#file.name,
      widthPx: opened.widthPx,
      heightPx: opened.heightPx,
      framesPerSecond: opened.framesPerSecond,
      durationUs: opened.durationUs,
      originUnixMs: Date.now(),
      timeBase: 'media',
      codec: opened.codec,
      notice: null,
    });
  }

  feed(): FrameFeed {
    if (!this.#opened) throw new RangeError('FileSource.feed needs open first');
    if (this.#frames) throw new RangeError('FileSource.feed may be called once');
    this.#frames = new FileFrames(this.#opened, this.#framesPerSecond);
    if (this.#closing.signal.aborted) this.#frames.close();
    const frames = this.#frames;
    return { type: 'pull', frames: () => this.#pull(frames) };
  }

  /** A file neither mutes nor gets lost: what goes wrong is thrown by the feed. */
  onEvent(_listener: (event: SourceEvent) => void): () => void {
    return () => undefined;
  }

  close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#closing.abort();
    this.#frames?.close();
    this.#opened?.input.dispose();
    return Promise.resolve();
  }

  readonly #onAbort = (): void => void this.close();

  async *#pull(frames: FileFrames): AsyncGenerator<SourceFrame, void, undefined> {
    try {
      yield* frames.frames();
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (!this.#closing.signal.aborted) throw error;
    }
    this.#signal?.throwIfAborted();
  }
}
