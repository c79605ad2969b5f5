import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Box } from '../../../src/contracts/detection';
import type {
  RecordedSighting,
  RecorderEvent,
  RecordingConfig,
} from '../../../src/contracts/recording';
import type { RecorderPortCredit, RecorderPortMessage } from '../../../src/contracts/recorder-tap';
import type { FrameResult } from '../../../src/contracts/worker-api';
import { muxSegment } from '../../../src/sinks/record/mux-segment';
import type { EncodedPicture } from '../../../src/sinks/record/encoded-picture';
import { SessionRecorder } from '../../../src/sinks/record/session-recorder';
import { newSession } from '../storage/session-parts';
import { MemoryWriter } from './memory-writer';
import {
  CAMERA_ID,
  decodeSegment,
  FRAME_US,
  HEIGHT,
  NumberedPictures,
  numberedTrack,
  packetTypes,
  recordingConfig,
  recordingOptions,
  WIDTH,
} from './numbered-run';

/** A recorder whose clock and storage a test has in hand, and the perception worker's end of its port. */
class Bench {
  readonly events: RecorderEvent[] = [];
  readonly writers: MemoryWriter[] = [];
  readonly extendedIds: string[] = [];
  readonly recorder: SessionRecorder;
  usedBytes = 0;
  quotaBytes = 0;
  capacityBytes = Infinity;
  readonly #pictures = new NumberedPictures();
  #credit = 0;
  #port: MessagePort | null = null;
  #onCredit: () => void = () => undefined;
  #nowMs = 0;
  #tick: () => void = () => undefined;

