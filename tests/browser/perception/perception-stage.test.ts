import { expose, transfer, wrap } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import type { Detection } from '../../../src/contracts/detection';
import type { VehicleCrop } from '../../../src/contracts/embedding';
import type { FrameMeta } from '../../../src/contracts/frame';
import type { SourcePace } from '../../../src/contracts/source';
import type {
  CropOutcome,
  CropSinkApi,
  FrameResult,
  PerceptionConfig,
  RunStart,
  TracksUpdate,
} from '../../../src/contracts/worker-api';
import { asOneCamera } from '../../../src/core/source-cameras';
import type { Detector } from '../../../src/stages/detect/detector';
import type { CropSink } from '../../../src/stages/perception/crop-courier';
import { PerceptionStage } from '../../../src/stages/perception/perception-stage';
import { TEST_DETECTOR } from '../../support/test-detector';

const WIDTH = 320;
const HEIGHT = 180;
const FRAME_US = 100_000;

/** Waits for what a test opens by hand. */
class Gate {
  #open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  open(): void {
    this.#open();
  }
}

/** One car that stands still; each detection waits for its gate when there is one. */
class StandingCar implements Detector {
  readonly seen: number[] = [];
  readonly gates: Gate[] = [];
  failure: Error | null = null;

  warmUp(): Promise<number> {
    return Promise.resolve(1);
  }
  async detect(image: VideoFrame | ImageBitmap, meta: FrameMeta) {
    this.seen.push(meta.captureTimeUs);
    await this.gates[this.seen.length - 1]?.opened;
    if (this.failure) throw this.failure;
    if (image instanceof VideoFrame && image.format === null) throw new Error('closed too early');
    const detections: readonly Detection[] = [
      { box: { x1: 100, y1: 60, x2: 200, y2: 130 }, score: 0.9, vehicleClass: 'car' },
    ];
    return {
      batch: { meta, detections },
      timings: { prepareMs: 1, detectMs: 2 },
      framePath: 'i420-simd' as const,
      personBoxes: [],
    };
  }
  setScoreFloor(): void {
    // Every detection scores 0.9.
  }
  timeInference(): Promise<readonly number[]> {
    return Promise.resolve([]);
  }
  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

const config: PerceptionConfig = {
  manifest: TEST_DETECTOR,
  modelUrl: 'none',
  isProviderNew: false,
  runtimeBaseUrl: 'none',
  backend: {
    provider: 'wasm',
    threadCount: 1,
    inputSidePx: 320,
    origin: 'default',
    measuredMs: null,
  },
  options: { scoreThreshold: 0.3, classes: ['car'], isEmbeddingEnabled: true },
  framePath: null,
};

function runStart(pace: SourcePace, epoch = 1): RunStart {
  return {
    epoch,
    runId: `run-${epoch}`,
    source: asOneCamera({
      kind: pace === 'live' ? 'camera' : 'file',
      pace,
      cameraId: 'camera',
      label: 'Camera',
      widthPx: WIDTH,
      heightPx: HEIGHT,
      framesPerSecond: 10,
      durationUs: null,
      originUnixMs: 0,
      timeBase: 'wall',
      codec: null,
      notice: null,
    }),
  };
}

function meta(frameId: number, epoch = 1): FrameMeta {
  const captureTimeUs = frameId * FRAME_US;
  return { epoch, cameraId: 'camera', frameId, captureTimeUs, widthPx: WIDTH, heightPx: HEIGHT };
}

function videoFrame(index: number): VideoFrame {
  return new VideoFrame(new Uint8Array((WIDTH * HEIGHT * 3) / 2), {
    format: 'I420',
    codedWidth: WIDTH,
    codedHeight: HEIGHT,
    timestamp: 5_000_000 + index * FRAME_US,
  });
}

/** A live stream that a test feeds by hand. */
function handFedStream() {
  let controller: ReadableStreamDefaultController<VideoFrame> | null = null;
  let isCancelled = false;
  const readable = new ReadableStream<VideoFrame>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  return {
    readable,
    push: (frame: VideoFrame) => controller?.enqueue(frame),
    end: () => controller?.close(),
    isCancelled: () => isCancelled,
  };
}

/** Answers crops when told to. */
class FakeSink implements CropSink {
  readonly crops: VehicleCrop[] = [];
  readonly updates: TracksUpdate[] = [];
  readonly endings: number[] = [];
  readonly starts: RunStart[] = [];
  gate: Gate | null = null;
  failure: Error | null = null;
  /** A worker that died: no call is answered any more. */
  isDead = false;

