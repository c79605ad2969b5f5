import {
  BufferTarget,
  Mp4OutputFormat,
  Output,
  Quality,
  VideoSample,
  VideoSampleSource,
  WebMOutputFormat,
  canEncodeVideo,
} from 'mediabunny';
import type {
  ResultSet,
  SessionFrame,
  SessionHeader,
  SessionReader,
  VideoSegment,
} from '../../../src/contracts/session';
import { drawFrameCode } from '../../fixtures/scene/frame-code';
import { makeSession } from '../../support/make-session';

/*
 * A recording whose every picture tells its number, and whose every result tells it too, in the place of its only box: what
 * is shown together can be read back and compared.
 */

export const NUMBERED_WIDTH_PX = 320;
export const NUMBERED_HEIGHT_PX = 180;
const BOX_WIDTH_PX = 30;
const BOX_HEIGHT_PX = 20;
const COLUMN_COUNT = 40;
const STEP_PX = 6;
/** Below the number in the picture. */
const TOP_PX = 16;

/** What recording to make. */
export interface NumberedChoice {
  readonly container: 'mp4' | 'webm';
  /** Capture times of all pictures, microseconds, rising. */
  readonly timesUs: readonly number[];
  readonly framesPerSegment: number;
  readonly keyFrameIntervalS: number;
  /** Whether a picture was analysed; left out: all were. */
  readonly isAnalysed?: (index: number) => boolean;
}

/** Where the box of a frame has its middle, display pixels. */
export function boxCentreOf(index: number): { readonly x: number; readonly y: number } {
  return {
    x: 10 + (index % COLUMN_COUNT) * STEP_PX + BOX_WIDTH_PX / 2,
    y: TOP_PX + Math.floor(index / COLUMN_COUNT) * STEP_PX - 4 + BOX_HEIGHT_PX / 2,
  };
}

/** The frame whose box has its middle nearest to a place. */
export function indexOfCentre(x: number, y: number): number {
  const column = Math.round((x - BOX_WIDTH_PX / 2 - 10) / STEP_PX);
  const row = Math.round((y - BOX_HEIGHT_PX / 2 + 4 - TOP_PX) / STEP_PX);
  return row * COLUMN_COUNT + column;
}

/** 30 pictures a second of a clock that is not round, with stalls: now and then the camera brings nothing for up to a second. */
export function stallingTimesUs(count: number): readonly number[] {
  const times: number[] = [];
  let timeUs = 5_000_123;
  for (let index = 0; index < count; index += 1) {
    times.push(timeUs);
    const jitterUs = ((index * 7919) % 4001) - 2000;
    const isStall = index % 97 === 96;
    timeUs += 33_333 + jitterUs + (isStall ? 200_000 + ((index * 104_729) % 700_000) : 0);
  }
  return times;
}

/** Encodes the pictures and makes the session around them. */
export async function makeNumberedSession(choice: NumberedChoice): Promise<SessionReader> {
  const base = makeSession();
  const camera = {
    cameraId: 'camera-a',
    label: 'Camera A',
    widthPx: NUMBERED_WIDTH_PX,
    heightPx: NUMBERED_HEIGHT_PX,
    position: null,
  };
  const segments: VideoSegment[] = [];
  const parts = new Map<string, Blob>();
  for (let first = 0; first < choice.timesUs.length; first += choice.framesPerSegment) {
    const made = await encodeSegment(choice, first, segments.length);
    segments.push(made.segment);
    parts.set(made.segment.part, made.blob);
  }
  const { isAnalysed = () => true } = choice;
  const frames = choice.timesUs.flatMap((captureTimeUs, index) =>
    isAnalysed(index) ? [frameOf(captureTimeUs, index)] : [],
  );
  const header: SessionHeader = {
    ...base.header,
    kind: 'video',
    cameras: [camera],
    gaps: [],
    startUs: choice.timesUs[0] ?? 0,
    endUs: choice.timesUs.at(-1) ?? 0,
    resultSets: base.header.resultSets.map((set): ResultSet => ({
      ...set,
      frameCount: frames.length,
    })),
  };
  return {
    header,
    segments,
    async *frames(_set, range) {
      for (const frame of frames) {
        if (range && frame.captureTimeUs < range.startUs) continue;
        if (range && frame.captureTimeUs > range.endUs) return;
        await Promise.resolve();
        yield frame;
      }
    },
    tracks: () => Promise.resolve([]),
    sightings: () => Promise.resolve([]),
    partNames: () => Promise.resolve([]),
    part: (name) => {
      const part = parts.get(name);
      return part ? Promise.resolve(part) : Promise.reject(new RangeError(`No part "${name}"`));
    },
  };
}

function frameOf(captureTimeUs: number, index: number): SessionFrame {
  const { x, y } = boxCentreOf(index);
  const box = {
    x1: x - BOX_WIDTH_PX / 2,
    y1: y - BOX_HEIGHT_PX / 2,
    x2: x + BOX_WIDTH_PX / 2,
    y2: y + BOX_HEIGHT_PX / 2,
  };
  return {
    cameraId: 'camera-a',
    captureTimeUs,
    boxes: [{ trackId: 1, state: 'confirmed', vehicleClass: 'car', box, score: 0.8 }],
  };
}

async function encodeSegment(
  { container, timesUs, framesPerSegment, keyFrameIntervalS }: NumberedChoice,
  first: number,
  number: number,
): Promise<{ readonly segment: VideoSegment; readonly blob: Blob }> {
  const codec = container === 'mp4' && (await canEncodeVideo('avc')) ? 'avc' : 'vp9';
  const target = new BufferTarget();
  const format =
    container === 'mp4' ? new Mp4OutputFormat({ fastStart: 'fragmented' }) : new WebMOutputFormat();
  const output = new Output({ format, target });
  const source = new VideoSampleSource({
    codec,
    quality: new Quality('high'),
    keyFrameInterval: keyFrameIntervalS,
    latencyMode: 'realtime',
  });
  output.addVideoTrack(source);
  await output.start();
  const canvas = new OffscreenCanvas(NUMBERED_WIDTH_PX, NUMBERED_HEIGHT_PX);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('Expected a 2D context, got none');
  const end = Math.min(timesUs.length, first + framesPerSegment);
  const offsetUs = timesUs[first] ?? 0;
  for (let index = first; index < end; index += 1) {
    context.fillStyle = '#456';
    context.fillRect(0, 0, canvas.width, canvas.height);
    drawFrameCode(context, index);
    const timestamp = ((timesUs[index] ?? 0) - offsetUs) / 1e6;
    const sample = new VideoSample(canvas, { timestamp, duration: 0.033 });
    await source.add(sample);
    sample.close();
  }
  await output.finalize();
  if (!target.buffer) throw new Error('Expected bytes, got none');
  const mimeType = `video/${container}`;
  const blob = new Blob([target.buffer], { type: mimeType });
  const segment: VideoSegment = {
    cameraId: 'camera-a',
    index: number,
    part: `video-0-${number}.${container}`,
    startUs: offsetUs,
    endUs: timesUs[end - 1] ?? offsetUs,
    frameCount: end - first,
    byteCount: blob.size,
    mimeType,
    codec,
    offsetUs,
  };
  return { segment, blob };
}
