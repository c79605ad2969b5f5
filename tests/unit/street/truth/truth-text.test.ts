import { describe, expect, it } from 'vitest';
import type { FrameTruth, VehicleTruth } from '../../../../src/contracts/street';
import { motChallengeText, truthLines } from '../../../../src/street/truth/truth-text';

const car: VehicleTruth = {
  identity: 4,
  bodyType: 'estate',
  vehicleClass: 'car',
  box: { x1: 0, y1: 20.5, x2: 60.126, y2: 70 },
  heightPx: 49.5,
  visibleFraction: 0.87654,
  view: 'rear',
  speedMps: 11.128,
  isParked: false,
};

const frame = (frameIndex: number, change: Partial<FrameTruth> = {}): FrameTruth => ({
  cameraId: 'street-a',
  frameIndex,
  captureTimeUs: 1_000_000 + frameIndex * 100_000,
  sceneTimeUs: frameIndex * 100_000,
  vehicles: [car],
  events: [],
  ...change,
});

/** A reader of its own: numbers by column, as MOTChallenge's own tools read the file. */
function parseMot(text: string): number[][] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',').map(Number));
}

function parseLines(text: string): Record<string, unknown>[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('motChallengeText', () => {
  it('writes one line a vehicle and frame, counting frames and pixels from 1', () => {
    const rows = parseMot(motChallengeText([frame(0), frame(7)]));
    expect(rows).toEqual([
      [1, 4, 1, 21.5, 60.13, 49.5, 1, 3, 0.877],
      [8, 4, 1, 21.5, 60.13, 49.5, 1, 3, 0.877],
    ]);
  });

  it('gives the four classes four numbers', () => {
    const vehicles = (['car', 'motorcycle', 'bus', 'truck'] as const).map((vehicleClass) => ({
      ...car,
      vehicleClass,
    }));
    const rows = parseMot(motChallengeText([frame(0, { vehicles })]));
    expect(rows.map((row) => row[7])).toEqual([3, 5, 14, 15]);
  });

  it('keeps vehicles that are hidden, as not visible', () => {
    const vehicles = [{ ...car, visibleFraction: 0 }];
    expect(parseMot(motChallengeText([frame(0, { vehicles })]))[0]?.[8]).toBe(0);
  });

  it('is empty for an empty street', () => {
    expect(motChallengeText([frame(0, { vehicles: [] })])).toBe('');
    expect(motChallengeText([])).toBe('');
  });

  it('refuses frames of two cameras, whose numbers would collide', () => {
    const frames = [frame(0), frame(0, { cameraId: 'street-b' })];
    expect(() => motChallengeText(frames)).toThrow(RangeError);
  });
});

describe('truthLines', () => {
  it('begins with what it is and the version of the format', () => {
    expect(parseLines(truthLines([]))).toEqual([{ type: 'street-truth', version: 1 }]);
  });

  it('tells everything of a frame in one line', () => {
    const [, line] = parseLines(truthLines([frame(3)]));
    expect(line).toEqual({
      type: 'frame',
      cameraId: 'street-a',
      frame: 3,
      captureTimeUs: 1_300_000,
      sceneTimeUs: 300_000,
      vehicles: [
        {
          identity: 4,
          class: 'car',
          body: 'estate',
          box: [0, 20.5, 60.13, 70],
          visibleFraction: 0.877,
          heightPx: 49.5,
          view: 'rear',
          speedMps: 11.13,
          isParked: false,
        },
      ],
    });
  });

  it('writes events as lines of their own after the frame they came with', () => {
    const events: FrameTruth['events'] = [
      {
        type: 'crossing',
        identity: 4,
        cameraId: 'street-b',
        direction: 'away',
        timeUs: 9_950_000,
        speedMps: 12.3456,
      },
      {
        type: 'travel',
        identity: 4,
        fromCameraId: 'street-a',
        toCameraId: 'street-b',
        startUs: 2_000_000,
        endUs: 9_950_000,
      },
    ];
    const later = frame(100, { cameraId: 'street-b', vehicles: [], events });
    const lines = parseLines(truthLines([frame(99), later, frame(101)]));
    expect(lines.map(({ type }) => type)).toEqual([
      'street-truth',
      'frame',
      'frame',
      'crossing',
      'travel',
      'frame',
    ]);
    expect(lines[3]).toMatchObject({ identity: 4, direction: 'away', timeUs: 9_950_000 });
    expect(lines[4]).toMatchObject({ fromCameraId: 'street-a', travelUs: 7_950_000 });
  });
});
