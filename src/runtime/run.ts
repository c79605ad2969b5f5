import type { RunStatus, Settings } from '../contracts/app';
import type { FrameImage } from '../contracts/frame';
import type { FrameSource, SourceInfo } from '../contracts/source';
import type { EndedTrack } from '../contracts/track';
import type { FrameResult } from '../contracts/worker-api';
import { AppError, isAbort, toErrorData } from '../core/app-error';
import { isBackendFault, type Engine } from './engine';
import { analyzeFeed, type FeedSink } from './feed-analysis';
import { GapWatch } from './gap-watch';
import type { IdentityClient } from './identity-client';
import type { PerceptionClient } from './perception-client';
import { PauseGate } from './pause-gate';

/** A camera that went away is looked for again at this interval, and whenever devices change. */
const RECONNECT_MS = 5_000;
/** More worker failures than this in one run are not bad luck. */
const MAX_RESTARTS = 5;
/** Live and nothing came for this long although frames arrive: the worker hangs. */
const HANG_MS = 30_000;

/** What a run needs from the controller. */
export interface RunHooks {
  readonly perception: PerceptionClient;
  readonly identity: IdentityClient;
  readonly engine: Engine;
  settings(): Settings;
  /** Makes a fresh source; called again when a camera must be reopened. */
  createSource(): Promise<FrameSource>;
  nextEpoch(): number;
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
  #isMuted = false;
  #restartCount = 0;
  #lastResultMs = 0;
  #hangTimer: ReturnType<typeof setInterval> | undefined;
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
  }

  /** Settles when the last sighting is stored; rejects with the failure that ended the run. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** The user ended it, rather than the source. */
  get wasStopped(): boolean {
    return this.#wasStopped;
  }

  /** Opens the source, loads the models, and starts analysing. Rejects when any of it fails. */
  async begin(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const [info] = await Promise.all([this.#openSource(), this.#prepareEngine()]);
      this.#info = info;
      signal.throwIfAborted();
      this.#hooks.onStatus({ step: 'warming-up' });
      await this.#startOnWorkers();
    } catch (error) {
      this.#abort.abort();
      await this.#source?.close();
      throw error;
    }
    this.#gaps.start();
    document.addEventListener('visibilitychange', this.#onVisibility);
    if (this.#info.pace === 'live') this.#hangTimer = setInterval(() => this.#checkHang(), 5_000);
    this.#announce();
    this.#ended = this.#analyse();
    this.#ended.catch(() => undefined); // the controller hears it through `ended`
  }

  setPaused(isPaused: boolean): void {
    this.#gate.set(isPaused);
    this.#lastResultMs = Date.now();
    if (this.#info?.pace === 'live') this.#tryPerception((client) => client.setPaused(isPaused));
  }

  /** Ends the run; resolves when its sightings are stored. */
  async stop(): Promise<void> {
    this.#wasStopped = true;
    this.#abort.abort(new DOMException('The run was stopped', 'AbortError'));
    this.#gate.set(false);
    await this.#source?.close();
    await this.#ended.catch(() => undefined); // told through `ended`
  }

  /** The identity worker died: load it again and connect it to the perception that goes on. */
  async reconnectEngine(): Promise<void> {
    try {
      await this.#prepareEngine();
      if (this.#info) await this.#startOnWorkers();
    } catch (error) {
      this.#hooks.onStatus({ warning: toErrorData(error) });
    }
  }

  async #analyse(): Promise<void> {
    const failures: Error[] = [];
    const attempt = async (step: () => Promise<void>): Promise<void> => {
      await step().catch((error: unknown) => failures.push(asError(error)));
    };
    await attempt(() => this.#analyseUntilEnd());
    // A stop breaks off whatever was under way.
    if (this.#abort.signal.aborted) failures.length = 0;
    clearInterval(this.#hangTimer);
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#gaps.stop();
    this.#hooks.onStatus({ state: 'stopping' });
    await this.#source?.close();
    await attempt(async () => {
      this.#hooks.onEnded(await this.#hooks.perception.stopRun());
    });
    // Also when perception is gone: the tracks it left behind become sightings.
    await attempt(() => this.#hooks.identity.finishRun());
    const failure = failures.find((error) => !isAbort(error));
    if (failure) throw failure;
  }

  /** Turns once for each (re)connection of source or worker. */
  async #analyseUntilEnd(): Promise<void> {
    for (let feed = this.#source?.feed() ?? null; feed; feed = await this.#reopen()) {
      try {
        await analyzeFeed(feed, this.#feedSink());
      } catch (error) {
        if (this.#abort.signal.aborted || !isBackendFault(error)) throw error;
        await this.#restartWorkers(error);
      }
      if (this.#abort.signal.aborted || this.#requireInfo().pace === 'offline') return;
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

  /** The feed of a live source ended by itself: wait for the camera to come back. */
  async #reopen(): Promise<ReturnType<FrameSource['feed']> | null> {
    const { signal } = this.#abort;
    this.#gaps.open('camera-lost');
    while (!signal.aborted) {
      await this.#source?.close();
      try {
        this.#info = await this.#openSource();
        await this.#startOnWorkers();
        this.#announce();
        this.#hooks.onStatus({ warning: null });
        return this.#source?.feed() ?? null;
      } catch (error) {
        if (isAbort(error)) return null;
        const lost = new AppError('CAMERA_LOST', toErrorData(error).message, { cause: error });
        this.#hooks.onStatus({ warning: toErrorData(lost), previewStream: null });
      }
      await deviceChangeOr(RECONNECT_MS, signal);
    }
    return null;
  }

  async #restartWorkers(reason: AppError): Promise<void> {
    this.#restartCount += 1;
    if (this.#restartCount > MAX_RESTARTS) throw reason;
    if (this.#requireInfo().pace === 'offline') throw reason;
    this.#gaps.open('worker-restarted');
    this.#hooks.onStatus({ warning: toErrorData(reason) });
    this.#hooks.perception.dispose();
    await this.#prepareEngine();
  }

  async #openSource(): Promise<SourceInfo> {
    const source = await this.#hooks.createSource();
    this.#source = source;
    source.onEvent((event) => {
      if (event.type === 'lost') {
        this.#gaps.open('camera-lost');
        const lost = new AppError('CAMERA_LOST', event.reason);
        this.#hooks.onStatus({ warning: toErrorData(lost) });
      } else {
        this.#isMuted = event.type === 'muted';
        if (this.#isMuted) this.#gaps.open('camera-muted');
      }
    });
    const info = await source.open(this.#abort.signal);
    return info;
  }

  async #prepareEngine(): Promise<void> {
    const ready = await this.#hooks.engine.prepare(
      this.#hooks.settings(),
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
  #startOnWorkers(): Promise<void> {
    this.#epoch = this.#hooks.nextEpoch();
    return this.#hooks.perception.startRun({
      epoch: this.#epoch,
      runId: this.#runId,
      source: this.#requireInfo(),
    });
  }

  #announce(): void {
    this.#lastResultMs = Date.now();
    this.#hooks.onStatus({
      state: this.#gate.isPaused ? 'paused' : 'running',
      step: null,
      source: this.#requireInfo(),
      previewStream: this.#source?.previewStream ?? null,
    });
  }

  #noteResult(result: FrameResult, preview: FrameImage | null): void {
    this.#lastResultMs = Date.now();
    this.#gaps.noteResult();
    this.#hooks.onResult(result, preview);
  }

  readonly #onVisibility = (): void => {
    this.#gaps.check();
  };

  /** Frames should come, none does, and nothing else explains it: end the worker, `#analyseUntilEnd` makes another. */
  #checkHang(): void {
    const isExplained = this.#gate.isPaused || this.#isMuted || document.hidden;
    if (isExplained || Date.now() - this.#lastResultMs < HANG_MS) return;
    this.#lastResultMs = Date.now();
    this.#hooks.perception.dispose();
  }

  #tryPerception(act: (client: PerceptionClient) => Promise<void>): void {
    act(this.#hooks.perception).catch((error: unknown) => {
      this.#hooks.onStatus({ warning: toErrorData(error) });
    });
  }

  #requireInfo(): SourceInfo {
    if (!this.#info) throw new Error('The source is not open');
    return this.#info;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new AppError('INTERNAL', String(error));
}

/** Waits until cameras are plugged in or out, some time passes, or `signal` aborts. */
function deviceChangeOr(timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      navigator.mediaDevices.removeEventListener('devicechange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    navigator.mediaDevices.addEventListener('devicechange', done);
    signal.addEventListener('abort', done);
  });
}
