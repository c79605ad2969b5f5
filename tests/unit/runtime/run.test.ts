import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunStatus, Settings } from '../../../src/contracts/app';
import type { FrameImage, FrameMeta } from '../../../src/contracts/frame';
import type {
  FrameFeed,
  FrameSource,
  SourceEvent,
  SourceFrame,
  SourceInfo,
} from '../../../src/contracts/source';
import type { FrameLedger, FrameResult, RunStart } from '../../../src/contracts/worker-api';
import { AppError } from '../../../src/core/app-error';
import { asOneCamera } from '../../../src/core/source-cameras';
import type { Engine } from '../../../src/runtime/engine';
import type { IdentityClient } from '../../../src/runtime/identity-client';
import type { PerceptionClient } from '../../../src/runtime/perception-client';
import { Run, type RunHooks } from '../../../src/runtime/run';

const info = (pace: SourceInfo['pace']): SourceInfo =>
  asOneCamera({
    kind: pace === 'live' ? 'camera' : 'file',
    pace,
    cameraId: 'yard',
    label: 'Yard',
    widthPx: 64,
    heightPx: 36,
    framesPerSecond: 10,
    durationUs: null,
    originUnixMs: 0,
    timeBase: pace === 'live' ? 'wall' : 'media',
    codec: null,
    notice: null,
  });

/** A source whose feed is handed over whole (live) or pulled (a file of `frameCount` frames). */
class TestSource implements FrameSource {
  readonly kind = 'camera';
  readonly previewStream = null;
  readonly decodeMsTotal = 0;
  readonly droppedCount = 0;
  readonly deliveredCount = null;
  isClosed = false;
  emit: (event: SourceEvent) => void = () => undefined;
  /** A closed camera's stream ends. */
  onClosed: () => void = () => undefined;
  readonly pace: SourceInfo['pace'];
  readonly frameCount: number;
  readonly openError: Error | null;

  constructor(pace: SourceInfo['pace'], frameCount = 0, openError: Error | null = null) {
    this.pace = pace;
    this.frameCount = frameCount;
    this.openError = openError;
  }

  open(): Promise<SourceInfo> {
    return this.openError ? Promise.reject(this.openError) : Promise.resolve(info(this.pace));
  }

  feed(): FrameFeed {
    if (this.pace === 'live') return { type: 'stream', readable: new ReadableStream() };
    const { frameCount } = this;
    return {
      type: 'pull',
      async *frames(): AsyncGenerator<SourceFrame> {
        for (let index = 0; index < frameCount; index += 1) {
          await Promise.resolve();
          // The run only closes it.
          const image = { width: 64, height: 36, close: () => undefined } as unknown as FrameImage;
          yield { image, captureTimeUs: index * 100_000 };
        }
      },
    };
  }

  onEvent(listener: (event: SourceEvent) => void): () => void {
    this.emit = listener;
    return () => undefined;
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.onClosed();
    return Promise.resolve();
  }
}

/** A perception worker on this thread: live feeds last until the test ends them. */
class TestPerception {
  isReady = true;
  readonly starts: RunStart[] = [];
  readonly stops: number[] = [];
  readonly paused: boolean[] = [];
  readonly analysedUs: number[] = [];
  disposeCount = 0;
  /** Ends or fails the live feed under analysis. */
  endFeed: (error?: Error) => void = () => undefined;
  sendResult: (captureTimeUs: number) => void = () => undefined;
  /** Thrown once, by the frame with this number. */
  failAt: { index: number; error: Error } | null = null;

  startRun(run: RunStart): Promise<void> {
    if (!this.isReady) return Promise.reject(new AppError('WORKER_GONE', 'not running'));
    this.starts.push(run);
    return Promise.resolve();
  }

  analyzeLive(_: unknown, onResult: (result: FrameResult) => void): Promise<FrameLedger> {
    const epoch = this.starts.at(-1)?.epoch ?? 0;
    this.sendResult = (captureTimeUs) => onResult(resultAt(epoch, captureTimeUs));
    return new Promise((resolve, reject) => {
      this.endFeed = (error) => (error ? reject(error) : resolve({} as FrameLedger)); // nobody reads it
    });
  }

  analyzeFrame(_: FrameImage, meta: FrameMeta): Promise<FrameResult> {
    const { failAt } = this;
    if (failAt && this.analysedUs.length === failAt.index) {
      this.failAt = null;
      this.isReady = false;
      return Promise.reject(failAt.error);
    }
    if (!this.isReady) return Promise.reject(new AppError('WORKER_GONE', 'not running'));
    this.analysedUs.push(meta.captureTimeUs);
    return Promise.resolve(resultAt(meta.epoch, meta.captureTimeUs));
  }

