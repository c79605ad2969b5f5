import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SourceInfo } from '../../../src/contracts/source';
import { FileSource, type FileSourceOptions } from '../../../src/sources/file-source';
import {
  makeAudioOnly,
  makeClip,
  makeHevcClip,
  steadyTimesS,
  type ClipContainer,
  type ClipRequest,
} from '../../fixtures/clip-maker';
import { readFrameCode } from '../../fixtures/scene/frame-code';
import { drawScene, SCENE_HEIGHT_PX, SCENE_WIDTH_PX } from '../../fixtures/scene/scene';
import { watchFrames } from './frame-census';
import { describeSourceContract } from './source-contract';
import { framesOf, readFeed, type FeedReport } from './take-frames';

type Bytes = Uint8Array<ArrayBuffer>;

/** Three seconds at 12 frames a second. */
const TIMES_S = steadyTimesS(12, 3);
const CODES = TIMES_S.map((_, index) => index);

const opened: FileSource[] = [];

afterEach(async () => {
  for (const source of opened.splice(0)) await source.close();
});

function sourceOf(bytes: Bytes, name = 'clip.mp4', options: FileSourceOptions = {}): FileSource {
  const source = new FileSource(new File([bytes], name), options);
  opened.push(source);
  return source;
}

async function analyse(
  bytes: Bytes,
  options: FileSourceOptions = {},
): Promise<FeedReport<number | null> & { readonly info: SourceInfo }> {
  const source = sourceOf(bytes, 'clip.mp4', options);
  const info = await source.open(new AbortController().signal);
  return { info, ...(await readFeed(source, readFrameCode)) };
}

async function openError(bytes: Bytes): Promise<{ code: string; message: string }> {
  const opening = sourceOf(bytes).open(new AbortController().signal);
  return opening.then(
    () => {
      throw new Error('Expected open to fail');
    },
    (error: unknown) => error as { code: string; message: string }, // what an AppError has
  );
}

function clip(container: ClipContainer, codec: ClipRequest['codec'], more = {}): Promise<Bytes> {
  return makeClip({ container, codec, frameTimesS: TIMES_S, ...more });
}

