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
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionReader } from '../../../src/contracts/session';
import { importFiles } from '../../../src/sinks/import/import-files';
import { drawFrameCode } from '../../fixtures/scene/frame-code';
import type { MemoryWriter } from '../../support/memory-writer';
import { importTools } from '../../support/session-file-tools';
import { readPictures } from '../export/read-video';

const signal = new AbortController().signal;
const WIDTH_PX = 320;
const HEIGHT_PX = 180;
/** 10 s at 12 pictures a second, and not at even times. */
const TIMES_US = Array.from({ length: 120 }, (_, frame) => frame * 83_000 + (frame % 3) * 7000);

let written: readonly MemoryWriter[] = [];
afterEach(() => {
  written = [];
});

/** A video whose pictures tell their numbers, with key pictures every second. */
async function makeVideo(container: 'mp4' | 'webm', codec: 'avc' | 'vp9'): Promise<File> {
  const target = new BufferTarget();
  const output = new Output({
    format: container === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat(),
    target,
  });
  const source = new VideoSampleSource({
    codec,
    quality: new Quality('high'),
    keyFrameInterval: 1,
  });
  output.addVideoTrack(source);
  await output.start();
  const canvas = new OffscreenCanvas(WIDTH_PX, HEIGHT_PX);
  const context = canvas.getContext('2d', { alpha: false })!;
  for (const [frame, timeUs] of TIMES_US.entries()) {
    context.fillStyle = '#778';
    context.fillRect(0, 0, WIDTH_PX, HEIGHT_PX);
    drawFrameCode(context, frame);
    const sample = new VideoSample(canvas, { timestamp: timeUs / 1e6, duration: 0.08 });
    await source.add(sample);
    sample.close();
  }
  await output.finalize();
  return new File([target.buffer!], `numbered.${container}`);
}

/** A tracker's text: one track whose box stands at ten times the frame's number, sorted by nothing. */
function motText(frames: readonly number[]): File {
  const lines = frames.map((frame) => `${frame + 1},7,${frame % 30},${frame},20.5,10,0.9,-1,-1,-1`);
  return new File([`${lines.join('\n')}\n`], 'result.txt');
}

async function imported(files: readonly File[]) {
  const { tools, writers } = importTools();
  written = writers;
  const outcome = await importFiles(files, { tools, tell: () => undefined, signal });
  return { outcome, copy: writers[0]!.reader() };
}

/** For every picture of the session's video its number and capture time. */
async function numberedTimes(session: SessionReader): Promise<readonly (readonly number[])[]> {
  const found: (readonly number[])[] = [];
  for (const segment of session.segments) {
    const pictures = await readPictures(await session.part(segment.part));
    for (const { number, timeS } of pictures)
      found.push([number ?? -1, Math.round(timeS * 1e6) + segment.offsetUs]);
  }
  return found;
}

const kinds = [
  { container: 'webm', codec: 'vp9' },
  { container: 'mp4', codec: 'avc' },
] as const;

