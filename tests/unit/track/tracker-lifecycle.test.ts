import { describe, expect, it } from 'vitest';
import type { Detection } from '../../../src/contracts/detection';
import { VehicleTracker } from '../../../src/stages/track/tracker';
import { boxAt, detection, frameAt, lastBatch, play } from './scene';

function confirmedAfter(rate: number, seen: (seconds: number) => Detection): number {
  const { batches } = play(rate, 0, 6, (t) => [seen(t)]);
  const index = batches.findIndex((batch) => batch.tracks.some((t) => t.state === 'confirmed'));
  return index < 0 ? Infinity : index / rate;
}

describe('VehicleTracker confirms by evidence', () => {
  it.each([30, 12.5, 5, 2])('a plain vehicle within 1.1 s at %d frames a second', (rate) => {
    const seconds = confirmedAfter(rate, (t) => detection(boxAt(100 + 150 * t, 300), 0.4));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(1.1);
  });

  it('never a single false box, however sure', () => {
    const result = play(10, 0, 3, (t) => [t === 1 ? detection(boxAt(500, 300), 0.99) : null]);
    expect(result.vehicles.size).toBe(0);
    expect(result.ended).toMatchObject([{ wasConfirmed: false, hitCount: 1 }]);
  });

  it.each([30, 10, 5])('never a box that flickers in every third frame, at %d a second', (rate) => {
    const result = play(rate, 0, 10, (t) => [
      Math.round(t * rate) % 3 === 0 ? detection(boxAt(500, 300), 0.5) : null,
    ]);
    expect(result.vehicles.size).toBe(0);
  });

  it('never weak boxes that stay where they are', () => {
    const result = play(12.5, 0, 30, (t) => [
      detection(boxAt(757 + Math.sin(t), 411, 26, 43), 0.13),
    ]);
    expect(result.vehicles.size).toBe(0);
  });

  it('never weak boxes that wander to and fro', () => {
    const result = play(12.5, 0, 30, (t) => [
      detection(boxAt(600 + 40 * Math.sin(2 * t), 300, 100, 80), 0.2),
    ]);
    expect(result.vehicles.size).toBe(0);
  });

  it('never weak boxes that creep like a shadow', () => {
    const result = play(12.5, 0, 30, (t) => [detection(boxAt(300 + 10 * t, 300, 100, 80), 0.2)]);
    expect(result.vehicles.size).toBe(0);
  });

  it.each([12.5, 5, 2])('a vehicle that is only weakly seen but drives, at %d a second', (rate) => {
    const seconds = confirmedAfter(rate, (t) => detection(boxAt(100 + 150 * t, 300), 0.2));
    expect(seconds).toBeLessThanOrEqual(3.1);
  });

  it('a still weak vehicle once the user lowers the threshold below its score', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    const seen = () => [detection(boxAt(500, 300), 0.2)];
    expect(play(10, 0, 3, seen, tracker).vehicles.size).toBe(0);
    tracker.setOptions({ scoreThreshold: 0.15 });
    expect(play(10, 3.1, 5, seen, tracker).vehicles.size).toBe(1);
  });

  it('not the ghost of a weak box around two vehicles', () => {
    const result = play(10, 0, 4, (t) => [
      detection(boxAt(200 + 100 * t, 300), 0.6),
      detection(boxAt(380 + 100 * t, 300), 0.6),
      detection(boxAt(290 + 100 * t, 300, 330, 120), 0.3),
    ]);
    expect(result.vehicles.size).toBe(2);
  });

  it('not a second box on the same vehicle', () => {
    const result = play(10, 0, 4, (t) => [
      detection(boxAt(200 + 100 * t, 300), 0.8),
      detection(boxAt(208 + 100 * t, 306, 116, 78), 0.5),
    ]);
    expect(result.vehicles.size).toBe(1);
  });
});

