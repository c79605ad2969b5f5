import { describe, expect, it } from 'vitest';
import { VehicleTracker } from '../../../src/stages/track/tracker';
import { boxAt, detection, frameAt, play } from './scene';

const RED = Float32Array.of(1, 0, 0);
/** Cosine 0.8 with RED. */
const REDDISH = Float32Array.of(0.8, 0.6, 0);
const BLUE = Float32Array.of(0, 0, 1);

/**
 * A car is lost behind a building at 1 s and another track begins at `x` at 3 s: too far from the
 * prediction for motion alone. Returns the tracker one frame after both were described.
 */
function afterOcclusion(x: number, second: Float32Array, bridgeSimilarity = 0.7) {
  const tracker = new VehicleTracker({ scoreThreshold: 0.35, bridgeSimilarity });
  const seen = (t: number) => [
    t <= 1 ? detection(boxAt(300, 300)) : null,
    t >= 3 ? detection(boxAt(x, 300)) : null,
  ];
  play(10, 0, 3.6, seen, tracker);
  tracker.setAppearance(1, RED);
  tracker.setAppearance(2, second);
  return { tracker, batch: tracker.update(frameAt(3.7, seen(3.7))) };
}

describe('VehicleTracker bridges occlusions by appearance', () => {
  it('gives the lost identity back to a young track that looks like it', () => {
    const { tracker, batch } = afterOcclusion(520, REDDISH);
    expect(batch.bridges).toMatchObject([{ survivorId: 1, absorbedId: 2 }]);
    expect(batch.bridges[0]?.similarity).toBeCloseTo(0.8, 5);
    expect(batch.tracks).toMatchObject([{ id: 1, state: 'confirmed', firstSeenUs: 0 }]);
    expect(batch.tracks[0]?.box.x1).toBeCloseTo(460, -1);
    expect(batch.ended).toEqual([]);
    const next = tracker.update(frameAt(3.8, [detection(boxAt(520, 300))]));
    expect(next.bridges).toEqual([]);
    expect(next.tracks.map(({ id }) => id)).toEqual([1]);
  });

  it('not without appearances', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    const result = play(
      10,
      0,
      3.8,
      (t) => [
        t <= 1 ? detection(boxAt(300, 300)) : null,
        t >= 3 ? detection(boxAt(520, 300)) : null,
      ],
      tracker,
    );
    expect(result.bridges).toEqual([]);
    expect(result.vehicles.size).toBe(2);
  });

  it('not when the two look different', () => {
    expect(afterOcclusion(520, BLUE).batch.bridges).toEqual([]);
    expect(afterOcclusion(520, REDDISH, 0.85).batch.bridges).toEqual([]);
  });

  it('not when the vehicle cannot have got there', () => {
    expect(afterOcclusion(1100, REDDISH).batch.bridges).toEqual([]);
  });

  it('not when both were in view at the same time', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    // Side by side for a single frame, and as near as a bridge may ever be.
    const seen = (t: number) => [
      t <= 1 ? detection(boxAt(300, 300)) : null,
      t >= 1 ? detection(boxAt(300, 382)) : null,
    ];
    play(10, 0, 1.7, seen, tracker);
    tracker.setAppearance(1, RED);
    tracker.setAppearance(2, RED);
    const batch = tracker.update(frameAt(1.8, seen(1.8)));
    expect(batch.bridges).toEqual([]);
    expect(batch.tracks.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('not across descriptors of different length, and ignores tracks it does not know', () => {
    const { tracker, batch } = afterOcclusion(520, Float32Array.of(1, 0));
    expect(batch.bridges).toEqual([]);
    expect(() => tracker.setAppearance(999, RED)).not.toThrow();
  });
});