  startRun(run: RunStart): void {
    this.starts.push(run);
  }
  async submit(crop: VehicleCrop): Promise<CropOutcome | null> {
    this.crops.push(crop);
    if (this.isDead) return new Promise(() => undefined);
    await this.gate?.opened;
    crop.image.close();
    if (this.failure) throw this.failure;
    return {
      crop: {
        trackId: crop.trackId,
        captureTimeUs: crop.meta.captureTimeUs,
        embedding: { space: 'space', vector: Float32Array.of(1, 0) },
        sharpness: 100,
        quality: 0.8,
      },
      trackDescriptor: Float32Array.of(1, 0),
    };
  }
  tracksUpdated(update: TracksUpdate): void {
    this.updates.push(update);
  }
  endRun(ended: readonly unknown[]): Promise<void> {
    this.endings.push(ended.length);
    return this.isDead ? new Promise(() => undefined) : Promise.resolve();
  }
}

/** What the tests of a dead identity worker wait at a stop, milliseconds. */
const STOP_WAIT_MS = 100;

const frames: VideoFrame[] = [];
function take(index: number): VideoFrame {
  const frame = videoFrame(index);
  frames.push(frame);
  return frame;
}
/** A closed VideoFrame has no format any more. */
const openFrameCount = (): number => frames.filter(({ format }) => format !== null).length;

async function readyStage(detector: StandingCar, sink: CropSink | null = null) {
  const stage = new PerceptionStage(
    () => Promise.resolve({ detector, threadCount: 1 }),
    STOP_WAIT_MS,
  );
  await stage.configure(config);
  if (sink) stage.connectIdentity(sink);
  return stage;
}

afterEach(() => {
  for (const frame of frames) frame.close();
  frames.length = 0;
});

describe('perception of several cameras', () => {
  it('follows each apart, numbers their tracks together, and crops from both', async () => {
    const sink = new FakeSink();
    const stage = await readyStage(new StandingCar(), sink);
    stage.startRun(runStart('offline'));
    const results: FrameResult[] = [];
    for (let index = 0; index < 12; index += 1) {
      const cameraId = index % 2 === 0 ? 'camera' : 'other';
      results.push(await stage.analyzeFrame(take(index), { ...meta(index), cameraId }));
    }
    const [ofOne, ofOther] = results.slice(-2);
    expect(ofOne?.tracks.map(({ id, state }) => [id, state])).toEqual([[1, 'confirmed']]);
    expect(ofOther?.tracks.map(({ id, state }) => [id, state])).toEqual([[2, 'confirmed']]);
    expect(sink.updates.at(-1)).toMatchObject({ cameraId: 'other', seen: [{ trackId: 2 }] });
    expect(new Set(sink.crops.map((crop) => `${crop.meta.cameraId} ${crop.trackId}`))).toEqual(
      new Set(['camera 1', 'other 2']),
    );
    expect((await stage.stopRun(1)).map(({ id }) => id)).toEqual([1, 2]);
    expect(openFrameCount()).toBe(0);
  });
});

describe('perception of a live stream', () => {
  it('analyses the newest frame, closes those in between, and counts each', async () => {
    const car = new StandingCar();
    const gate = new Gate();
    car.gates.push(gate);
    const stage = await readyStage(car);
    stage.startRun(runStart('live'));
    const stream = handFedStream();
    const results: FrameResult[] = [];
    const done = stage.analyzeStream(stream.readable, (result) => results.push(result));
    stream.push(take(0));
    await expect.poll(() => car.seen.length).toBe(1);
    for (let index = 1; index <= 4; index += 1) stream.push(take(index));
    await expect.poll(() => stage.ledger().droppedCount).toBe(3);
    expect(openFrameCount()).toBe(2);
    expect(stage.ledger()).toMatchObject({ receivedCount: 5, openCount: 2 });
    gate.open();
    await expect.poll(() => results.length).toBe(2);
    stream.end();
    const ledger = await done;
    expect(ledger).toEqual({ receivedCount: 5, analysedCount: 2, droppedCount: 3, openCount: 0 });
    const [firstUs = 0, lastUs = 0] = results.map((result) => result.meta.captureTimeUs);
    expect(lastUs - firstUs).toBe(4 * FRAME_US);
    expect(results.map((result) => result.meta.frameId)).toEqual([0, 1]);
    expect(results[1]?.droppedCount).toBe(3);
    expect(openFrameCount()).toBe(0);
  });

  it('times frames by the day although the camera was open long before the first one', async () => {
    const stage = await readyStage(new StandingCar());
    const start = runStart('live');
    const originUnixMs = Date.now() - 20_000;
    stage.startRun({ ...start, source: { ...start.source, originUnixMs } });
    const stream = handFedStream();
    const results: FrameResult[] = [];
    const done = stage.analyzeStream(stream.readable, (result) => results.push(result));
    const pushedUnixMs = Date.now();
    stream.push(take(7));
    await expect.poll(() => results.length).toBe(1);
    stream.end();
    await done;
    const captureUnixMs = originUnixMs + (results[0]?.meta.captureTimeUs ?? 0) / 1000;
    expect(captureUnixMs).toBeGreaterThanOrEqual(pushedUnixMs);
    expect(captureUnixMs).toBeLessThanOrEqual(Date.now());
  });

  it('closes frames unseen while paused', async () => {
    const car = new StandingCar();
    const stage = await readyStage(car);
    stage.startRun(runStart('live'));
    stage.setPaused(true);
    const stream = handFedStream();
    const done = stage.analyzeStream(stream.readable, () => undefined);
    stream.push(take(0));
    stream.push(take(1));
    await expect.poll(() => stage.ledger().droppedCount).toBe(2);
    stage.setPaused(false);
    stream.push(take(2));
    await expect.poll(() => car.seen.length).toBe(1);
    stream.end();
    expect(await done).toMatchObject({ analysedCount: 1, openCount: 0 });
  });

  it('ends the stream and the tracks when stopped in the middle of a frame', async () => {
    const car = new StandingCar();
    const sink = new FakeSink();
    const stage = await readyStage(car, sink);
    stage.startRun(runStart('live'));
    const stream = handFedStream();
    const results: FrameResult[] = [];
    const done = stage.analyzeStream(stream.readable, (result) => results.push(result));
    for (let index = 0; index < 5; index += 1) {
      stream.push(take(index));
      await expect.poll(() => results.length).toBe(index + 1);
    }
    const gate = new Gate();
    car.gates[5] = gate;
    stream.push(take(5));
    await expect.poll(() => car.seen.length).toBe(6);
    stream.push(take(6));
    const stopping = stage.stopRun(1);
    gate.open();
    const ended = await stopping;
    expect(ended).toMatchObject([{ wasConfirmed: true, vehicleClass: 'car', hitCount: 6 }]);
    expect(sink.endings).toEqual([1]);
    expect(stream.isCancelled()).toBe(true);
    expect(await done).toMatchObject({ analysedCount: 6, openCount: 0 });
    expect(openFrameCount()).toBe(0);
  });

  it('rejects with what the detector failed with, and leaves no frame open', async () => {
    const car = new StandingCar();
    car.failure = new Error('device lost');
    const stage = await readyStage(car);
    stage.startRun(runStart('live'));
    const stream = handFedStream();
    const done = stage.analyzeStream(stream.readable, () => undefined);
    stream.push(take(0));
    await expect(done).rejects.toThrow('device lost');
    expect(openFrameCount()).toBe(0);
    expect(await stage.stopRun(1)).toEqual([]);
  });

  it('has one crop at the embedder while others wait, and sends those of a track that ends', async () => {
    const car = new StandingCar();
    const sink = new FakeSink();
    sink.gate = new Gate();
    const stage = await readyStage(car, sink);
    stage.startRun(runStart('live'));
    const stream = handFedStream();
    const results: FrameResult[] = [];
    const done = stage.analyzeStream(stream.readable, (result) => results.push(result));
    for (let index = 0; index < 20; index += 1) {
      stream.push(take(index));
      await expect.poll(() => results.length).toBe(index + 1);
    }
    // Frames went on although the embedder does not answer.
    expect(sink.crops).toHaveLength(1);
    expect(sink.crops[0]?.image.width).toBeGreaterThan(100);
    const lastUpdate = sink.updates.at(-1);
    expect(lastUpdate?.seen).toMatchObject([{ trackId: sink.crops[0]?.trackId, hitCount: 20 }]);
    sink.gate.open();
    stream.end();
    await done;
    await stage.stopRun(1);
    expect(sink.endings).toEqual([1]);
  });
});

describe('perception of pulled frames', () => {
  it('analyses them in order, each to its end', async () => {
    const car = new StandingCar();
    const stage = await readyStage(car);
    stage.startRun(runStart('offline'));
    const results = await Promise.all(
      [0, 1, 2].map((index) => stage.analyzeFrame(take(index), meta(index))),
    );
    expect(results.map((result) => result.meta.frameId)).toEqual([0, 1, 2]);
    expect(car.seen).toEqual([0, FRAME_US, 2 * FRAME_US]);
    expect(results[2]?.tracks).toMatchObject([{ hitCount: 3 }]);
    expect(stage.ledger()).toEqual({
      receivedCount: 3,
      analysedCount: 3,
      droppedCount: 0,
      openCount: 0,
    });
    expect(openFrameCount()).toBe(0);
  });

  it('answer only after their crops were embedded when offline', async () => {
    const sink = new FakeSink();
    sink.gate = new Gate();
    const stage = await readyStage(new StandingCar(), sink);
    stage.startRun(runStart('offline'));
    let answered = 0;
    const all = Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        await stage.analyzeFrame(take(index), meta(index));
        answered += 1;
      }),
    );
    await expect.poll(() => sink.crops.length).toBe(1);
    const before = answered;
    expect(before).toBeLessThan(10);
    sink.gate.open();
    await all;
    expect(answered).toBe(10);
    expect(sink.crops.length).toBeGreaterThan(1);
  });

  it('are closed and refused when their run is over', async () => {
    const stage = await readyStage(new StandingCar());
    stage.startRun(runStart('offline', 2));
    await expect(stage.analyzeFrame(take(0), meta(0, 1))).rejects.toMatchObject({
      name: 'AbortError',
    });
    await stage.stopRun(2);
    await expect(stage.analyzeFrame(take(1), meta(1, 2))).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(openFrameCount()).toBe(0);
    expect(stage.ledger()).toMatchObject({ receivedCount: 1, droppedCount: 1 });
  });

  it('fail alone: the next one is analysed', async () => {
    const car = new StandingCar();
    car.failure = new Error('once');
    const stage = await readyStage(car);
    stage.startRun(runStart('offline'));
    await expect(stage.analyzeFrame(take(0), meta(0))).rejects.toThrow('once');
    car.failure = null;
    await expect(stage.analyzeFrame(take(1), meta(1))).resolves.toMatchObject({
      meta: { frameId: 1 },
    });
  });

  it('tell when the embedder failed, and end the run all the same', async () => {
    const sink = new FakeSink();
    sink.failure = new Error('embedder gone');
    const stage = await readyStage(new StandingCar(), sink);
    stage.startRun(runStart('offline'));
    const all = Array.from({ length: 10 }, (_, index) =>
      stage.analyzeFrame(take(index), meta(index)),
    );
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    await expect(stage.stopRun(1)).rejects.toThrow('embedder gone');
    expect(sink.endings).toHaveLength(1);
  });
});