  constructor() {
    this.recorder = new SessionRecorder({
      appVersion: '0.0.0',
      createWriter: (session) => {
        const writer = new MemoryWriter(session, this.capacityBytes);
        this.writers.push(writer);
        return Promise.resolve(writer);
      },
      extendWriter: (id) => {
        this.extendedIds.push(id);
        const writer = new MemoryWriter(newSession(), this.capacityBytes);
        this.writers.push(writer);
        return Promise.resolve(writer);
      },
      originUsage: () =>
        Promise.resolve({ usedBytes: this.usedBytes, quotaBytes: this.quotaBytes }),
      nowMs: () => this.#nowMs,
      every: (_, callback) => {
        this.#tick = callback;
        return () => (this.#tick = () => undefined);
      },
    });
    this.recorder.subscribe((event) => this.events.push(event));
  }

  get writer(): MemoryWriter {
    const [writer] = this.writers;
    if (!writer) throw new Error('Expected a session that was begun');
    return writer;
  }
  get ended() {
    return this.events.find((event) => event.type === 'ended');
  }
  get progress() {
    return this.events.findLast((event) => event.type === 'progress')?.progress;
  }

  connect(): void {
    const { port1, port2 } = new MessageChannel();
    this.#port = port2;
    this.#credit = 0;
    port2.onmessage = ({ data }: MessageEvent<RecorderPortCredit>) => {
      this.#credit += data.count;
      this.#onCredit();
    };
    this.recorder.connectFrames(port1);
  }
  /** Sends a picture as soon as there is credit. */
  async send(
    number: number,
    change: { readonly pictures?: NumberedPictures; readonly blurredBoxes?: readonly Box[] } = {},
  ): Promise<void> {
    while (this.#credit === 0) await new Promise<void>((resolve) => (this.#onCredit = resolve));
    this.#credit -= 1;
    const { pictures = this.#pictures, blurredBoxes = [] } = change;
    const captureTimeUs = Math.round(number * FRAME_US);
    const image = pictures.frame(number, captureTimeUs);
    const message: RecorderPortMessage = {
      type: 'frame',
      frame: { image, cameraId: CAMERA_ID, captureTimeUs, isAnalysed: true, blurredBoxes },
    };
    this.#port?.postMessage(message, [image]);
  }
  async sendRange(from: number, to: number): Promise<void> {
    for (let number = from; number < to; number += 1) await this.send(number);
  }
  /** The tap is taken away. */
  end(): void {
    const message: RecorderPortMessage = { type: 'end' };
    this.#port?.postMessage(message);
  }
  /** Lets so much time go by at once. */
  passMs(ms: number): void {
    this.#nowMs += ms;
    this.#tick();
  }
  async finish() {
    this.end();
    return this.recorder.finish();
  }
  async decoded() {
    const pictures = [];
    for (const segment of this.writer.segments) {
      pictures.push(...(await decodeSegment(segment, this.writer.file(segment.part))));
    }
    return pictures;
  }
}

function offline(change: Partial<RecordingConfig> = {}): RecordingConfig {
  return recordingConfig({ pace: 'offline', ...change });
}

function result(number: number): FrameResult {
  const captureTimeUs = Math.round(number * FRAME_US);
  return {
    meta: {
      epoch: 1,
      cameraId: CAMERA_ID,
      frameId: number,
      captureTimeUs,
      widthPx: WIDTH,
      heightPx: HEIGHT,
    },
    detections: [],
    tracks: [numberedTrack(number)],
    ended: [],
    bridges: [],
    stageMs: { prepare: 0, detect: 0, track: 0, crop: 0 },
    framePath: 'canvas',
    droppedCount: 0,
    receivedUnixMs: 0,
  };
}

function sighting(id: string, endUs: number, change: Partial<RecordedSighting> = {}) {
  const recorded: RecordedSighting = {
    epoch: 1,
    sighting: {
      id,
      vehicleId: 'vehicle',
      vehicleNumber: 7,
      vehicleClass: 'car',
      cameraId: CAMERA_ID,
      trackIds: [1],
      startUs: 0,
      endUs,
      hitCount: 3,
      decision: {
        outcome: 'new',
        vehicleId: 'vehicle',
        vehicleNumber: 7,
        similarity: null,
        thresholds: { accept: 0.7, keep: 0.6 },
        requiredSimilarity: null,
        candidates: [],
        cropTimesUs: [],
        revisionCount: 0,
      },
      descriptor: { space: 'space', values: Float32Array.of(1, 0) },
    },
    crop: { cropId: `crop-of-${id}`, picture: new Blob(['x'], { type: 'image/jpeg' }) },
    ...change,
  };
  return recorded;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a recording of a file', () => {
  it('loses no picture and keeps the time of each', async () => {
    const bench = new Bench();
    await bench.recorder.begin(offline());
    bench.connect();
    await bench.sendRange(0, 150);
    const header = await bench.finish();
    expect(header).toMatchObject({
      videoFrameCount: 150,
      droppedAnalysedCount: 0,
      droppedOtherCount: 0,
    });
    const pictures = await bench.decoded();
    expect(pictures.map(({ number }) => number)).toEqual(Array.from({ length: 150 }, (_, k) => k));
    for (const { timeUs, number } of pictures) {
      expect(Math.abs(timeUs - (number ?? 0) * FRAME_US)).toBeLessThan(500);
    }
    expect(bench.writer.segments.map(({ index, startUs }) => [index, startUs])).toEqual([
      [0, 0],
      [1, 4_000_000],
    ]);
  });

  it('begins another segment, of the new size, when the pictures turn', async () => {
    const bench = new Bench();
    await bench.recorder.begin(offline());
    bench.connect();
    await bench.sendRange(0, 10);
    const turned = new NumberedPictures(HEIGHT + 1, WIDTH);
    for (let number = 10; number < 20; number += 1) await bench.send(number, { pictures: turned });
    await bench.finish();
    expect(bench.writer.segments.map(({ frameCount }) => frameCount)).toEqual([10, 10]);
    expect((await bench.decoded()).map(({ number }) => number)).toEqual(
      Array.from({ length: 20 }, (_, number) => number),
    );
    const [, second] = bench.writer.segments;
    const url = URL.createObjectURL(bench.writer.file(second!.part));
    const video = document.createElement('video');
    await new Promise((resolve, reject) => {
      video.onloadedmetadata = resolve;
      video.onerror = () => reject(new Error(video.error?.message));
      video.src = url;
    });
    // The odd last column is left out.
    expect([video.videoWidth, video.videoHeight]).toEqual([HEIGHT, WIDTH]);
    URL.revokeObjectURL(url);
  });

  it('makes what shall be blurred unrecognisable and leaves the rest as it is', async () => {
    const bench = new Bench();
    await bench.recorder.begin(offline());
    bench.connect();
    const code: Box = { x1: 0, y1: 0, x2: 200, y2: 20 };
    await bench.send(1365, { blurredBoxes: [code] });
    await bench.send(1366);
    await bench.finish();
    const [blurred, plain] = await bench.decoded();
    expect(blurred?.number).toBeNull();
    expect(plain?.number).toBe(1366);
  });

  it('has results, sightings with their pictures, and gaps beside the video', async () => {
    const bench = new Bench();
    await bench.recorder.begin(offline({ options: recordingOptions({ kind: 'crops' }) }));
    for (let number = 0; number < 4; number += 1) bench.recorder.addResult(result(number));
    bench.recorder.addSighting(sighting('seen', 90_000));
    bench.recorder.addSighting(sighting('gone-before', -1));
    bench.recorder.addSighting(sighting('seen', 100_000, { crop: null }));
    bench.recorder.addGap({ startUs: 5, endUs: 6, reason: 'hidden' });
    await bench.finish();
    const types = bench.writer.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'frame')).toHaveLength(4);
    const sightings = bench.writer.events.flatMap((event) =>
      event.type === 'sighting' ? [event.sighting] : [],
    );
    expect(sightings.map(({ id, endUs, cropPart }) => [id, endUs, cropPart])).toEqual([
      ['seen', 90_000, 'crops/crop-of-seen.jpg'],
      ['seen', 100_000, 'crops/crop-of-seen.jpg'],
    ]);
    expect(types.filter((type) => type === 'gap')).toHaveLength(1);
    expect(bench.writer.events.findLast(({ type }) => type === 'track')).toMatchObject({
      track: { trackId: 1, firstSeenUs: 0, hitCount: 4 },
    });
    expect([...bench.writer.crops.keys()]).toEqual(['crop-of-seen']);
  });

  it('keeps no picture when only results are wanted', async () => {
    const bench = new Bench();
    await bench.recorder.begin(offline({ options: recordingOptions({ kind: 'results' }) }));
    bench.recorder.addResult(result(0));
    bench.recorder.addSighting(sighting('seen', 90_000));
    await bench.finish();
    expect(bench.writer.crops.size).toBe(0);
    expect(bench.writer.events.find(({ type }) => type === 'sighting')).toMatchObject({
      sighting: { cropPart: null, trackIds: [1] },
    });
  });

  it('stores a block of results every two seconds, not only at the end', async () => {
    const bench = new Bench();
    await bench.recorder.begin(offline());
    bench.recorder.addResult(result(0));
    bench.passMs(500);
    await Promise.resolve();
    expect(bench.writer.events).toEqual([]);
    bench.passMs(1_600);
    await expect.poll(() => bench.writer.events.length).toBe(1);
    await bench.finish();
  });
});