describe('MOTChallenge text with its video', () => {
  it.each(kinds)(
    'has each box at the picture of its number, $codec in $container',
    async ({ container, codec }) => {
      if (!(await canEncodeVideo(codec))) {
        console.warn(`Left out: this browser does not encode ${codec}`);
        return;
      }
      const all = TIMES_US.map((_, frame) => frame);
      const { copy, outcome } = await imported([
        motText([...all].reverse()),
        await makeVideo(container, codec),
      ]);
      const timeOf = new Map(
        (await numberedTimes(copy)).map(([n = -1, timeUs = -1]) => [n, timeUs]),
      );
      expect([...timeOf.keys()].sort((a, b) => a - b)).toEqual(all);
      let frameCount = 0;
      for await (const { boxes, captureTimeUs } of copy.frames('imported', null)) {
        const [box] = boxes;
        // Segments round times to a millisecond at most.
        expect(Math.abs(timeOf.get(box!.box.y1)! - captureTimeUs)).toBeLessThanOrEqual(500);
        expect(Math.abs(captureTimeUs - TIMES_US[box!.box.y1]!)).toBeLessThanOrEqual(500);
        frameCount += 1;
      }
      expect(frameCount).toBe(TIMES_US.length);
      expect(copy.segments.length).toBeGreaterThan(1);
      expect(copy.segments[0]!.mimeType).toBe(`video/${container}`);
      expect(copy.header.cameras[0]).toMatchObject({ widthPx: WIDTH_PX, heightPx: HEIGHT_PX });
      expect(copy.header).toMatchObject({ kind: 'video', timeBase: 'media', sourceKind: 'file' });
      expect((await copy.tracks('imported')).map(({ hitCount }) => hitCount)).toEqual([120]);
      expect((await copy.sightings('imported')).map(({ vehicleNumber }) => vehicleNumber)).toEqual([
        7,
      ]);
      expect(outcome.notes).toEqual([
        'Frame n of the text was taken for the n-th of the 120 pictures in the video.',
        'Each id of the text was taken for a vehicle of its own.',
        'The text names no classes: all were taken for cars.',
      ]);
    },
  );

  it('takes ground truth by its classes, and leaves out what is no vehicle or does not count', async () => {
    const text = [
      '1,1,10,10,20,20,1,3,1',
      '1,2,40,10,20,20,1,5,0.5',
      '1,3,80,10,20,20,1,1,1',
      '1,4,120,10,20,20,0,3,1',
      '2,1,11,10,20,20,1,3,1',
    ].join('\r\n');
    const { copy, outcome } = await imported([
      await makeVideo('webm', 'vp9'),
      new File([text], 'gt.txt'),
    ]);
    const tracks = await copy.tracks('imported');
    expect(tracks.map(({ trackId, vehicleClass }) => [trackId, vehicleClass])).toEqual([
      [1, 'car'],
      [2, 'motorcycle'],
    ]);
    expect(outcome.notes).toContain(
      '2 boxes were left out: no vehicles, or marked as not to count.',
    );
  });

  const bad: readonly (readonly [string, string, RegExp])[] = [
    [
      'a frame after the end of the video',
      '121,1,0,0,5,5,1,-1,-1,-1',
      /line 1: expected frames up to 120, the number of pictures in the video, found frame 121/,
    ],
    ['letters', '1,1,a,0,5,5,1', /line 1: expected numbers, found "1,1,a,0,5,5,1"/],
    ['too few numbers', '1,1,0,0', /line 1: expected 6 to 10 numbers/],
    ['frame 0', '0,1,0,0,5,5,1', /line 1: expected a frame number from 1, found 0/],
    ['detections without tracks', '1,-1,0,0,5,5,1', /line 1: expected the id of a track/],
    [
      'a box without width',
      '1,1,0,0,0,5,1',
      /line 1: expected a box of some width and height, found 0 x 5 px/,
    ],
    [
      'a box far outside',
      '1,1,90000,0,5,5,1',
      /line 1: expected a box near a picture of 320x180 px/,
    ],
    [
      'a track twice in one frame',
      '1,1,0,0,5,5,1\n1,1,9,9,5,5,1',
      /line 2: expected one box of track 1 in frame 1, found a second/,
    ],
    ['an infinite number', '1,1,1e999,0,5,5,1', /line 1: expected numbers/],
  ];
  it.each(bad)('is refused with %s, and nothing remains', async (_, text, expected) => {
    const video = await makeVideo('webm', 'vp9');
    await expect(imported([new File([text], 'mot.txt'), video])).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringMatching(expected) as string,
    });
    expect(written.every(({ fate }) => fate === 'discarded')).toBe(true);
  });

  it('is refused when the video cannot be read', async () => {
    const cut = (await makeVideo('webm', 'vp9')).slice(0, 400);
    const video = new File([cut], 'cut.webm');
    await expect(imported([motText([0]), video])).rejects.toMatchObject({ code: 'IMPORT_REFUSED' });
  });
});

describe('files that are chosen together', () => {
  it.each([
    ['a video alone', async () => [await makeVideo('webm', 'vp9')], /found a video alone/],
    ['text alone', () => Promise.resolve([motText([0])]), /found something else alone/],
    ['two texts', () => Promise.resolve([motText([0]), motText([1])]), /found text, text/],
    ['an empty file', () => Promise.resolve([new File([], 'a')]), /found something else alone/],
  ])('are refused when they are %s', async (_, files, expected) => {
    await expect(imported(await files())).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      message: expect.stringMatching(expected) as string,
    });
  });
});