describe('an identity worker that dies', () => {
  it('holds a file up only until another one is connected, which goes on with the run', async () => {
    const dead = new FakeSink();
    dead.isDead = true;
    const stage = await readyStage(new StandingCar(), dead);
    stage.startRun(runStart('offline', 3));
    const all = Promise.all(
      Array.from({ length: 30 }, (_, index) => stage.analyzeFrame(take(index), meta(index, 3))),
    );
    await expect.poll(() => dead.crops.length).toBe(1);
    const next = new FakeSink();
    stage.connectIdentity(next);
    expect(await all).toHaveLength(30);
    expect(next.starts).toMatchObject([{ epoch: 3, runId: 'run-3' }]);
    expect(next.updates.at(-1)?.seen).toMatchObject([{ hitCount: 30 }]);
    // The crop that was lost does not keep its track from getting others.
    expect(next.crops.length).toBeGreaterThan(0);
    await stage.stopRun(3);
    expect(next.endings).toEqual([1]);
    expect(dead.endings).toEqual([]);
  });

  it('and stays dead does not keep a live run from stopping', async () => {
    const dead = new FakeSink();
    const stage = await readyStage(new StandingCar(), dead);
    stage.startRun(runStart('live'));
    const stream = handFedStream();
    const results: FrameResult[] = [];
    void stage.analyzeStream(stream.readable, (result) => results.push(result));
    dead.isDead = true;
    for (let index = 0; index < 6; index += 1) {
      stream.push(take(index));
      await expect.poll(() => results.length).toBe(index + 1);
    }
    expect(await stage.stopRun(1)).toMatchObject([{ hitCount: 6 }]);
  });

  it('and stays dead does not keep a file from being stopped in the middle of a frame', async () => {
    const dead = new FakeSink();
    dead.isDead = true;
    const stage = await readyStage(new StandingCar(), dead);
    stage.startRun(runStart('offline'));
    const all = Array.from({ length: 10 }, (_, index) =>
      stage.analyzeFrame(take(index), meta(index)),
    );
    await expect.poll(() => dead.crops.length).toBe(1);
    expect(await stage.stopRun(1)).toHaveLength(1);
    await Promise.allSettled(all);
    expect(openFrameCount()).toBe(0);
  });
});

