import type { ErrorData } from '../../contracts/errors';
import type {
  RecordedSighting,
  RecordingConfig,
  RecordingProgress,
} from '../../contracts/recording';
import type {
  NewSession,
  SessionGap,
  SessionHeader,
  SessionId,
  SessionWriter,
} from '../../contracts/session';
import type { FrameResult } from '../../contracts/worker-api';
import { AppError, toErrorData } from '../../core/app-error';
import { ByteRate } from './byte-rate';
import { ResultRecorder } from './result-recorder';
import { VideoRecorder } from './video-recorder';
import { WriteQueue } from './write-queue';

/** Blocks are cut, silence is noticed, progress is told at this pace, milliseconds. */
const LOOK_INTERVAL_MS = 500;
/** Without video nothing else asks how much room there is. */
const ROOM_INTERVAL_MS = 5_000;

/** What a recording works with. */
export interface RecordingParts {
  /** Of the app that records. */
  readonly appVersion: string;
  /** Throws AppError STORAGE_*. */
  readonly createWriter: (session: NewSession) => Promise<SessionWriter>;
  /** Opens a complete session for a further analysis. Throws AppError SESSION_IN_USE, STORAGE_*; RangeError when there is none. */
  readonly extendWriter: (id: SessionId) => Promise<SessionWriter>;
  /** Of this origin, bytes; 0 of 0 where the browser does not tell. */
  readonly originUsage: () => Promise<{ readonly usedBytes: number; readonly quotaBytes: number }>;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
  /** Calls back again and again until what it answers is called. */
  readonly every: (intervalMs: number, callback: () => void) => () => void;
  onProgress(progress: RecordingProgress): void;
  /** Called once: it cannot go on, and `finish` is to be called. */
  onFailed(error: unknown): void;
}

/** One recording, from the first picture that is kept to the closed session. */
export class Recording {
  readonly #config: RecordingConfig;
  readonly #parts: RecordingParts;
  readonly #writes: WriteQueue;
  readonly #results: ResultRecorder;
  /** Null: no pictures are recorded. */
  readonly #video: VideoRecorder | null;
  readonly #rate = new ByteRate();
  #writer: SessionWriter | null = null;
  #isWriting = false;
  #failure: ErrorData | null = null;
  #freeBytes: number | null = null;
  #lastRoomMs = -Infinity;
  #stopLooking: () => void = () => undefined;

