import { afterEach, describe, expect, it } from 'vitest';
import type { Box } from '../../../src/contracts/detection';
import type { VehicleCrop } from '../../../src/contracts/embedding';
import type { FrameImage, FrameMeta } from '../../../src/contracts/frame';
import type { RecordedFrame, RecorderPortMessage } from '../../../src/contracts/recorder-tap';
import type { PrivacyMask } from '../../../src/contracts/session';
import type { SourcePace } from '../../../src/contracts/source';
import type { PerceptionConfig, RunStart } from '../../../src/contracts/worker-api';
import { plateRegion } from '../../../src/core/private-regions';
import { asOneCamera } from '../../../src/core/source-cameras';
import type { Detector } from '../../../src/stages/detect/detector';
import type { CropSink } from '../../../src/stages/perception/crop-courier';
import { PerceptionStage } from '../../../src/stages/perception/perception-stage';

const WIDTH = 320;
const HEIGHT = 180;
const FRAME_US = 100_000;
const CAR: Box = { x1: 100, y1: 60, x2: 200, y2: 130 };
const PERSON: Box = { x1: 20, y1: 40, x2: 50, y2: 120 };
const NO_BLUR = { isPlateBlurred: false, isPersonBlurred: false };

/** The left half of the camera's picture. */
const LEFT_HALF: PrivacyMask = {
  cameraId: 'camera',
  polygons: [
    [
      { x: 0, y: 0 },
      { x: 0.5, y: 0 },
      { x: 0.5, y: 1 },
      { x: 0, y: 1 },
    ],
  ],
};

/** Looks at two pixels of what it is given: one left, one right. */
class LookingDetector implements Detector {
  readonly seen: { readonly left: number; readonly right: number; readonly path: string }[] = [];
  readonly gates: Promise<void>[] = [];

  warmUp(): Promise<number> {
    return Promise.resolve(1);
  }
  async detect(image: FrameImage, meta: FrameMeta) {
    const gate = this.gates[this.seen.length];
    this.seen.push({
      left: lumaAt(image, 80, 90),
      right: lumaAt(image, 240, 90),
      path: image instanceof VideoFrame ? (image.format ?? 'closed') : 'bitmap',
    });
    await gate;
    return {
      batch: { meta, detections: [{ box: CAR, score: 0.9, vehicleClass: 'car' as const }] },
      timings: { prepareMs: 1, detectMs: 2 },
      framePath: 'canvas' as const,
      personBoxes: [PERSON],
    };
  }
  setScoreFloor(): void {
    // Its one detection is always told.
  }
  timeInference(): Promise<readonly number[]> {
    return Promise.resolve([]);
  }
  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

function lumaAt(image: CanvasImageSource, x: number, y: number): number {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a 2D canvas, found none');
  context.drawImage(image, 0, 0);
  return context.getImageData(x, y, 1, 1).data[1] ?? -1;
}

/** White everywhere. */
function whiteFrame(index: number): VideoFrame {
  const data = new Uint8Array((WIDTH * HEIGHT * 3) / 2);
  data.fill(235, 0, WIDTH * HEIGHT);
  data.fill(128, WIDTH * HEIGHT);
  const frame = new VideoFrame(data, {
    format: 'I420',
    codedWidth: WIDTH,
    codedHeight: HEIGHT,
    timestamp: 7_000_000 + index * FRAME_US,
  });
  frames.push(frame);
  return frame;
}

const frames: VideoFrame[] = [];
const ports: MessagePort[] = [];
const openFrameCount = (): number => frames.filter(({ format }) => format !== null).length;

afterEach(() => {
  for (const frame of frames) frame.close();
  for (const port of ports) port.close();
  frames.length = 0;
  ports.length = 0;
});

function meta(frameId: number): FrameMeta {
  const captureTimeUs = frameId * FRAME_US;
  return { epoch: 1, cameraId: 'camera', frameId, captureTimeUs, widthPx: WIDTH, heightPx: HEIGHT };
}

function runStart(pace: SourcePace): RunStart {
  return {
    epoch: 1,
    runId: 'run',
    source: asOneCamera({
      kind: pace === 'live' ? 'camera' : 'file',
      pace,
      cameraId: 'camera',
      label: 'Camera',
      widthPx: WIDTH,
      heightPx: HEIGHT,
      framesPerSecond: 10,
      durationUs: null,
      originUnixMs: 0.25,
      timeBase: 'wall',
      codec: null,
      notice: null,
    }),
  };
}

/** The recorder's end of a tap. */
class FakeRecorder {
  readonly frames: RecordedFrame[] = [];
  readonly dropped: boolean[] = [];
  isEnded = false;
  readonly #port: MessagePort;
  readonly far: MessagePort;
  #onMessage: () => void = () => undefined;

