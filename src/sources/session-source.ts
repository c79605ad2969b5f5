import type { SessionCamera, SessionReader } from '../contracts/session';
import type {
  FrameFeed,
  FrameSource,
  SourceEvent,
  SourceFrame,
  SourceInfo,
} from '../contracts/source';
import { AppError } from '../core/app-error';
import { SegmentFile } from './session-video/segment-file';
import { SessionFrames } from './session-video/session-frames';

/** What to analyse again. */
export interface SessionSourceOptions {
  /** Stays the caller's. */
  readonly session: SessionReader;
  /** Leaves out pictures that were not analysed when the session was recorded. Default: all are analysed. */
  readonly isAnalysedOnly?: boolean;
}

/**
 * The video of a stored session, for another analysis. To whatever takes it it is a file, whose positions are the session's times: every picture with the very capture time it had, all cameras in one
 * order of time, as fast as the machine can. Pictures that cannot be decoded are left out, see
 * {@link SessionSource.damagedSegmentCount}: the rest of the session is still worth it.
 */
export class SessionSource implements FrameSource {
  /** To whatever takes sources it is a file: pulled, and with an end. */
  readonly kind = 'file';
  readonly pace = 'offline';
  readonly previewStream = null;
  readonly droppedCount = 0;
  readonly deliveredCount = null;
  readonly #options: SessionSourceOptions;
  readonly #closing = new AbortController();
  #signal: AbortSignal | null = null;
  #frames: SessionFrames | null = null;

  constructor(options: SessionSourceOptions) {
    this.#options = options;
  }

  /** Time the run stood still for the decoder. */
  get decodeMsTotal(): number {
    return this.#frames?.decodeMsTotal ?? 0;
  }

  /** Segments of which something could not be read so far. */
  get damagedSegmentCount(): number {
    return this.#frames?.damagedSegmentCount ?? 0;
  }

  /** Throws AppError VIDEO_NO_PICTURE when the session holds no video, VIDEO_CODEC_UNSUPPORTED. */
  async open(signal: AbortSignal): Promise<SourceInfo> {
    signal.throwIfAborted();
    if (this.#signal) throw new RangeError('SessionSource.open may be called once');
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    const { header, segments } = this.#options.session;
    const isFilmed = ({ cameraId }: SessionCamera): boolean =>
      segments.some((segment) => segment.cameraId === cameraId);
    const cameras = header.cameras.filter(isFilmed);
    const [first] = cameras;
    if (!first) {
      const message = `Expected video in session ${header.id}, found ${header.kind} only`;
      throw new AppError('VIDEO_NO_PICTURE', message);
    }
    await this.#expectDecodable();
    this.#closing.signal.throwIfAborted();
    return {
      kind: this.kind,
      pace: this.pace,
      cameraId: first.cameraId,
      label: header.title === '' ? header.sourceLabel : header.title,
      cameras,
      widthPx: first.widthPx,
      heightPx: first.heightPx,
      framesPerSecond: null,
      // From 0 of the clock that its pictures' times are on: the session itself may begin later.
      durationUs: header.endUs,
      originUnixMs: Date.now(),
      timeBase: 'media',
      codec: segments.find(({ cameraId }) => cameraId === first.cameraId)?.codec ?? null,
      notice: null,
    };
  }

  feed(): FrameFeed {
    if (!this.#signal) throw new RangeError('SessionSource.feed needs open first');
    if (this.#frames) throw new RangeError('SessionSource.feed may be called once');
    const { session, isAnalysedOnly = false } = this.#options;
    this.#frames = new SessionFrames(session, isAnalysedOnly);
    if (this.#closing.signal.aborted) this.#frames.close();
    const frames = this.#frames;
    return { type: 'pull', frames: () => this.#pull(frames) };
  }

  /** A session neither mutes nor gets lost. */
  onEvent(_listener: (event: SourceEvent) => void): () => void {
    return () => undefined;
  }

  close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#closing.abort();
    this.#frames?.close();
    return Promise.resolve();
  }

  readonly #onAbort = (): void => void this.close();

  /** A codec that is not known here would lose every picture without a word. */
  async #expectDecodable(): Promise<void> {
    const { session } = this.#options;
    const [segment] = session.segments;
    if (!segment) return;
    try {
      const file = await SegmentFile.open(segment, await session.part(segment.part));
      file.close();
    } catch (error) {
      // One that is damaged is left out; the others may be sound.
      if (error instanceof AppError && error.code === 'VIDEO_CODEC_UNSUPPORTED') throw error;
    }
  }

  async *#pull(frames: SessionFrames): AsyncGenerator<SourceFrame, void, undefined> {
    yield* frames.frames();
    this.#signal?.throwIfAborted();
  }
}
