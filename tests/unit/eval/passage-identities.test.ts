import { describe, expect, it } from 'vitest';
import {
  decidedIds,
  identifyPassages,
  scoreAcross,
  type PassageIdentity,
} from '../../eval/two-cameras/passage-identities';

function passage(vehicle: string, ...galleryIds: string[]): PassageIdentity {
  return { vehicle, wasFollowed: true, galleryIds };
}

/** All numbers that the first camera gave, to passages and to what stood there. */
const OF_FIRST: ReadonlySet<string> = new Set(['V1', 'V2', 'V3', 'V-parked']);

describe('identities across two cameras', () => {
  it('count who was known again, who was mistaken, and which stranger was taken for known', () => {
    const first = [passage('a', 'V1'), passage('b', 'V2'), passage('c', 'V3')];
    const second = [passage('a', 'V1'), passage('b', 'V3'), passage('c', 'V9'), passage('x', 'V2')];
    expect(scoreAcross(first, second, OF_FIRST)).toEqual({
      precision: 1 / 3,
      recall: 1 / 3,
      right: 1,
      wrong: 2,
      shared: 3,
      unfollowed: 0,
    });
  });

  it('count a vehicle that no track followed as not known again', () => {
    const lost = { vehicle: 'a', wasFollowed: false, galleryIds: [] };
    expect(scoreAcross([lost], [passage('a', 'V9')], OF_FIRST)).toMatchObject({
      precision: null,
      recall: 0,
      unfollowed: 1,
    });
  });

  it('know a vehicle by either number it got at the first camera, and go by the first one at the second', () => {
    const first = [passage('a', 'V1', 'V2'), passage('b', 'V3')];
    expect(scoreAcross(first, [passage('a', 'V2', 'V3')], OF_FIRST)).toMatchObject({
      right: 1,
      wrong: 0,
    });
    expect(scoreAcross(first, [passage('a', 'V3', 'V2')], OF_FIRST)).toMatchObject({
      right: 0,
      wrong: 1,
    });
  });

  it('count a vehicle as mistaken that was taken for a parked one', () => {
    const scores = scoreAcross([passage('a', 'V1')], [passage('x', 'V-parked')], OF_FIRST);
    expect(scores).toMatchObject({ precision: 0, wrong: 1 });
  });

  it('know all numbers that were given, by the lines of a run', () => {
    const decision = (vehicleId: string | null): string =>
      JSON.stringify({ type: 'identity', trackId: 1, decision: { vehicleId, cropTimesUs: [] } });
    const lines = [
      decision('V1'),
      decision(null),
      JSON.stringify({ type: 'summary' }),
      decision('V2'),
    ];
    expect(decidedIds(lines)).toEqual(new Set(['V1', 'V2']));
  });
});

describe('the identity of a passage', () => {
  it('is what the decisions on its crops say, that on the most crops first', () => {
    const lines = [
      frame(0, [[1, [10, 10, 90, 90]]]),
      frame(1, [
        [2, [10, 10, 90, 90]],
        [3, [200, 200, 260, 260]],
      ]),
      frame(2, [[2, [10, 10, 90, 90]]]),
      identity(1, 'V1', [0]),
      identity(2, null, [1]),
      identity(2, 'V2', [1, 2]),
      identity(3, 'V3', [1]),
    ];
    expect(identifyPassages(videoOf({ a: [0, 0, 100, 100] }), lines)).toEqual([
      { vehicle: 'a', wasFollowed: true, galleryIds: ['V2', 'V1'] },
    ]);
  });

  it('is that of a track whose crops show it, whatever it follows later', () => {
    const video = videoOf({ a: [0, 0, 100, 100], b: [200, 0, 300, 100] });
    const lines = [
      frame(0, [[1, [10, 10, 90, 90]]]),
      frame(1, [[1, [210, 10, 290, 90]]]),
      frame(2, [[1, [210, 10, 290, 90]]]),
      identity(1, 'V1', [0]),
    ];
    expect(identifyPassages(video, lines)).toEqual([
      { vehicle: 'a', wasFollowed: true, galleryIds: ['V1'] },
      { vehicle: 'b', wasFollowed: true, galleryIds: [] },
    ]);
  });

  it("is nobody's when the crops show two, or something by the road", () => {
    const video = videoOf({ a: [0, 0, 100, 100], b: [200, 0, 300, 100] });
    const lines = [
      frame(0, [[1, [10, 10, 90, 90]]]),
      frame(1, [[1, [210, 10, 290, 90]]]),
      frame(2, [[1, [400, 10, 490, 90]]]),
      identity(1, 'V1', [0, 1]),
      identity(1, 'V1', [0, 2]),
    ];
    expect(identifyPassages(video, lines.slice(0, 4))).toMatchObject([
      { galleryIds: [] },
      { galleryIds: [] },
    ]);
    expect(identifyPassages(video, lines)).toMatchObject([{ galleryIds: [] }, { galleryIds: [] }]);
  });

  it('may come from a part of the vehicle, as a motorcycle without its rider, but of no more than the vehicle', () => {
    const video = videoOf({ a: [0, 0, 100, 200] });
    const followed = (corners: readonly number[]): boolean | undefined =>
      identifyPassages(video, [frame(0, [[1, corners]])])[0]?.wasFollowed;
    expect(followed([25, 100, 75, 200])).toBe(true);
    expect(followed([0, 0, 300, 200])).toBe(false);
    expect(followed([40, 180, 55, 195])).toBe(false);
  });

  it('is not that of a track that is lost and guessed to be there', () => {
    const lines = [frame(0, [[1, [10, 10, 90, 90]]], 'lost'), identity(1, 'V1', [0])];
    expect(identifyPassages(videoOf({ a: [0, 0, 100, 100] }), lines)).toEqual([
      { vehicle: 'a', wasFollowed: false, galleryIds: [] },
    ]);
  });
});

const FRAME_US = 500_000;

function frame(
  index: number,
  tracks: readonly (readonly [number, readonly number[]])[],
  state = 'confirmed',
): string {
  return JSON.stringify({
    type: 'frame',
    timeUs: index * FRAME_US,
    tracks: tracks.map(([id, corners]) => ({ id, state, box: corners })),
  });
}

function identity(
  trackId: number,
  vehicleId: string | null,
  cropFrames: readonly number[],
): string {
  const cropTimesUs = cropFrames.map((index) => index * FRAME_US);
  return JSON.stringify({ type: 'identity', trackId, decision: { vehicleId, cropTimesUs } });
}

/** Vehicles that stand still for three frames. */
function videoOf(
  vehicles: Readonly<Record<string, readonly [number, number, number, number]>>,
): Parameters<typeof identifyPassages>[0] {
  const passages = Object.entries(vehicles).map(([vehicle, [x1, y1, x2, y2]]) => ({
    vehicle,
    boxes: [0, 1, 2].map((frameIndex) => ({ frameIndex, box: { x1, y1, x2, y2 } })),
  }));
  return { path: '', framesPerSecond: 2, passages };
}