describe('a recording that cannot go on', () => {
  it('is closed with what was stored when the disk is full, and says so', async () => {
    const bench = new Bench();
    bench.capacityBytes = 80_000;
    await bench.recorder.begin(offline());
    bench.connect();
    await bench.sendRange(0, 270);
    await expect.poll(() => bench.ended).toBeDefined();
    expect(bench.ended).toMatchObject({
      session: { endedBecause: 'STORAGE_FULL' },
      error: { code: 'STORAGE_FULL' },
    });
    expect(bench.writer.segments).toHaveLength(1);
    expect(await bench.decoded()).toHaveLength(120);
  });

  it('ends before less is free than shall stay free', async () => {
    const bench = new Bench();
    Object.assign(bench, { usedBytes: 0, quotaBytes: 1_000_000 });
    await bench.recorder.begin(offline({ reserveBytes: 400_000 }));
    bench.connect();
    await bench.sendRange(0, 130);
    expect(bench.ended).toBeUndefined();
    bench.usedBytes = 700_000;
    await bench.sendRange(130, 250);
    await expect.poll(() => bench.ended).toBeDefined();
    expect(bench.ended).toMatchObject({ session: { endedBecause: 'STORAGE_FULL' } });
    // Room is looked at now and then: how many pictures later is the machine's; none before that is lost.
    expect((await bench.decoded()).length).toBeGreaterThanOrEqual(130);
  });

  it('does not begin where too little is free', async () => {
    const bench = new Bench();
    Object.assign(bench, { usedBytes: 990, quotaBytes: 1_000 });
    await expect(bench.recorder.begin(offline({ reserveBytes: 400 }))).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    expect(bench.writers).toEqual([]);
    bench.quotaBytes = 10_000;
    await bench.recorder.begin(offline({ reserveBytes: 400 }));
    await bench.finish();
  });

  it('tries another encoder once, and gives up when that fails in the same segment', async () => {
    let count = 0;
    /** Breaks down at two pictures, as when the graphics process goes. */
    class FailingEncoder extends VideoEncoder {
      readonly #tell: WebCodecsErrorCallback;

      constructor(init: VideoEncoderInit) {
        super(init);
        this.#tell = init.error;
      }
      override encode(frame: VideoFrame, options?: VideoEncoderEncodeOptions): void {
        count += 1;
        if (count !== 30 && count !== 60) return super.encode(frame, options);
        this.close();
        this.#tell(new DOMException('The encoder is gone', 'EncodingError'));
      }
    }
    vi.stubGlobal('VideoEncoder', FailingEncoder);
    const bench = new Bench();
    await bench.recorder.begin(offline());
    bench.connect();
    await bench.sendRange(0, 50);
    expect(bench.ended).toBeUndefined();
    await bench.sendRange(50, 80);
    await expect.poll(() => bench.ended).toBeDefined();
    expect(bench.ended).toMatchObject({
      session: { endedBecause: 'ENCODER_FAILED' },
      error: { code: 'ENCODER_FAILED' },
    });
    const pictures = await bench.decoded();
    // Those under way in an encoder that breaks down are lost: how many is the machine's.
    expect(pictures.length).toBeGreaterThanOrEqual(30);
    const { videoFrameCount, droppedAnalysedCount } = bench.writer.counts!;
    expect(videoFrameCount).toBe(pictures.length);
    expect(droppedAnalysedCount).toBeGreaterThanOrEqual(1);
    for (const segment of bench.writer.segments) {
      expect((await packetTypes(bench.writer.file(segment.part)))[0]).toBe('key');
    }
  });

  it('refuses video that nothing here can encode, before there is a session', async () => {
    vi.spyOn(VideoEncoder, 'isConfigSupported').mockImplementation((config) =>
      Promise.resolve({ supported: false, config }),
    );
    const bench = new Bench();
    await expect(bench.recorder.begin(offline())).rejects.toMatchObject({
      code: 'ENCODER_UNSUPPORTED',
    });
    expect(bench.writers).toEqual([]);
  });
});

