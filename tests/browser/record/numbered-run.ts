import {
  ALL_FORMATS,
  BlobSource,
  EncodedPacketSink,
  Input,
  VideoSampleSink,
  type InputVideoTrack,
} from 'mediabunny';
import type { FrameImage, FrameMeta } from '../../../src/contracts/frame';
import type { RecordingConfig } from '../../../src/contracts/recording';
import type {
  PrivacyMask,
  RecordingOptions,
  SessionReader,
  VideoSegment,
} from '../../../src/contracts/session';
import type { Track } from '../../../src/contracts/track';
import type { FrameResult, RunStart } from '../../../src/contracts/worker-api';
import { asOneCamera } from '../../../src/core/source-cameras';
import type { Detector } from '../../../src/stages/detect/detector';
import { drawFrameCode, readFrameCode } from '../../fixtures/scene/frame-code';

export const WIDTH = 320;
export const HEIGHT = 180;
/** A rate whose period is no whole number of anything. */
export const FRAME_US = 1e6 / 30;
export const CAMERA_ID = 'camera';

/** Everything but what is asked for. */
export function recordingConfig(change: Partial<RecordingConfig> = {}): RecordingConfig {
  return {
    furtherAnalysis: null,
    options: recordingOptions(),
    runId: 'run',
    sourceKind: 'camera',
    sourceLabel: 'Camera',
    cameras: [
      { cameraId: CAMERA_ID, label: 'Camera', widthPx: WIDTH, heightPx: HEIGHT, position: null },
    ],
    originUnixMs: 0,
    timeBase: 'wall',
    pace: 'live',
    framesPerSecond: 30,
    masks: [],
    models: [],
    settings: { scoreThreshold: 0.3, classes: ['car'], thresholds: null },
    reserveBytes: 0,
    ...change,
  };
}

export function recordingOptions(change: Partial<RecordingOptions> = {}): RecordingOptions {
  return {
    kind: 'video',
    blur: { isPlateBlurred: false, isPersonBlurred: false },
    preRollS: 0,
    postRollS: 0,
    ...change,
  };
}

export function liveRun(): RunStart {
  return {
    epoch: 1,
    runId: 'run',
    source: asOneCamera({
      kind: 'camera',
      pace: 'live',
      cameraId: CAMERA_ID,
      label: 'Camera',
      widthPx: WIDTH,
      heightPx: HEIGHT,
      framesPerSecond: 30,
      durationUs: null,
      originUnixMs: Date.now(),
      timeBase: 'wall',
      codec: null,
      notice: null,
    }),
  };
}

/** Draws pictures that carry their number; frames are the caller's. */
export class NumberedPictures {
  readonly #context: OffscreenCanvasRenderingContext2D;

  constructor(widthPx = WIDTH, heightPx = HEIGHT) {
    const context = new OffscreenCanvas(widthPx, heightPx).getContext('2d');
    if (!context) throw new Error('Expected a 2D canvas, found none');
    this.#context = context;
  }

  frame(number: number, timestamp: number): VideoFrame {
    const { canvas } = this.#context;
    // Something that moves, so that pictures differ by more than the code.
    this.#context.fillStyle = `hsl(${(number * 7) % 360} 60% 50%)`;
    this.#context.fillRect(0, 0, canvas.width, canvas.height);
    drawFrameCode(this.#context, number);
    return new VideoFrame(canvas, { timestamp });
  }
}

/** The same numbers in every run, in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Finds one car, whose left edge is the number in the picture; stalls as it is told to. */
export class NumberReader implements Detector {
  readonly #stallMs: () => number;

