import type { FrameImage, FrameMeta } from '../../contracts/frame';
import type { RecorderTap } from '../../contracts/recorder-tap';
import type { BlurChoice, PrivacyMask } from '../../contracts/session';
import type { EndedTrack } from '../../contracts/track';
import type {
  FrameLedger,
  FrameResult,
  PerceptionConfig,
  PerceptionOptions,
  RunStart,
  StageReady,
} from '../../contracts/worker-api';
import { AppError } from '../../core/app-error';
import type { Detector } from '../detect/detector';
import { displaySize } from '../detect/input-preparer';
import { defaultLowScoreThreshold } from '../track/tracker-options';
import type { CropSink } from './crop-courier';
import type { FrameCounter } from './frame-counter';
import { FrameMasker } from './frame-masker';
import { LiveFeed, type LiveFrame } from './live-feed';
import { PerceptionRun, type PictureKeeping } from './perception-run';
import { RecorderOutlet } from './recorder-outlet';

/** Makes a detector ready; `threadCount` is what it really got. Throws AppError MODEL_*, BACKEND_*. */
export type OpenDetector = (
  config: PerceptionConfig,
) => Promise<{ readonly detector: Detector; readonly threadCount: number }>;

/** Most cameras and clips have this shape; the first real frame of another one is slower, not wrong. */
const WARM_UP_FRAME = { widthPx: 1280, heightPx: 720 } as const;

/**
 * How long a stop waits for the identity worker. One that lives answers within a second, and `finishRun` of
 * the identity worker waits for what is left; one that died never does.
 */
const STOP_WAIT_MS = 5_000;

const EMPTY_LEDGER: FrameLedger = {
  receivedCount: 0,
  analysedCount: 0,
  droppedCount: 0,
  openCount: 0,
};