describe('a further analysis', () => {
  const again = (): RecordingConfig =>
    recordingConfig({
      furtherAnalysis: { sessionId: 'stored', resultSet: { id: 'again-1', label: 'again' } },
      options: recordingOptions({ kind: 'crops' }),
      pace: 'offline',
      reserveBytes: 400,
    });

  it('is recorded into the session as a result set of its own, without video', async () => {
    const bench = new Bench();
    await bench.recorder.begin(again());
    bench.recorder.addResult(result(1));
    await bench.finish();
    expect(bench.extendedIds).toEqual(['stored']);
    expect(bench.writer.resultSetIds).toEqual(['again-1']);
    expect(bench.writer.events.map(({ type }) => type)).toEqual(['frame', 'track']);
    expect(bench.writer.counts).toBeNull();
    expect(bench.writer.isDiscarded).toBe(false);
  });

  it('is removed when it cannot go on: the session stays as it was', async () => {
    const bench = new Bench();
    await bench.recorder.begin(again());
    Object.assign(bench, { usedBytes: 990, quotaBytes: 1_000 });
    bench.recorder.addResult(result(1));
    bench.passMs(5_000);
    await expect.poll(() => bench.ended).toBeDefined();
    expect(bench.ended).toMatchObject({ session: null, error: { code: 'STORAGE_FULL' } });
    expect(bench.writer.isDiscarded).toBe(true);
    expect(bench.writer.endedBecause).toBeUndefined();
  });

  it('is removed when its last results cannot be written', async () => {
    const bench = new Bench();
    await bench.recorder.begin(again());
    bench.writer.resultSetIds.length = 0;
    bench.recorder.addResult(result(1));
    await expect(bench.finish()).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(bench.writer.isDiscarded).toBe(true);
    expect(bench.writer.endedBecause).toBeUndefined();
  });

  it('is removed when it is given up, and the next one can begin', async () => {
    const bench = new Bench();
    await bench.recorder.begin(again());
    bench.recorder.addResult(result(1));
    await bench.recorder.discard();
    expect(bench.writer.isDiscarded).toBe(true);
    await bench.recorder.discard();
    await bench.recorder.begin(again());
    await bench.finish();
    expect(bench.writers.map(({ isDiscarded }) => isDiscarded)).toEqual([true, false]);
    expect(bench.writers[1]?.endedBecause).toBeNull();
  });
});