  constructor(stallMs: () => number) {
    this.#stallMs = stallMs;
  }
  warmUp(): Promise<number> {
    return Promise.resolve(0);
  }
  async detect(image: FrameImage, meta: FrameMeta) {
    const number = readFrameCode(image);
    await new Promise((resolve) => setTimeout(resolve, this.#stallMs()));
    if (number === null) throw new Error('Expected a number in the picture, found none');
    return {
      batch: {
        meta,
        detections: [
          {
            box: { x1: number, y1: 0, x2: number + 100, y2: 100 },
            score: 0.9,
            vehicleClass: 'car' as const,
          },
        ],
      },
      timings: { prepareMs: 0, detectMs: 0 },
      framePath: 'canvas' as const,
      personBoxes: [],
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

/** The result with the number itself as the only track's left edge: the tracker would smooth it. */
export function numberedResult(result: FrameResult): FrameResult {
  const box = result.detections[0]?.box;
  if (!box) throw new Error('Expected one detection, found none');
  return { ...result, tracks: [numberedTrack(box.x1)], ended: [], bridges: [] };
}

export function numberedTrack(number: number): Track {
  return {
    id: 1,
    state: 'confirmed',
    box: { x1: number, y1: 0, x2: number + 100, y2: 100 },
    velocityXPxPerS: 0,
    velocityYPxPerS: 0,
    vehicleClass: 'car',
    score: 0.9,
    detectedBox: null,
    firstSeenUs: 0,
    lastSeenUs: 0,
    hitCount: 1,
  };
}

/** A picture of a stored video. */
export interface StoredPicture {
  /** Microseconds on the source's clock, as exact as the container is. */
  readonly timeUs: number;
  readonly number: number | null;
  /** Of a pixel in the middle of the lower half, 0-255: what a mask in {@link LOWER_HALF} leaves of it. */
  readonly lowerBrightness: number;
}

/** A mask that leaves the number in the picture. */
export const LOWER_HALF: PrivacyMask = {
  cameraId: CAMERA_ID,
  polygons: [
    [
      { x: 0, y: 0.5 },
      { x: 1, y: 0.5 },
      { x: 1, y: 1 },
      { x: 0, y: 1 },
    ],
  ],
};

function lowerBrightness(image: CanvasImageSource): number {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  if (!context) throw new Error('Expected a 2D canvas, found none');
  context.drawImage(image, -WIDTH / 2, -HEIGHT * 0.75);
  return Math.max(...context.getImageData(0, 0, 1, 1).data.subarray(0, 3));
}

/** Decodes a segment by itself. */
export async function decodeSegment(
  segment: Pick<VideoSegment, 'offsetUs'>,
  file: Blob,
): Promise<readonly StoredPicture[]> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const pictures: StoredPicture[] = [];
    for await (const sample of new VideoSampleSink(await trackOf(input)).samples()) {
      const frame = sample.toVideoFrame();
      const timeUs = segment.offsetUs + sample.timestamp * 1e6;
      const number = readFrameCode(frame);
      pictures.push({ timeUs, number, lowerBrightness: lowerBrightness(frame) });
      frame.close();
      sample.close();
    }
    return pictures;
  } finally {
    input.dispose();
  }
}

/** Types of a segment's packets, in order. */
export async function packetTypes(file: Blob): Promise<readonly string[]> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const types: string[] = [];
    for await (const packet of new EncodedPacketSink(await trackOf(input)).packets()) {
      types.push(packet.type);
    }
    return types;
  } finally {
    input.dispose();
  }
}

async function trackOf(input: Input): Promise<InputVideoTrack> {
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new Error('Expected a video track, found none');
  return track;
}

/** All pictures of a session's video, in order. */
export async function picturesOf(session: SessionReader): Promise<readonly StoredPicture[]> {
  const pictures: StoredPicture[] = [];
  for (const segment of session.segments) {
    pictures.push(...(await decodeSegment(segment, await session.part(segment.part))));
  }
  return pictures;
}

/** Numbers of a session's results by their times. */
export async function numbersByTime(session: SessionReader): Promise<ReadonlyMap<number, number>> {
  const numbers = new Map<number, number>();
  for await (const { captureTimeUs, boxes } of session.frames('live', null)) {
    const [box] = boxes;
    if (box) numbers.set(captureTimeUs, box.box.x1);
  }
  return numbers;
}
