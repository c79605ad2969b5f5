import type { Gap, RunStatus, Settings } from '../contracts/app';
import type { ErrorCode } from '../contracts/errors';
import type { FrameImage } from '../contracts/frame';
import type { FrameFeed, FrameSource, SourceInfo, SourcePace } from '../contracts/source';
import type { EndedTrack } from '../contracts/track';
import type { FrameResult } from '../contracts/worker-api';
import { AppError, isAbort, toErrorData } from '../core/app-error';
import { deviceChangeOr } from './device-change';
import type { Engine } from './engine';
import { isBackendFault } from './trusted-load';
import { analyzeFeed, type FeedSink } from './feed-analysis';
import { GapWatch } from './gap-watch';
import { HangWatch } from './hang-watch';
import type { IdentityClient } from './identity-client';
import type { PerceptionClient } from './perception-client';
import { PauseGate } from './pause-gate';

/** A camera that went away is looked for again at this interval, and whenever devices change. */
const RECONNECT_MS = 5_000;
/** More worker failures than this in a row are not bad luck. */
const MAX_RESTARTS = 5;
/** Failures further apart than this are not in a row. */
const RESTART_MEMORY_MS = 10 * 60_000;

/** What a run needs from the controller. */
export interface RunHooks {
  readonly perception: PerceptionClient;
  readonly identity: IdentityClient;
  readonly engine: Engine;
  settings(): Settings;
  /**
   * `offline`: the source waits for the analysis, so a larger input is worth its time. Known before the source is open:
   * models are loaded meanwhile.
   */
  readonly analysisPace: SourcePace;
  /** Makes a fresh source; `previous` is the one to continue when a camera or file is opened again. */
  createSource(previous: FrameSource | null): Promise<FrameSource>;
  nextEpoch(): number;
  /** Puts the gallery that this run writes to in use. */
  enterGallery(): Promise<void>;
  isWatched(): boolean;
  onStatus(change: Partial<RunStatus>): void;
  onResult(result: FrameResult, preview: FrameImage | null): void;
  /** Tracks that were alive when the run ended. */
  onEnded(ended: readonly EndedTrack[]): void;
}

/** One source from its opening to the last stored sighting, through lost cameras and dead workers. */
export class Run {
  readonly #hooks: RunHooks;
  readonly #runId = crypto.randomUUID();
  readonly #abort = new AbortController();
  readonly #gate = new PauseGate();
  readonly #gaps: GapWatch;
  #epoch = 0;
  #source: FrameSource | null = null;
  #info: SourceInfo | null = null;
  readonly #hang: HangWatch;
  #isMuted = false;
  /** The camera went away: a frame that was still under way does not end that gap. */
  #isLost = false;
  /** A feed is being analysed: only then silence means anything. */
  #isAnalysing = false;
  #restartCount = 0;
  #lastRestartMs = 0;
  #startedUnixMs: number | null = null;
  /** Position of the newest result, for going on with a file after a worker's death. */
  #lastResultUs = -1;
  #beginning: Promise<void> = Promise.resolve();
  #ended: Promise<void> = Promise.resolve();
  #wasStopped = false;