  constructor(config: RecordingConfig, parts: RecordingParts) {
    this.#config = config;
    this.#parts = parts;
    this.#writes = new WriteQueue((error) => {
      this.#fail(error);
    });
    this.#results = new ResultRecorder(config, this.#writes);
    this.#video = config.options.kind === 'video' ? this.#createVideo() : null;
  }

  /** A session is being made, or there is one. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Whether what was kept so far is the beginning of such a recording. */
  canBecome({ runId, options, pace }: RecordingConfig): boolean {
    const mine = this.#config;
    return (
      runId === mine.runId &&
      pace === mine.pace &&
      JSON.stringify(options) === JSON.stringify(mine.options)
    );
  }

  /** Makes the session, as `config` describes it by now, and begins to write. Throws AppError STORAGE_*, ENCODER_UNSUPPORTED. */
  async begin(config: RecordingConfig): Promise<SessionId> {
    this.#isWriting = true;
    this.#results.hold();
    this.#video?.hold();
    await this.#video?.requireEncoders();
    await this.#checkRoom();
    const writer = await this.#openWriter(config);
    this.#writer = writer;
    const { models, settings } = config;
    try {
      const madeUnixMs = Date.now();
      await writer.beginResultSet({ ...this.#results.resultSet, madeUnixMs, models, settings });
    } catch (error) {
      await writer.discard().catch(() => undefined); // what is wrong with storage is told by the first error
      throw error;
    }
    this.#results.beginWriting(writer, this.#parts.nowMs());
    this.#video?.beginWriting(writer);
    this.#stopLooking = this.#parts.every(LOOK_INTERVAL_MS, () => {
      this.#look(writer);
    });
    return writer.id;
  }

  /** See `RecorderApi.connectFrames`; closed when no pictures are recorded. */
  connectFrames(port: MessagePort): void {
    if (this.#video) this.#video.connect(port);
    else port.close();
  }

  addResult(result: FrameResult): void {
    this.#results.addResult(result);
  }

  addSighting(sighting: RecordedSighting): void {
    this.#results.addSighting(sighting);
  }

  addGap(gap: SessionGap): void {
    this.#results.addGap(gap);
  }

  /**
   * Stores what is under way and closes the session. `error`: why it ended otherwise than the user wished; a further analysis is discarded
   * then, and this throws that. Throws AppError STORAGE_*.
   */
  async finish(error: ErrorData | null): Promise<SessionHeader> {
    const writer = this.#writer;
    if (!writer) throw new AppError('INTERNAL', 'Expected a session under way, found none');
    this.#stopLooking();
    await this.#video?.finish();
    await this.#results.finish();
    await this.#writes.settle();
    // Half of a further analysis would be taken for the whole.
    const failure = error ?? this.#failure;
    if (this.#config.furtherAnalysis && failure) {
      await writer.discard();
      throw new AppError(failure.code, failure.message);
    }
    if (this.#video) writer.setVideoCounts({ ...this.#video.counts });
    return writer.finish(error?.code ?? null);
  }

  /** Ends it and removes all that it wrote. Throws AppError STORAGE_*. */
  async discard(): Promise<void> {
    this.dispose();
    await this.#writes.settle();
    await this.#writer?.discard();
  }

  /** Drops what was kept; nothing was written yet. */
  dispose(): void {
    this.#stopLooking();
    this.#video?.dispose();
  }

  #openWriter(config: RecordingConfig): Promise<SessionWriter> {
    const { appVersion, createWriter, extendWriter } = this.#parts;
    return config.furtherAnalysis
      ? extendWriter(config.furtherAnalysis.sessionId)
      : createWriter(sessionOf(config, appVersion));
  }

  #createVideo(): VideoRecorder {
    return new VideoRecorder({
      config: this.#config,
      writes: this.#writes,
      onStored: () => void this.#watchRoom(),
      onFailed: (error) => {
        this.#fail(error);
      },
    });
  }

  #look(writer: SessionWriter): void {
    const nowMs = this.#parts.nowMs();
    this.#results.lookAfter(nowMs);
    this.#video?.lookAfter(nowMs);
    this.#rate.note(nowMs, writer.byteCount);
    if (nowMs - this.#lastRoomMs >= ROOM_INTERVAL_MS) void this.#watchRoom();
    this.#parts.onProgress(this.#progress(writer));
  }

  #progress(writer: SessionWriter): RecordingProgress {
    const { bytesPerS } = this.#rate;
    const spareBytes =
      this.#freeBytes === null ? null : this.#freeBytes - this.#config.reserveBytes;
    const isKnown = spareBytes !== null && bytesPerS > 0;
    return {
      sessionId: writer.id,
      ...this.#results.rangeUs,
      byteCount: writer.byteCount,
      bytesPerS,
      ...(this.#video?.counts ?? {
        videoFrameCount: 0,
        droppedAnalysedCount: 0,
        droppedOtherCount: 0,
      }),
      remainingS: isKnown ? Math.max(0, spareBytes / bytesPerS) : null,
    };
  }

  async #watchRoom(): Promise<void> {
    this.#lastRoomMs = this.#parts.nowMs();
    await this.#checkRoom().catch((error: unknown) => {
      this.#fail(error);
    });
  }

  /** Throws AppError STORAGE_FULL before what must stay free is used. */
  async #checkRoom(): Promise<void> {
    const { usedBytes, quotaBytes } = await this.#parts.originUsage();
    if (quotaBytes === 0) return;
    this.#freeBytes = quotaBytes - usedBytes;
    const { reserveBytes } = this.#config;
    if (this.#freeBytes >= reserveBytes) return;
    throw new AppError(
      'STORAGE_FULL',
      `Expected at least ${reserveBytes} bytes to stay free, found ${this.#freeBytes}`,
    );
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = toErrorData(error);
    this.#parts.onFailed(error);
  }
}

function sessionOf(config: RecordingConfig, appVersion: string): NewSession {
  const { options, runId, sourceKind, sourceLabel, cameras, originUnixMs, timeBase } = config;
  return {
    origin: 'recorded',
    title: '',
    kind: options.kind,
    sourceKind,
    sourceLabel,
    runId,
    cameras,
    originUnixMs,
    timeBase,
    createdUnixMs: Date.now(),
    appVersion,
    masks: config.masks,
    blur: options.blur,
  };
}
