import { proxy, transfer } from 'comlink';
import type { FrameImage, FrameMeta } from '../contracts/frame';
import type { RecorderTap } from '../contracts/recorder-tap';
import type { BlurChoice, PrivacyMask } from '../contracts/session';
import type { FrameFeed } from '../contracts/source';
import type { EndedTrack } from '../contracts/track';
import type {
  FrameLedger,
  FrameResult,
  PerceptionApi,
  PerceptionConfig,
  PerceptionOptions,
  RunStart,
  StageReady,
} from '../contracts/worker-api';
import { AppError } from '../core/app-error';
import { WorkerHost } from './worker-host';

/** One frame on the slowest device we know takes seconds; a minute means that it hangs. */
const FRAME_TIMEOUT_MS = 60_000;

const NO_FRAMES: FrameLedger = {
  receivedCount: 0,
  analysedCount: 0,
  droppedCount: 0,
  openCount: 0,
};

/** The perception worker as the page sees it. */
export class PerceptionClient {
  readonly #createWorker: () => Worker;
  #host: WorkerHost<PerceptionApi> | null = null;
  #configured: { readonly key: string; readonly ready: StageReady } | null = null;
  /** Makes a new worker like the one before; see {@link onWorker}. */
  #onWorker: (() => Promise<void>) | null = null;

  constructor(createWorker: () => Worker) {
    this.#createWorker = createWorker;
  }

  /**
   * Loads model and backend. A worker that has the same ones is kept; any other gets a successor,
   * since a runtime's thread count and binary cannot change within a worker.
   */
  async configure(config: PerceptionConfig): Promise<StageReady> {
    const { sha256 } = config.manifest;
    const { provider, threadCount, inputSidePx } = config.backend;
    const key = JSON.stringify([sha256, provider, threadCount, inputSidePx, config.framePath]);
    if (this.#configured?.key === key && this.#host && !this.#host.isGone) {
      await this.setOptions(config.options);
      return this.#configured.ready;
    }
    this.dispose();
    const host = new WorkerHost<PerceptionApi>(this.#createWorker(), 'perception');
    this.#host = host;
    const ready = await host.call((remote) => remote.configure(config));
    this.#configured = { key, ready };
    await this.#onWorker?.();
    return ready;
  }

  /** Called with every new worker before it gets a picture, which waits for it: it knows nothing of a recording yet. */
  set onWorker(listener: () => Promise<void>) {
    this.#onWorker = listener;
  }

  /** Configured, and its worker alive. */
  get isReady(): boolean {
    return this.#configured !== null && this.#host !== null && !this.#host.isGone;
  }

  setOptions(options: PerceptionOptions): Promise<void> {
    return this.#alive().call((remote) => remote.setOptions(options));
  }

  setMasks(masks: readonly PrivacyMask[]): Promise<void> {
    return this.#alive().call((remote) => remote.setMasks(masks));
  }

  setBlur(blur: BlurChoice): Promise<void> {
    return this.#alive().call((remote) => remote.setBlur(blur));
  }

  connectRecorder(tap: RecorderTap | null): Promise<void> {
    return this.#alive().call((remote) => remote.connectRecorder(tap && transfer(tap, [tap.port])));
  }

  connectIdentity(port: MessagePort): Promise<void> {
    return this.#alive().call((remote) => remote.connectIdentity(transfer(port, [port])));
  }

  startRun(run: RunStart): Promise<void> {
    return this.#alive().call((remote) => remote.startRun(run));
  }

  /** Hands a live feed over and resolves when it has ended. The feed's object is transferred. */
  analyzeLive(
    feed: Exclude<FrameFeed, { type: 'pull' }>,
    onResult: (result: FrameResult) => void,
  ): Promise<FrameLedger> {
    const host = this.#alive();
    if (feed.type === 'stream') {
      return host.call(
        (remote) => remote.analyzeStream(transfer(feed.readable, [feed.readable]), proxy(onResult)),
        null,
      );
    }
    return host.call(
      // Transferable in Safari, which the DOM types do not know yet.
      (remote) =>
        remote.analyzeTrack(
          transfer(feed.track, [feed.track as unknown as Transferable]),
          proxy(onResult),
        ),
      null,
    );
  }

  /** Takes ownership of the picture, also when it fails. */
  async analyzeFrame(image: FrameImage, meta: FrameMeta): Promise<FrameResult> {
    try {
      return await this.#alive().call(
        (remote) => remote.analyzeFrame(transfer(image, [image]), meta),
        FRAME_TIMEOUT_MS,
      );
    } finally {
      image.close();
    }
  }

  setPaused(isPaused: boolean): Promise<void> {
    return this.#alive().call((remote) => remote.setPaused(isPaused));
  }

  stopRun(epoch: number): Promise<readonly EndedTrack[]> {
    return this.#alive().call((remote) => remote.stopRun(epoch));
  }

  /** All zero before the first run. */
  ledger(): Promise<FrameLedger> {
    if (!this.#host) return Promise.resolve(NO_FRAMES);
    return this.#host.call((remote) => remote.ledger());
  }

  timeInference(widthPx: number, heightPx: number, count: number): Promise<readonly number[]> {
    return this.#alive().call((remote) => remote.timeInference(widthPx, heightPx, count));
  }

  /** Ends the worker; what is under way rejects with `WORKER_GONE`. */
  dispose(): void {
    this.#host?.terminate();
    this.#host = null;
    this.#configured = null;
  }

  #alive(): WorkerHost<PerceptionApi> {
    if (!this.#host) throw new AppError('WORKER_GONE', 'The perception worker is not running');
    return this.#host;
  }
}