describe('the forecast', () => {
  it('is the room left above the reserve at the rate of late', async () => {
    const bench = new Bench();
    Object.assign(bench, { usedBytes: 0, quotaBytes: 10_000_000 });
    await bench.recorder.begin(offline({ reserveBytes: 1_000_000 }));
    bench.connect();
    bench.passMs(500);
    expect(bench.progress?.remainingS).toBeNull();
    await bench.sendRange(0, 130);
    await expect.poll(() => bench.writer.segments.length).toBe(1);
    bench.passMs(4_000);
    const { bytesPerS, remainingS } = bench.progress!;
    expect(bytesPerS).toBeCloseTo(bench.writer.byteCount / 4, 0);
    expect(remainingS).toBeCloseTo(9_000_000 / bytesPerS, 0);
    await bench.finish();
  });
});

describe('WebM', () => {
  it('keeps every picture within half a millisecond of its time, at times that are no whole milliseconds', async () => {
    const config = { codec: 'vp09.00.10.08', width: WIDTH, height: HEIGHT };
    const encoded: EncodedPicture[] = [];
    const stream = {
      choice: { container: 'webm' as const, config },
      decoderConfig: { codec: config.codec, codedWidth: WIDTH, codedHeight: HEIGHT },
    };
    const encoder = new VideoEncoder({
      output: (chunk) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        const isKey = chunk.type === 'key';
        encoded.push({ stream, captureTimeUs: chunk.timestamp, isKey, data });
      },
      error: (error) => {
        throw error;
      },
    });
    encoder.configure({ ...config, latencyMode: 'realtime' });
    const pictures = new NumberedPictures();
    const timeOf = (number: number): number => 77_123_456 + Math.round(number * 16_683.7);
    for (let number = 0; number < 60; number += 1) {
      const frame = pictures.frame(number, timeOf(number));
      encoder.encode(frame, { keyFrame: number === 0 });
      frame.close();
    }
    await encoder.flush();
    encoder.close();
    const file = new Blob([new Uint8Array(await muxSegment(encoded))]);
    const decoded = await decodeSegment({ offsetUs: timeOf(0) }, file);
    expect(decoded).toHaveLength(60);
    for (const { timeUs, number } of decoded) {
      expect(Math.abs(timeUs - timeOf(number ?? -1))).toBeLessThanOrEqual(500);
    }
  });
});