  constructor(hooks: RunHooks) {
    this.#hooks = hooks;
    this.#gaps = new GapWatch(
      () => ({
        isExpectingFrames: this.#info?.pace === 'live' && !this.#gate.isPaused,
        isMuted: this.#isMuted,
        isHidden: document.visibilityState === 'hidden',
      }),
      (gaps, currentGap) => {
        hooks.onStatus({ gaps, currentGap });
      },
    );
    this.#hang = new HangWatch(
      () => !this.#isAnalysing || this.#gate.isPaused || this.#isMuted || document.hidden,
      // The feed under analysis rejects, and #analyseUntilEnd makes another worker.
      () => {
        hooks.perception.dispose();
      },
    );
  }

  /** Names the run in the gallery and in sessions. */
  get runId(): string {
    return this.#runId;
  }

  /** Settles when the last sighting is stored; rejects with the failure that ended the run. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** The user ended it, rather than the source. */
  get wasStopped(): boolean {
    return this.#wasStopped;
  }

  /**
   * Opens the source, loads the models, and starts analysing. Rejects when any of it fails; with
   * AbortError when `stop` came first.
   */
  begin(): Promise<void> {
    this.#beginning = this.#begin();
    return this.#beginning;
  }

  setPaused(isPaused: boolean): void {
    this.#gate.set(isPaused);
    this.#hang.noteSign();
    if (this.#info?.pace !== 'live') return;
    this.#hooks.perception.setPaused(isPaused).catch((error: unknown) => {
      this.#hooks.onStatus({ warning: toErrorData(error) });
    });
  }

  /** Ends the run; resolves when its sightings are stored. */
  async stop(): Promise<void> {
    this.#wasStopped = true;
    this.#abort.abort(new DOMException('The run was stopped', 'AbortError'));
    this.#gate.set(false);
    await this.#source?.close();
    // Both tell their failures to whoever began the run.
    await this.#beginning.catch(() => undefined);
    await this.#ended.catch(() => undefined);
  }

  /** The identity worker died: load it again and connect it to the perception that goes on. */
  async reconnectIdentity(): Promise<void> {
    try {
      await this.#prepareEngine();
    } catch (error) {
      if (!isAbort(error)) this.#hooks.onStatus({ warning: toErrorData(error) });
    }
  }

  async #begin(): Promise<void> {
    const { signal } = this.#abort;
    try {
      await this.#hooks.enterGallery();
      signal.throwIfAborted();
      const [info] = await Promise.all([this.#openSource(), this.#prepareEngine()]);
      this.#info = info;
      signal.throwIfAborted();
      this.#hooks.onStatus({ step: 'warming-up' });
      await this.#startOnWorkers();
      signal.throwIfAborted();
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      this.#abort.abort();
      await this.#source?.close();
      throw reason;
    }
    this.#gaps.start();
    document.addEventListener('visibilitychange', this.#onVisibility);
    if (this.#info.pace === 'live') this.#hang.start();
    this.#announce();
    this.#ended = this.#analyse();
    this.#ended.catch(() => undefined); // the controller hears it through `ended`
  }

  async #analyse(): Promise<void> {
    const failures: Error[] = [];
    const attempt = async (step: () => Promise<void>): Promise<void> => {
      await step().catch((error: unknown) => failures.push(asError(error)));
    };
    await attempt(() => this.#analyseUntilEnd());
    // A stop breaks off whatever was under way.
    if (this.#abort.signal.aborted) failures.length = 0;
    this.#hang.stop();
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#gaps.stop();
    this.#hooks.onStatus({ state: 'stopping' });
    await this.#source?.close();
    await attempt(async () => {
      this.#hooks.onEnded(await this.#hooks.perception.stopRun(this.#epoch));
    });
    // Also when perception is gone: the tracks it left behind become sightings.
    await attempt(() => this.#hooks.identity.finishRun());
    const failure = failures.find((error) => !isAbort(error));
    if (failure) throw failure;
  }

  /** Turns once for each (re)connection of source or worker. */
  async #analyseUntilEnd(): Promise<void> {
    let feed = this.#source?.feed() ?? null;
    while (feed) {
      const fault = await this.#analyseOnce(feed);
      if (this.#abort.signal.aborted) return;
      if (fault) await this.#restartWorkers(fault);
      else if (this.#requireInfo().pace === 'offline') return;
      feed = await this.#reopen(fault ? 'worker-restarted' : 'camera-lost');
    }
  }

  /** Null when the feed ended by itself; the fault when a worker or backend did. Other failures are thrown. */
  async #analyseOnce(feed: FrameFeed): Promise<AppError | null> {
    this.#isAnalysing = true;
    this.#hang.noteSign();
    try {
      await analyzeFeed(feed, this.#feedSink());
      return null;
    } catch (error) {
      if (this.#abort.signal.aborted || !isBackendFault(error)) throw error;
      return error;
    } finally {
      this.#isAnalysing = false;
    }
  }

  #feedSink(): FeedSink {
    return {
      perception: this.#hooks.perception,
      info: this.#requireInfo(),
      signal: this.#abort.signal,
      epoch: () => this.#epoch,
      isWatched: () => this.#hooks.isWatched(),
      whenRunning: () => this.#gate.whenOpen(),
      onResult: (result, preview) => {
        this.#noteResult(result, preview);
      },
    };
  }

  /**
   * Goes on after a camera went away or a worker died: the same camera when it is back, the same file
   * from where it was. Null when the run was stopped meanwhile.
   */
  async #reopen(reason: Gap['reason']): Promise<FrameFeed | null> {
    const { signal } = this.#abort;
    const isLive = this.#requireInfo().pace === 'live';
    if (isLive) this.#gaps.open(reason);
    while (!signal.aborted) {
      await this.#source?.close();
      try {
        this.#info = await this.#openSource();
        if (!this.#hooks.perception.isReady) await this.#prepareEngine();
        await this.#startOnWorkers();
        this.#announce();
        if (reason === 'camera-lost') this.#hooks.onStatus({ warning: null });
        const feed = this.#source?.feed() ?? null;
        return feed && !isLive ? feedAfter(feed, this.#lastResultUs) : feed;
      } catch (error) {
        if (isAbort(error)) return null;
        if (!isLive || isFinal(error)) throw error;
        const lost = new AppError('CAMERA_LOST', toErrorData(error).message, { cause: error });
        this.#hooks.onStatus({ warning: toErrorData(lost), previewStream: null });
      }
      await deviceChangeOr(RECONNECT_MS, signal);
    }
    return null;
  }

  async #restartWorkers(fault: AppError): Promise<void> {
    const now = Date.now();
    if (now - this.#lastRestartMs > RESTART_MEMORY_MS) this.#restartCount = 0;
    this.#lastRestartMs = now;
    this.#restartCount += 1;
    if (this.#restartCount > MAX_RESTARTS) throw fault;
    if (this.#info?.pace === 'live') this.#gaps.open('worker-restarted');
    this.#hooks.onStatus({ warning: toErrorData(fault) });
    this.#hooks.perception.dispose();
    if (fault.code === 'BACKEND_FAILED') this.#hooks.engine.noteBackendFailure();
    await this.#prepareEngine();
  }

  async #openSource(): Promise<SourceInfo> {
    const source = await this.#hooks.createSource(this.#source);
    this.#source = source;
    this.#isMuted = false;
    source.onEvent((event) => {
      if (event.type === 'lost') {
        this.#isLost = true;
        this.#gaps.open('camera-lost');
        const lost = new AppError('CAMERA_LOST', event.reason);
        this.#hooks.onStatus({ warning: toErrorData(lost) });
      } else {
        this.#isMuted = event.type === 'muted';
        if (this.#isMuted) this.#gaps.open('camera-muted');
      }
    });
    return source.open(this.#abort.signal);
  }

  async #prepareEngine(): Promise<void> {
    const ready = await this.#hooks.engine.prepare(
      this.#hooks.settings(),
      this.#hooks.analysisPace,
      (step) => {
        if (!this.#info) this.#hooks.onStatus({ step });
      },
      this.#abort.signal,
    );
    this.#hooks.onStatus({
      detector: ready.detector,
      embedder: ready.embedder,
      ...(ready.fallbackReason ? { warning: toErrorData(ready.fallbackReason) } : {}),
    });
  }

  /** Every start gets an epoch of its own: track ids begin again, and older answers are dropped. */
  async #startOnWorkers(): Promise<void> {
    this.#epoch = this.#hooks.nextEpoch();
    const source = this.#requireInfo();
    const { perception } = this.#hooks;
    await perception.startRun({ epoch: this.#epoch, runId: this.#runId, source });
    // A run starts unpaused; this one may have lost its camera while it was paused.
    if (this.#gate.isPaused && source.pace === 'live') await perception.setPaused(true);
  }

  #announce(): void {
    this.#isLost = false;
    this.#startedUnixMs ??= Date.now();
    this.#hooks.onStatus({
      state: this.#gate.isPaused ? 'paused' : 'running',
      step: null,
      startedUnixMs: this.#startedUnixMs,
      source: this.#requireInfo(),
      previewStream: this.#source?.previewStream ?? null,
    });
  }

  #noteResult(result: FrameResult, preview: FrameImage | null): void {
    this.#lastResultUs = result.meta.captureTimeUs;
    this.#hang.noteSign();
    if (!this.#isLost) this.#gaps.noteResult();
    this.#hooks.onResult(result, preview);
  }

  readonly #onVisibility = (): void => {
    if (document.hidden) this.#gaps.noteHidden();
    else this.#gaps.check();
  };

  #requireInfo(): SourceInfo {
    if (!this.#info) throw new Error('The source is not open');
    return this.#info;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new AppError('INTERNAL', String(error));
}

/** Failures that waiting for the source cannot mend. */
const FINAL_CODES: ReadonlySet<ErrorCode> = new Set([
  'CAMERA_PERMISSION_DENIED',
  'STREET_UNAVAILABLE',
]);

function isFinal(error: unknown): boolean {
  return error instanceof AppError && FINAL_CODES.has(error.code);
}

/** The rest of a file's feed: what was analysed before is decoded again and closed at once. */
function feedAfter(feed: FrameFeed, lastResultUs: number): FrameFeed {
  if (feed.type !== 'pull') return feed;
  return {
    type: 'pull',
    async *frames() {
      for await (const frame of feed.frames()) {
        if (frame.captureTimeUs <= lastResultUs) frame.image.close();
        else yield frame;
      }
    },
  };
}