describe('a crop that fails', () => {
  it('does not end a live run: its track gets others', async () => {
    const sink = new FakeSink();
    sink.failure = new Error('out of memory');
    const stage = await readyStage(new StandingCar(), sink);
    stage.startRun(runStart('live'));
    const stream = handFedStream();
    const results: FrameResult[] = [];
    const done = stage.analyzeStream(stream.readable, (result) => results.push(result));
    for (let index = 0; index < 30; index += 1) {
      stream.push(take(index));
      await expect.poll(() => results.length).toBe(index + 1);
      if (sink.crops.length === 1) sink.failure = null;
    }
    expect(sink.crops.length).toBeGreaterThan(1);
    stream.end();
    await done;
    expect(await stage.stopRun(1)).toHaveLength(1);
  });
});

describe('the stop of a run', () => {
  it('that a newer one has replaced does nothing', async () => {
    const sink = new FakeSink();
    const stage = await readyStage(new StandingCar(), sink);
    stage.startRun(runStart('offline', 1));
    stage.startRun(runStart('offline', 2));
    expect(await stage.stopRun(1)).toEqual([]);
    expect(sink.endings).toEqual([]);
    await expect(stage.analyzeFrame(take(0), meta(0, 2))).resolves.toBeDefined();
  });

  it('does not end the one that begins while it waits', async () => {
    const car = new StandingCar();
    const gate = new Gate();
    car.gates.push(gate);
    const sink = new FakeSink();
    const stage = await readyStage(car, sink);
    stage.startRun(runStart('offline', 1));
    const late = stage.analyzeFrame(take(0), meta(0, 1));
    await expect.poll(() => car.seen.length).toBe(1);
    const stopping = stage.stopRun(1);
    stage.startRun(runStart('offline', 2));
    gate.open();
    await Promise.all([late, stopping]);
    expect(sink.endings).toEqual([]);
    await expect(stage.analyzeFrame(take(1), meta(1, 2))).resolves.toBeDefined();
  });
});

describe('a crop that crosses a port', () => {
  it('is moved, not copied', async () => {
    const { port1, port2 } = new MessageChannel();
    const received: number[] = [];
    const api: Pick<CropSinkApi, 'submit'> = {
      submit: (crop) => {
        received.push(crop.image.width);
        crop.image.close();
        return Promise.resolve(null);
      },
    };
    expose(api, port1);
    const remote = wrap<Pick<CropSinkApi, 'submit'>>(port2);
    const image = await createImageBitmap(take(0), 0, 0, 40, 30);
    const crop: VehicleCrop = {
      trackId: 1,
      meta: meta(0),
      vehicleClass: 'car',
      box: { x1: 0, y1: 0, x2: 40, y2: 30 },
      geometry: {
        sidePx: 35,
        insideFraction: 1,
        overlapFraction: 0,
        detectionScore: 0.9,
        score: 0.8,
      },
      image,
      blurredBoxes: [],
    };
    const answer = remote.submit(transfer(crop, [crop.image]));
    // A moved picture is empty on this side at once; a copied one is not.
    expect(image.width).toBe(0);
    await answer;
    expect(received).toEqual([40]);
    port1.close();
    port2.close();
  });
});