  setPaused(isPaused: boolean): Promise<void> {
    this.paused.push(isPaused);
    return Promise.resolve();
  }

  stopRun(epoch: number): Promise<readonly never[]> {
    this.stops.push(epoch);
    return Promise.resolve([]);
  }

  dispose(): void {
    this.disposeCount += 1;
    this.isReady = false;
    this.endFeed(new AppError('WORKER_GONE', 'The perception worker was ended'));
  }
}

// The run reads these two parts of a result.
const resultAt = (epoch: number, captureTimeUs: number): FrameResult =>
  ({ meta: { epoch, captureTimeUs }, droppedCount: 0 }) as FrameResult;

class Scene {
  readonly perception = new TestPerception();
  readonly sources: TestSource[] = [];
  readonly previous: (FrameSource | null)[] = [];
  readonly backendFailures: number[] = [];
  prepareCount = 0;
  status: Partial<RunStatus> = {};
  readonly warnings: (string | null)[] = [];
  finishCount = 0;
  epoch = 0;
  nextSource: () => TestSource;
  readonly run: Run;

  constructor(nextSource: () => TestSource) {
    this.nextSource = nextSource;
    this.run = new Run(this.hooks());
  }

  private hooks(): RunHooks {
    const engine = {
      prepare: () => {
        this.prepareCount += 1;
        this.perception.isReady = true;
        return Promise.resolve({ detector: null, embedder: null, fallbackReason: null });
      },
      noteBackendFailure: () => this.backendFailures.push(this.prepareCount),
    };
    const identity = {
      finishRun: () => {
        this.finishCount += 1;
        return Promise.resolve();
      },
    };
    return {
      // Each stands for the part of the client that a run calls.
      perception: this.perception as unknown as PerceptionClient,
      identity: identity as unknown as IdentityClient,
      engine: engine as unknown as Engine,
      settings: () => ({}) as Settings,
      analysisPace: 'live',
      createSource: (previous) => {
        this.previous.push(previous);
        const source = this.nextSource();
        source.onClosed = () => this.perception.endFeed();
        this.sources.push(source);
        return Promise.resolve(source);
      },
      nextEpoch: () => (this.epoch += 1),
      enterGallery: () => Promise.resolve(),
      isWatched: () => false,
      onStatus: (change) => {
        this.status = { ...this.status, ...change };
        if (change.warning !== undefined) this.warnings.push(change.warning?.code ?? null);
      },
      onResult: () => undefined,
      onEnded: () => undefined,
    };
  }
}

