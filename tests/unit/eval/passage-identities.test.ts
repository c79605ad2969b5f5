import { describe, expect, it } from 'vitest';
import {
  identifyPassages,
  scoreAcross,
  type PassageIdentity,
} from '../../eval/two-cameras/passage-identities';

function passage(vehicle: string, galleryId: string | null): PassageIdentity {
  return { vehicle, wasFollowed: true, galleryId };
}

describe('identities across two cameras', () => {
  it('count who was known again, who was mistaken, and which stranger was taken for known', () => {
    const first = [passage('a', 'V1'), passage('b', 'V2'), passage('c', 'V3')];
    const second = [passage('a', 'V1'), passage('b', 'V3'), passage('c', 'V9'), passage('x', 'V2')];
    expect(scoreAcross(first, second)).toEqual({
      precision: 1 / 3,
      recall: 1 / 3,
      right: 1,
      wrong: 2,
      shared: 3,
      unfollowed: 0,
    });
  });

  it('count a vehicle that no track followed as not known again', () => {
    const lost = { vehicle: 'a', wasFollowed: false, galleryId: null };
    expect(scoreAcross([lost], [passage('a', 'V1')])).toMatchObject({
      precision: null,
      recall: 0,
      unfollowed: 1,
    });
  });

  it('give a passage the vehicle its longest track ended up as', () => {
    const box = { x1: 0, y1: 0, x2: 100, y2: 100 };
    const passages = [
      { vehicle: 'a', boxes: [0, 1, 2].map((frameIndex) => ({ frameIndex, box })) },
    ];
    const frame = (index: number, tracks: readonly (readonly [number, readonly number[]])[]) =>
      JSON.stringify({
        type: 'frame',
        timeUs: index * 500_000,
        tracks: tracks.map(([id, corners]) => ({ id, box: corners })),
      });
    const identity = (trackId: number, vehicleId: string | null) =>
      JSON.stringify({ type: 'identity', trackId, decision: { vehicleId } });
    const lines = [
      frame(0, [[1, [10, 10, 90, 90]]]),
      frame(1, [
        [2, [10, 10, 90, 90]],
        [3, [200, 200, 260, 260]],
      ]),
      frame(2, [[2, [10, 10, 90, 90]]]),
      identity(1, 'V1'),
      identity(2, null),
      identity(2, 'V2'),
      identity(3, 'V3'),
    ];
    expect(identifyPassages({ path: '', framesPerSecond: 2, passages }, lines)).toEqual([
      { vehicle: 'a', wasFollowed: true, galleryId: 'V2' },
    ]);
  });
});