  constructor(credit: number) {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    this.#port = port1;
    this.far = port2;
    port1.onmessage = ({ data }: MessageEvent<RecorderPortMessage>) => {
      if (data.type === 'frame') {
        frames.push(data.frame.image);
        this.frames.push(data.frame);
      } else if (data.type === 'dropped') this.dropped.push(data.isAnalysed);
      else this.isEnded = true;
      this.#onMessage();
    };
    this.grant(credit);
  }
  grant(count: number): void {
    if (count > 0) this.#port.postMessage({ type: 'credit', count });
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#onMessage = resolve));
  }
  get timesUs(): readonly number[] {
    return this.frames.map(({ captureTimeUs }) => captureTimeUs);
  }
}

/** Lets messages that are under way arrive. */
async function messagesArrive(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port2.onmessage = () => resolve();
    port1.postMessage(null);
  });
  port1.close();
  port2.close();
}

async function readyStage(detector: Detector, sink: CropSink | null = null) {
  const stage = new PerceptionStage(() => Promise.resolve({ detector, threadCount: 1 }), 100);
  await stage.configure({
    manifest: { id: 'none', sha256: '' },
    options: { scoreThreshold: 0.3, classes: ['car'], isEmbeddingEnabled: true },
  } as unknown as PerceptionConfig); // the fake detector needs nothing else of it
  if (sink) stage.connectIdentity(sink);
  return stage;
}

describe('privacy masks', () => {
  it('are black before the detector, the crops and the recorder see a frame; other cameras keep theirs', async () => {
    const detector = new LookingDetector();
    const crops: VehicleCrop[] = [];
    const stage = await readyStage(detector, {
      startRun: () => undefined,
      submit: (crop) => {
        crops.push(crop);
        return Promise.resolve(null);
      },
      tracksUpdated: () => undefined,
      endRun: () => Promise.resolve(),
    });
    const recorder = new FakeRecorder(100);
    stage.setMasks([LEFT_HALF]);
    stage.connectRecorder({ port: recorder.far, isEveryFrameSent: true });
    await messagesArrive();
    stage.startRun(runStart('offline'));
    for (let index = 0; index < 8; index += 1) {
      const cameraId = index % 2 === 0 ? 'camera' : 'other';
      await stage.analyzeFrame(whiteFrame(index), { ...meta(index), cameraId });
    }
    await recorder.until(() => recorder.frames.length === 8);
    expect(new Set(detector.seen.map(({ left, right }) => `${left} ${right}`))).toEqual(
      new Set(['0 255', '255 255']),
    );
    // The fast path reads the planes of unmasked cameras.
    expect(detector.seen[1]?.path).toBe('I420');
    const [masked, plain] = recorder.frames;
    expect([lumaAt(masked!.image, 80, 90), lumaAt(masked!.image, 240, 90)]).toEqual([0, 255]);
    expect(lumaAt(plain!.image, 80, 90)).toBe(255);
    const maskedCrop = crops.find(({ meta: { cameraId } }) => cameraId === 'camera');
    const plainCrop = crops.find(({ meta: { cameraId } }) => cameraId === 'other');
    expect(lumaAt(maskedCrop!.image, 5, 30)).toBe(0);
    expect(lumaAt(plainCrop!.image, 5, 30)).toBe(255);
    for (const { image } of crops) image.close();
    for (const { image } of recorder.frames) image.close();
    expect(openFrameCount()).toBe(0);
    expect(stage.ledger()).toMatchObject({ receivedCount: 8, analysedCount: 8, openCount: 0 });
  });

  it('are burned into pictures that are no VideoFrames, and taken away when they are removed', async () => {
    const detector = new LookingDetector();
    const stage = await readyStage(detector);
    stage.setMasks([LEFT_HALF]);
    stage.startRun(runStart('offline'));
    const bitmap = async (): Promise<ImageBitmap> => createImageBitmap(whiteFrame(0));
    await stage.analyzeFrame(await bitmap(), meta(0));
    stage.setMasks([]);
    await stage.analyzeFrame(await bitmap(), meta(1));
    expect(detector.seen).toEqual([
      { left: 0, right: 255, path: 'bitmap' },
      { left: 255, right: 255, path: 'bitmap' },
    ]);
  });
});