/** Everything behind `PerceptionApi`, without the thread: frames in, results out, one run at a time. */
export class PerceptionStage {
  readonly #openDetector: OpenDetector;
  readonly #stopWaitMs: number;
  #detector: Detector | null = null;
  #options: PerceptionOptions | null = null;
  #sink: CropSink | null = null;
  #run: PerceptionRun | null = null;
  #lastCounter: FrameCounter | null = null;
  #feed: { readonly feed: LiveFeed; readonly ended: Promise<void> } | null = null;
  #isPaused = false;
  readonly #pictures: PictureKeeping = {
    masker: new FrameMasker(),
    recorder: new RecorderOutlet(),
    blur: { isPlateBlurred: false, isPersonBlurred: false },
  };
  /** Settles when every frame handed in so far was analysed or refused. */
  #queue: Promise<unknown> = Promise.resolve();

  /** `stopWaitMs`: how long `stopRun` waits for the identity worker. */
  constructor(openDetector: OpenDetector, stopWaitMs = STOP_WAIT_MS) {
    this.#openDetector = openDetector;
    this.#stopWaitMs = stopWaitMs;
  }

  async configure(config: PerceptionConfig): Promise<StageReady> {
    await this.#detector?.dispose();
    this.#detector = null;
    const startMs = performance.now();
    const { detector, threadCount } = await this.#openDetector(config);
    const loadedMs = performance.now();
    this.#detector = detector;
    this.setOptions(config.options);
    this.setBlur(this.#pictures.blur);
    await detector.warmUp(WARM_UP_FRAME.widthPx, WARM_UP_FRAME.heightPx);
    const { findsPersons } = detector;
    return {
      backend: { ...config.backend, threadCount },
      model: { id: config.manifest.id, sha256: config.manifest.sha256 },
      loadMs: loadedMs - startMs,
      warmUpMs: performance.now() - loadedMs,
      ...(findsPersons === undefined ? {} : { findsPersons }),
    };
  }

  setOptions(options: PerceptionOptions): void {
    this.#options = options;
    this.#detector?.setScoreFloor(defaultLowScoreThreshold(options.scoreThreshold));
    this.#run?.setOptions(options);
  }

  /** Crops go here from now on. A run that goes on is begun on the new sink as well, with the same epoch. */
  connectIdentity(sink: CropSink): void {
    this.#sink = sink;
    this.#run?.connectSink(sink);
  }

  setMasks(masks: readonly PrivacyMask[]): void {
    this.#pictures.masker.setMasks(masks);
  }

  setBlur(blur: BlurChoice): void {
    this.#pictures.blur = blur;
  }

  connectRecorder(tap: RecorderTap | null): void {
    this.#pictures.recorder.connect(tap);
  }

  /** Not paused, whatever the run before was. Throws AppError INTERNAL before `configure`. */
  startRun(start: RunStart): void {
    this.#run?.abandon();
    this.#feed?.feed.stop();
    this.#isPaused = false;
    const options = this.#options;
    if (!options) throw notConfigured();
    this.#run = new PerceptionRun(
      start,
      this.#readyDetector(),
      this.#pictures,
      this.#sink,
      options,
    );
  }

  /** Takes the stream. Resolves when it has ended or the run was stopped. */
  async analyzeStream(
    readable: ReadableStream<VideoFrame>,
    onResult: (result: FrameResult) => void,
  ): Promise<FrameLedger> {
    const run = this.#activeRun();
    const clock = new LiveClock(run.start);
    const feed = new LiveFeed(readable, {
      isPaused: () => this.#isPaused,
      noteReceived: () => {
        run.counter.noteReceived();
      },
      noteDropped: () => {
        run.counter.noteDropped();
      },
      passOver: (item) => {
        run.passOver(item.frame, clock.meta(item, NO_FRAME_ID));
      },
      analyze: async (item) => {
        const meta = clock.meta(item, clock.nextFrameId());
        onResult(await run.analyze(item.frame, meta, item.receivedUnixMs));
      },
    });
    const ended = feed.run();
    this.#feed = { feed, ended };
    await ended;
    return run.counter.ledger();
  }

  /** Takes the picture and closes it. Rejects with AbortError when its run is over. */
  analyzeFrame(image: FrameImage, meta: FrameMeta): Promise<FrameResult> {
    const receivedUnixMs = Date.now();
    this.#run?.counter.noteReceived();
    const received = this.#run;
    const task = this.#queue.then(async () => {
      const run = this.#run;
      if (!run || run !== received || meta.epoch !== run.start.epoch) {
        image.close();
        received?.counter.noteDropped();
        throw new DOMException('The run this frame belongs to is over', 'AbortError');
      }
      const result = await run.analyze(image, meta, receivedUnixMs);
      if (run.start.source.pace === 'offline') await run.settleCrops();
      return result;
    });
    // The caller gets the error; the next frame is tried all the same.
    this.#queue = task.catch(() => undefined);
    return task;
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  /** Nothing to end is no error: a run may have failed before it began, or a newer one taken its place. */
  async stopRun(epoch: number): Promise<readonly EndedTrack[]> {
    const run = this.#run;
    if (!run || epoch < run.start.epoch) return [];
    const feed = this.#feed;
    const timer = setTimeout(() => {
      run.abandon();
    }, this.#stopWaitMs);
    try {
      feed?.feed.stop();
      // Its failure reaches whoever waits for the stream; the run is ended in any case.
      await feed?.ended.catch(() => undefined);
      await this.#queue;
      // A newer run has begun meanwhile, and the identity worker ended this one's tracks then.
      if (this.#run !== run) return [];
      this.#feed = null;
      this.#run = null;
      this.#lastCounter = run.counter;
      return await run.finish();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Of the run going on, or the last one. */
  ledger(): FrameLedger {
    return (this.#run?.counter ?? this.#lastCounter)?.ledger() ?? EMPTY_LEDGER;
  }

  async timeInference(
    widthPx: number,
    heightPx: number,
    count: number,
  ): Promise<readonly number[]> {
    return this.#readyDetector().timeInference(widthPx, heightPx, count);
  }

  #readyDetector(): Detector {
    if (!this.#detector) throw notConfigured();
    return this.#detector;
  }

  #activeRun(): PerceptionRun {
    if (!this.#run) throw new AppError('INTERNAL', 'Expected a run, found none: startRun first');
    return this.#run;
  }
}

function notConfigured(): AppError {
  return new AppError('INTERNAL', 'Expected a detector, found none: configure first');
}

/** Of frames that are not analysed. */
const NO_FRAME_ID = -1;

/**
 * Numbers live frames, and ties their own clock to the source's by when the first one came: models may
 * load for long after the camera was opened.
 */
class LiveClock {
  readonly #start: RunStart;
  #offsetUs: number | null = null;
  #frameCount = 0;

  constructor(start: RunStart) {
    this.#start = start;
  }

  nextFrameId(): number {
    this.#frameCount += 1;
    return this.#frameCount - 1;
  }

  meta({ frame, receivedUnixMs }: LiveFrame, frameId: number): FrameMeta {
    const { epoch, source } = this.#start;
    // Whole, as a frame's own: a recorded picture and its results must carry the very same time.
    this.#offsetUs ??= Math.round((receivedUnixMs - source.originUnixMs) * 1000 - frame.timestamp);
    const { widthPx, heightPx } = displaySize(frame);
    const captureTimeUs = frame.timestamp + this.#offsetUs;
    return { epoch, cameraId: source.cameraId, frameId, captureTimeUs, widthPx, heightPx };
  }
}