/** Records that many pictures of the scene as they are painted, at whatever times that happens. */
async function recordLive(mimeType: string, count: number): Promise<Bytes> {
  const canvas = document.createElement('canvas');
  canvas.width = SCENE_WIDTH_PX;
  canvas.height = SCENE_HEIGHT_PX;
  const context = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start();
  const drawn = new OffscreenCanvas(SCENE_WIDTH_PX, SCENE_HEIGHT_PX);
  const drawnContext = drawn.getContext('2d');
  for (let index = 0; index < count; index += 1) {
    if (drawnContext) drawScene(drawnContext, 1 + index / 12, index);
    context?.drawImage(drawn, 0, 0);
    // A canvas is captured once for every time the screen is painted; three make sure of it.
    for (let paint = 0; paint < 3; paint += 1) await new Promise(requestAnimationFrame);
  }
  recorder.stop();
  await stopped;
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

let mp4: Bytes;

beforeAll(async () => {
  mp4 = await clip('mp4', 'avc');
});

describeSourceContract('a video file', () => Promise.resolve(sourceOf(mp4)));
describeSourceContract('a turned video file', async () =>
  sourceOf(await clip('mp4', 'avc', { rotationDeg: 90 })),
);

describe('the frames of a file', () => {
  test.each([
    ['mp4', 'avc', 1],
    ['mp4-fragmented', 'avc', 1],
    ['mov', 'avc', 1],
    // Matroska counts whole milliseconds.
    ['mkv', 'vp9', 1000],
    ['webm', 'vp8', 1000],
    ['webm', 'av1', 1000],
  ] as const)(
    'all arrive from %s with %s, each at its own time',
    async (container, codec, step) => {
      const report = await analyse(await clip(container, codec));
      expect(report.error).toBeNull();
      expect(report.looks).toEqual(CODES);
      const expected = TIMES_S.map((timeS) => Math.round((timeS * 1e6) / step) * step);
      expect(report.timesUs).toEqual(expected);
      expect(report.info).toMatchObject({ widthPx: 640, heightPx: 360, timeBase: 'media' });
      expect(report.info.framesPerSecond).toBeCloseTo(12, 1);
      expect(report.info.durationUs).toBeCloseTo(3e6, -4);
      expect(report.info.codec).toMatch(/^(avc1|vp8|vp09|av01)/);
    },
  );

  test.each([90, 180, 270] as const)(
    'stand upright when stored turned by %i degrees',
    async (rotationDeg) => {
      const report = await analyse(await clip('mp4', 'avc', { rotationDeg }));
      expect(report.info).toMatchObject({ widthPx: 640, heightPx: 360 });
      expect(report.sizes.every(([width, height]) => width === 640 && height === 360)).toBe(true);
      expect(report.looks).toEqual(CODES);
    },
  );

  test.each([
    ['mp4', 'avc'],
    ['webm', 'vp9'],
  ] as const)('have square pixels when stored with wide ones in %s', async (container, codec) => {
    const report = await analyse(await clip(container, codec, { hasWidePixels: true }));
    expect(report.info).toMatchObject({ widthPx: 640, heightPx: 360 });
    expect(report.sizes.every(([width, height]) => width === 640 && height === 360)).toBe(true);
    expect(report.looks).toEqual(CODES);
  });

  test('keep irregular times, counted from the first picture', async () => {
    const frameTimesS = [0.5, 0.533, 0.7, 1.1, 1.111, 2];
    const report = await analyse(await clip('webm', 'vp8', { frameTimesS }));
    expect(report.timesUs).toEqual([0, 33_000, 200_000, 600_000, 611_000, 1_500_000]);
    expect(report.looks).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each(['video/webm;codecs=vp8', 'video/mp4;codecs=avc1.640c1e'])(
    'are read from what the browser itself recorded as %s, which states no length',
    async (mimeType) => {
      const report = await analyse(await recordLive(mimeType, 12));
      expect(report.error).toBeNull();
      expect(report.looks.length).toBeGreaterThan(4);
      expect(report.looks).toEqual(report.looks.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
      expect(report.timesUs[0]).toBe(0);
      expect(report.timesUs).toEqual([...new Set(report.timesUs)].sort((a, b) => a - b));
      expect(report.info.durationUs).toBeGreaterThanOrEqual(report.timesUs.at(-1) ?? 0);
    },
  );

  test('are thinned to the wanted rate', async () => {
    const report = await analyse(mp4, { framesPerSecond: 4 });
    expect(report.looks).toEqual(CODES.filter((code) => code % 3 === 0));
  });

  test('wait for their reader: a pause is not pulling', async () => {
    const long = await clip('mp4', 'avc', { frameTimesS: steadyTimesS(12, 10) });
    const census = watchFrames();
    const source = sourceOf(long);
    await source.open(new AbortController().signal);
    const frames = framesOf(source.feed());
    const first = await frames.next();
    first.value?.image.close();
    // The clip has 120: the decoder stops when it is far enough ahead.
    let before = -1;
    await expect
      .poll(() => {
        const isSettled = census.openCount() === before;
        before = census.openCount();
        return isSettled;
      })
      .toBe(true);
    expect(census.openCount()).toBeGreaterThan(0);
    expect(census.openCount()).toBeLessThanOrEqual(48);
    await source.close();
    await expect.poll(() => census.openCount()).toBe(0);
    census.stop();
  });
});

describe('a file that cannot be analysed', () => {
  test('is called empty when it holds nothing', async () => {
    expect((await openError(new Uint8Array())).code).toBe('VIDEO_EMPTY');
  });

  test('is called unreadable when it is text, and says so', async () => {
    const error = await openError(new TextEncoder().encode('Dear diary, '.repeat(200)));
    expect(error.code).toBe('VIDEO_UNREADABLE');
    expect(error.message).toContain('plain text');
  });

  test('is called unreadable when it is noise, and shows how it begins', async () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, index) => (index * 89 + 201) & 255);
    const error = await openError(noise);
    expect(error.code).toBe('VIDEO_UNREADABLE');
    expect(error.message).toContain('c9 22 7b');
  });

  test('is called unreadable when its index is missing', async () => {
    const withoutIndex = mp4.slice();
    const at = new TextDecoder('latin1').decode(withoutIndex).indexOf('moov');
    withoutIndex[at] = 'x'.charCodeAt(0);
    const error = await openError(withoutIndex);
    expect(error.code).toBe('VIDEO_UNREADABLE');
    expect(error.message).toContain('cut off');
  });

  test('is said to have no picture when it holds only sound', async () => {
    expect((await openError(await makeAudioOnly(1))).code).toBe('VIDEO_NO_PICTURE');
  });

  test('names the codec this browser does not decode', async () => {
    const error = await openError(await makeHevcClip());
    expect(error.code).toBe('VIDEO_CODEC_UNSUPPORTED');
    expect(error.message).toContain('HEVC');
  });
});

describe('a file that is broken', () => {
  test('gives every picture up to the damage and says where it is', async () => {
    const damaged = mp4.slice();
    const at = Math.round(mp4.length * 0.6);
    damaged.set(new Uint8Array(3000).fill(0x5a), at);
    const census = watchFrames();
    const report = await analyse(damaged);
    expect(report.error).toMatchObject({ code: 'VIDEO_DAMAGED' });
    expect(report.looks).toEqual(CODES.slice(0, report.looks.length));
    expect(report.looks.length).toBeGreaterThan(10);
    expect(report.looks.length).toBeLessThan(CODES.length);
    const endS = ((report.timesUs.at(-1) ?? 0) / 1e6 + 1 / 12).toFixed(2);
    expect(String(report.error)).toContain(`after ${endS} s`);
    await expect.poll(() => census.openCount()).toBe(0);
    census.stop();
  });

  test.each([
    ['mp4', 'avc'],
    ['mp4-fragmented', 'avc'],
    ['webm', 'vp8'],
  ] as const)(
    'gives what is there of a %s that was cut off, and says so',
    async (container, codec) => {
      const whole = await clip(container, codec);
      const report = await analyse(whole.slice(0, Math.round(whole.length * 0.5)));
      expect(report.error).toMatchObject({ code: 'VIDEO_DAMAGED' });
      expect(String(report.error)).toContain('cut off');
      expect(report.looks).toEqual(CODES.slice(0, report.looks.length));
      expect(report.looks.length).toBeGreaterThan(5);
    },
  );

  test('is not suspected when only its sound goes on longer', async () => {
    const report = await analyse(await clip('webm', 'vp8', { soundSeconds: 6 }));
    expect(report.error).toBeNull();
    expect(report.looks).toEqual(CODES);
  });
});