describe('the recorder tap of a live stream', () => {
  function liveStream() {
    let controller: ReadableStreamDefaultController<VideoFrame> | null = null;
    const readable = new ReadableStream<VideoFrame>({
      start: (given) => {
        controller = given;
      },
    });
    return {
      readable,
      push: (index: number) => controller?.enqueue(whiteFrame(index)),
      end: () => controller?.close(),
    };
  }

  /** Frame 0 is under analysis while those up to `lastIndex` come. */
  async function runLive(recorder: FakeRecorder, lastIndex: number, isEveryFrameSent = true) {
    const detector = new LookingDetector();
    let openGate = (): void => undefined;
    detector.gates[0] = new Promise((resolve) => {
      openGate = resolve;
    });
    const stage = await readyStage(detector);
    stage.connectRecorder({ port: recorder.far, isEveryFrameSent });
    await messagesArrive();
    stage.startRun(runStart('live'));
    const stream = liveStream();
    const resultTimes: number[] = [];
    const ended = stage.analyzeStream(stream.readable, (result) => {
      resultTimes.push(result.meta.captureTimeUs);
    });
    for (let index = 0; index <= lastIndex; index += 1) stream.push(index);
    await expect.poll(() => stage.ledger().receivedCount).toBe(lastIndex + 1);
    openGate();
    // The newest waits and is taken next; an end that came before would close it unseen.
    await expect.poll(() => resultTimes).toHaveLength(2);
    stream.end();
    await ended;
    await messagesArrive();
    return { ledger: stage.ledger(), resultTimes };
  }

  it('gets every frame in order of time, each with the very time of its results', async () => {
    const recorder = new FakeRecorder(100);
    const { ledger, resultTimes } = await runLive(recorder, 5);
    await recorder.until(() => recorder.frames.length === 6);
    expect(ledger).toMatchObject({ receivedCount: 6, analysedCount: 2, droppedCount: 4 });
    const { timesUs } = recorder;
    expect(timesUs).toHaveLength(6);
    expect(timesUs).toEqual([...timesUs].sort((a, b) => a - b));
    const analysed = recorder.frames.filter(({ isAnalysed }) => isAnalysed);
    expect(analysed.map(({ captureTimeUs }) => captureTimeUs)).toEqual(resultTimes);
    expect(recorder.frames.map(({ image }) => image.timestamp)).toEqual(timesUs);
    expect(timesUs.every(Number.isInteger)).toBe(true);
    for (const { image } of recorder.frames) image.close();
    expect(openFrameCount()).toBe(0);
  });

  it('keeps credit for analysed frames, and tells of those it leaves out', async () => {
    const recorder = new FakeRecorder(5);
    const { resultTimes } = await runLive(recorder, 9);
    // One of five for the first, which is analysed; four are kept, and one of those goes to the last.
    expect(recorder.timesUs).toEqual(resultTimes);
    expect(recorder.dropped).toEqual(Array.from({ length: 8 }, () => false));
  });

  it('gets only the analysed frames when it asked for those', async () => {
    const recorder = new FakeRecorder(100);
    const { resultTimes } = await runLive(recorder, 5, false);
    expect(recorder.timesUs).toEqual(resultTimes);
    expect(recorder.dropped).toEqual([]);
  });
});

describe('the recorder tap of a file', () => {
  it('holds the analysis up until there is credit, and loses nothing', async () => {
    const detector = new LookingDetector();
    const stage = await readyStage(detector);
    const recorder = new FakeRecorder(1);
    stage.connectRecorder({ port: recorder.far, isEveryFrameSent: true });
    await messagesArrive();
    stage.startRun(runStart('offline'));
    const results = [0, 1, 2].map((index) => stage.analyzeFrame(whiteFrame(index), meta(index)));
    await results[0];
    await messagesArrive();
    expect(detector.seen).toHaveLength(1);
    recorder.grant(2);
    await Promise.all(results);
    await recorder.until(() => recorder.frames.length === 3);
    expect(recorder.timesUs).toEqual([0, FRAME_US, 2 * FRAME_US]);
    expect(recorder.dropped).toEqual([]);
  });

  it('goes on without a recorder that is gone', async () => {
    const stage = await readyStage(new LookingDetector());
    const recorder = new FakeRecorder(0);
    stage.connectRecorder({ port: recorder.far, isEveryFrameSent: true });
    stage.startRun(runStart('offline'));
    const result = stage.analyzeFrame(whiteFrame(0), meta(0));
    await messagesArrive();
    stage.connectRecorder(null);
    await expect(result).resolves.toMatchObject({ meta: { frameId: 0 } });
    await recorder.until(() => recorder.isEnded);
    expect(openFrameCount()).toBe(0);
  });

  it('tells where to blur once the frame was analysed, and persons are no detections', async () => {
    const stage = await readyStage(new LookingDetector());
    const recorder = new FakeRecorder(100);
    stage.setBlur({ isPlateBlurred: true, isPersonBlurred: true });
    stage.connectRecorder({ port: recorder.far, isEveryFrameSent: true });
    await messagesArrive();
    stage.startRun(runStart('offline'));
    const { detections } = await stage.analyzeFrame(whiteFrame(0), meta(0));
    stage.setBlur(NO_BLUR);
    await stage.analyzeFrame(whiteFrame(1), meta(1));
    await recorder.until(() => recorder.frames.length === 2);
    expect(detections).toHaveLength(1);
    const [blurred, plain] = recorder.frames;
    expect(blurred?.blurredBoxes).toContainEqual(plateRegion(CAR));
    expect(blurred?.blurredBoxes.some(({ x1, x2 }) => x1 < PERSON.x1 && x2 > PERSON.x2)).toBe(true);
    expect(plain?.blurredBoxes).toEqual([]);
  });
});