describe('VehicleTracker ends tracks', () => {
  it('that were lost for longer than lostSeconds, and not before', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35, lostSeconds: 2 });
    const seen = (t: number) => [t <= 1 ? detection(boxAt(600, 300)) : null];
    expect(play(10, 0, 2.9, seen, tracker).ended).toEqual([]);
    const ended = play(10, 3, 3.3, seen, tracker).ended;
    expect(ended).toMatchObject([{ id: 1, wasConfirmed: true, lastSeenUs: 1_000_000 }]);
  });

  it('that left the frame, without waiting', () => {
    const result = play(10, 0, 5, (t) => {
      const x = 700 + 300 * t;
      return [x - 60 < 1280 ? detection(boxAt(x, 300)) : null];
    });
    const endedAt = result.batches.findIndex((batch) => batch.ended.length > 0) / 10;
    // Its last box is seen at 2.1 s; lostSeconds would keep it until 6.1 s.
    expect(endedAt).toBeGreaterThan(2.1);
    expect(endedAt).toBeLessThan(3);
  });

  it('over a gap of ten seconds in the clock, and starts new ones', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    play(10, 0, 2, () => [detection(boxAt(600, 300))], tracker);
    const after = tracker.update(frameAt(12, [detection(boxAt(600, 300))]));
    expect(after.ended).toMatchObject([{ id: 1, wasConfirmed: true }]);
    expect(after.tracks).toMatchObject([{ id: 2, state: 'tentative' }]);
  });

  it('when time runs backwards', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    play(10, 5, 6, () => [detection(boxAt(600, 300))], tracker);
    const after = tracker.update(frameAt(0, [detection(boxAt(600, 300))]));
    expect(after.ended.map(({ id }) => id)).toEqual([1]);
    expect(after.tracks.map(({ id }) => id)).toEqual([2]);
  });

  it('all of them at the end of a run', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    play(10, 0, 1, () => [detection(boxAt(300, 300)), detection(boxAt(700, 300))], tracker);
    expect(tracker.finish(1_100_000)).toMatchObject([
      { wasConfirmed: true },
      { wasConfirmed: true },
    ]);
    expect(tracker.finish(1_200_000)).toEqual([]);
    expect(tracker.update(frameAt(1.3, [])).tracks).toEqual([]);
  });

  it('of a class the user has deselected', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    const seen = () => [detection(boxAt(300, 300), 0.7, 'bus'), detection(boxAt(700, 300))];
    play(10, 0, 1, seen, tracker);
    tracker.setOptions({ scoreThreshold: 0.35, classes: ['car'] });
    const result = play(10, 1.1, 3, seen, tracker);
    expect(result.ended).toMatchObject([{ vehicleClass: 'bus', wasConfirmed: true }]);
    expect([...result.vehicles.values()].map((track) => track.vehicleClass)).toEqual(['car']);
  });
});

describe('VehicleTracker bears odd input', () => {
  it('ignores boxes that are no boxes', () => {
    const nan = Number.NaN;
    const unusable = [
      { x1: nan, y1: 0, x2: 10, y2: 10 },
      { x1: 10, y1: 10, x2: 10, y2: 40 },
      { x1: 50, y1: 50, x2: 20, y2: 90 },
      { x1: 0, y1: 0, x2: Infinity, y2: 10 },
      { x1: 2000, y1: 0, x2: 2100, y2: 90 },
    ].map((box) => detection(box));
    const result = play(10, 0, 2, () => [...unusable, detection(boxAt(9, 9), nan)]);
    expect(lastBatch(result).tracks).toEqual([]);
    expect(result.ended).toEqual([]);
  });

  it('takes empty frames before, between and after vehicles', () => {
    const result = play(10, 0, 8, (t) => [t > 1 && t < 3 ? detection(boxAt(600, 300)) : null]);
    expect(result.vehicles.size).toBe(1);
    expect(lastBatch(result).tracks).toEqual([]);
  });

  it('takes the same timestamp twice', () => {
    const tracker = new VehicleTracker({ scoreThreshold: 0.35 });
    play(10, 0, 1, () => [detection(boxAt(600, 300))], tracker);
    const again = tracker.update(frameAt(1, [detection(boxAt(600, 300))]));
    expect(again.tracks.map(({ id }) => id)).toEqual([1]);
  });

  it('refuses options outside their ranges', () => {
    expect(() => new VehicleTracker({ scoreThreshold: 0 })).toThrow('got 0');
    expect(() => new VehicleTracker({ scoreThreshold: 0.3, lowScoreThreshold: 0.4 })).toThrow(
      RangeError,
    );
    expect(() => new VehicleTracker({ scoreThreshold: 0.3, lostSeconds: -1 })).toThrow(
      'lostSeconds',
    );
  });
});