/** Lets promises settle without moving the clock. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('Run', () => {
  let page: EventTarget & { hidden: boolean; visibilityState: string };
  let devices: EventTarget;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    page = Object.assign(new EventTarget(), { hidden: false, visibilityState: 'visible' });
    devices = new EventTarget();
    vi.stubGlobal('document', page);
    vi.stubGlobal('navigator', { mediaDevices: devices });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('analyses a file to its end and then stores what it saw', async () => {
    const scene = new Scene(() => new TestSource('offline', 5));
    await scene.run.begin();
    await scene.run.ended;
    expect(scene.perception.analysedUs).toEqual([0, 100_000, 200_000, 300_000, 400_000]);
    expect(scene.perception.stops).toEqual([1]);
    expect(scene.finishCount).toBe(1);
    expect(scene.sources[0]?.isClosed).toBe(true);
  });

  it('goes on with a file where it was when the worker dies', async () => {
    const scene = new Scene(() => new TestSource('offline', 6));
    scene.perception.failAt = { index: 3, error: new AppError('WORKER_GONE', 'died') };
    await scene.run.begin();
    await scene.run.ended;
    expect(new Set(scene.perception.analysedUs).size).toBe(6);
    expect(scene.sources).toHaveLength(2);
    expect(scene.warnings).toContain('WORKER_GONE');
  });

  it('tells the engine of a backend that broke down, and gives up after five in a row', async () => {
    const scene = new Scene(() => new TestSource('live'));
    await scene.run.begin();
    const ended = scene.run.ended.catch((error: unknown) => error);
    for (let count = 0; count < 6; count += 1) {
      scene.perception.endFeed(new AppError('BACKEND_FAILED', 'device lost'));
      await settle();
    }
    expect(await ended).toMatchObject({ code: 'BACKEND_FAILED' });
    expect(scene.backendFailures).toHaveLength(5);
    expect(scene.finishCount).toBe(1);
  });

  it('does not count failures that are hours apart', async () => {
    const scene = new Scene(() => new TestSource('live'));
    await scene.run.begin();
    for (let count = 0; count < 8; count += 1) {
      for (let minute = 0; minute < 60; minute += 1) {
        await vi.advanceTimersByTimeAsync(20_000);
        scene.perception.sendResult(minute);
      }
      scene.perception.endFeed(new AppError('WORKER_GONE', 'died'));
      await settle();
    }
    expect(scene.status.state).toBe('running');
    await scene.run.stop();
  });

  it('takes a camera back that was gone for minutes, with the same camera asked for', async () => {
    const scene = new Scene(() => new TestSource('live'));
    await scene.run.begin();
    scene.perception.sendResult(0);
    const gone = new AppError('CAMERA_NOT_FOUND', 'unplugged');
    scene.nextSource = () => new TestSource('live', 0, gone);
    scene.sources[0]?.emit({ type: 'lost', reason: 'unplugged' });
    // A frame that was under way when the plug was pulled does not end the gap.
    scene.perception.sendResult(1);
    scene.perception.endFeed();
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    expect(scene.perception.disposeCount).toBe(0);
    expect(scene.status.warning?.code).toBe('CAMERA_LOST');
    expect(scene.status.currentGap?.reason).toBe('camera-lost');

    scene.nextSource = () => new TestSource('live');
    devices.dispatchEvent(new Event('devicechange'));
    await settle();
    scene.perception.sendResult(1);
    expect(scene.status.warning).toBeNull();
    expect(scene.status.gaps).toHaveLength(1);
    expect(scene.previous.at(-1)).not.toBeNull();
    expect(scene.perception.starts.at(-1)?.epoch).toBe(scene.epoch);
    expect(new Set(scene.perception.starts.map(({ runId }) => runId)).size).toBe(1);
    await scene.run.stop();
  });

  it.each(['CAMERA_PERMISSION_DENIED', 'STREET_UNAVAILABLE'] as const)(
    'stops looking for a source that waiting cannot bring back: %s',
    async (code) => {
      const scene = new Scene(() => new TestSource('live'));
      await scene.run.begin();
      const ended = scene.run.ended.catch((error: unknown) => error);
      scene.nextSource = () => new TestSource('live', 0, new AppError(code, 'gone for good'));
      scene.perception.endFeed();
      await settle();
      expect(await ended).toMatchObject({ code });
    },
  );

  it('stays paused when the camera comes back during a pause', async () => {
    const scene = new Scene(() => new TestSource('live'));
    await scene.run.begin();
    scene.run.setPaused(true);
    scene.perception.endFeed();
    await settle();
    expect(scene.status.state).toBe('paused');
    expect(scene.perception.paused).toEqual([true, true]);
    await scene.run.stop();
  });

  it('replaces a worker that hangs, and says that this was the gap', async () => {
    const scene = new Scene(() => new TestSource('live'));
    await scene.run.begin();
    scene.perception.sendResult(0);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(scene.perception.disposeCount).toBeGreaterThan(0);
    expect(scene.status.currentGap?.reason).toBe('worker-restarted');
    expect(scene.status.warning?.code).toBe('WORKER_GONE');
    scene.perception.sendResult(1);
    expect(scene.status.gaps?.map(({ reason }) => reason)).toEqual(['worker-restarted']);
    await scene.run.stop();
  });

  it('leaves a silent worker alone while the tab is hidden, and just after', async () => {
    const scene = new Scene(() => new TestSource('live'));
    await scene.run.begin();
    Object.assign(page, { hidden: true, visibilityState: 'hidden' });
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    Object.assign(page, { hidden: false, visibilityState: 'visible' });
    page.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(scene.perception.disposeCount).toBe(0);
    scene.perception.sendResult(0);
    expect(scene.status.gaps?.map(({ reason }) => reason)).toEqual(['hidden']);
    await scene.run.stop();
  });

  it('can be stopped while it prepares: begin rejects with AbortError and nothing stays open', async () => {
    const scene = new Scene(() => new TestSource('live'));
    const begun = scene.run.begin().catch((error: unknown) => error);
    await scene.run.stop();
    expect(await begun).toMatchObject({ name: 'AbortError' });
    expect(scene.sources.every(({ isClosed }) => isClosed)).toBe(true);
    expect(scene.perception.starts).toEqual([]);
  });
});
