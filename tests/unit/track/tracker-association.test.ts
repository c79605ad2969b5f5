import { describe, expect, it } from 'vitest';
import { TrackIds } from '../../../src/stages/track/track-ids';
import { VehicleTracker } from '../../../src/stages/track/tracker';
import { boxAt, detection, frameAt, idNear, lastBatch, play, randomNumbers } from './scene';

const RATES = [30, 12.5, 5, 2];

describe('VehicleTracker keeps one identity a vehicle', () => {
  it.each(RATES)('that drives at constant speed, at %d frames a second', (rate) => {
    // 240 px/s: at 2 frames/s the boxes of neighbouring frames just touch.
    const result = play(rate, 0, 4, (t) => [detection(boxAt(100 + 240 * t, 300))]);
    expect(result.vehicles.size).toBe(1);
    expect(idNear(lastBatch(result), 1060, 300)).toBe(1);
  });

  it.each(RATES)('when two cross on opposite lanes, at %d frames a second', (rate) => {
    const right = (t: number) => 100 + 220 * t;
    const left = (t: number) => 1180 - 220 * t;
    const result = play(rate, 0, 4.5, (t) => [
      detection(boxAt(right(t), 300)),
      detection(boxAt(left(t), 345)),
    ]);
    expect(result.vehicles.size).toBe(2);
    const before = result.batches[Math.round(1.5 * rate)];
    const rightId = idNear(before, right(Math.round(1.5 * rate) / rate), 300);
    expect(rightId).not.toBeNull();
    const end = Math.round(4.5 * rate) / rate;
    expect(idNear(lastBatch(result), right(end), 300)).toBe(rightId);
    expect(idNear(lastBatch(result), left(end), 345)).not.toBe(rightId);
  });

  it.each([30, 10, 5])('behind a pole that hides it for 0.6 s, at %d frames a second', (rate) => {
    const result = play(rate, 0, 4, (t) => [
      t > 1.5 && t < 2.1 ? null : detection(boxAt(100 + 200 * t, 300)),
    ]);
    expect(result.vehicles.size).toBe(1);
    const hidden = result.batches[Math.round(2 * rate)];
    expect(hidden?.tracks[0]?.state).toBe('lost');
    expect(hidden?.tracks[0]?.detectedBox).toBeNull();
    expect(lastBatch(result).tracks[0]?.state).toBe('confirmed');
  });

  it.each(RATES)('that stops for four seconds and goes on, at %d frames a second', (rate) => {
    const x = (t: number) => 100 + 200 * Math.min(t, 1.5) + 200 * Math.max(0, t - 5.5);
    const result = play(rate, 0, 7, (t) => [detection(boxAt(x(t), 300))]);
    expect([...result.vehicles.keys()]).toEqual([1]);
  });

  it('parked and hidden by a queue of buses for three seconds', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = randomNumbers(seed);
      const jitter = () => 12 * (random() - 0.5);
      const result = play(15, 0, 8, (t) => [
        t > 3 && t < 6.5 ? null : detection(boxAt(600 + jitter(), 300 + jitter())),
      ]);
      expect([...result.vehicles.keys()]).toEqual([1]);
      // Jitter is not motion: the prediction waits where the vehicle stood.
      const hidden = result.batches[6 * 15]?.tracks[0];
      expect(hidden?.state).toBe('lost');
      expect(Math.abs(hidden?.velocityXPxPerS ?? Infinity)).toBe(0);
    }
  });

  it('whose score sinks below the threshold while it is half hidden', () => {
    const result = play(15, 0, 4, (t) => [
      detection(boxAt(100 + 200 * t, 300), t > 1 && t < 2.2 ? 0.15 : 0.7),
    ]);
    expect(result.vehicles.size).toBe(1);
    const dim = result.batches[Math.round(2 * 15)];
    expect(dim?.tracks[0]).toMatchObject({ state: 'confirmed', score: 0.15 });
  });

  it('although the detector cannot decide between car and truck', () => {
    const result = play(10, 0, 3, (t) => [
      detection(boxAt(100 + 200 * t, 300), 0.6, Math.round(t * 10) % 3 === 0 ? 'truck' : 'car'),
    ]);
    expect(result.vehicles.size).toBe(1);
    expect(lastBatch(result).tracks[0]?.vehicleClass).toBe('car');
  });

  it('in a queue where every other vehicle is missed in every frame', () => {
    const cars = [200, 340, 480, 620, 760];
    const result = play(10, 0, 6, (t) =>
      cars.map((x, index) =>
        t > 1 && (Math.round(t * 10) + index) % 2 === 0 ? null : detection(boxAt(x, 300)),
      ),
    );
    expect(result.vehicles.size).toBe(cars.length);
  });
});

describe('VehicleTracker does not confuse vehicles', () => {
  it('does not give a lost identity to a new vehicle that drives past the place', () => {
    const result = play(15, 0, 5, (t) => [
      t < 2 ? detection(boxAt(640, 300)) : null,
      t < 1.5 ? null : detection(boxAt(-60 + 340 * (t - 1.5), 300)),
    ]);
    const passing = idNear(lastBatch(result), -60 + 340 * 3.5, 300);
    expect(passing).not.toBeNull();
    expect(passing).not.toBe(1);
  });

  it('does not give a lost identity to one that is still tentative when it drives past the place', () => {
    const x = (t: number) => 400 + 340 * (t - 2.6);
    const result = play(15, 0, 4, (t) => [
      t < 2 ? detection(boxAt(640, 300)) : null,
      t < 2.6 ? null : detection(boxAt(x(t), 300), x(t) < 570 ? 0.12 : 0.6),
    ]);
    const passing = idNear(lastBatch(result), x(4), 300);
    expect(passing).not.toBeNull();
    expect(passing).not.toBe(1);
  });

  it('does not let a vehicle that has left live on as the clutter behind it', () => {
    const result = play(15, 0, 6, (t) => [detection(boxAt(600, 300), t < 2 ? 0.7 : 0.15)]);
    expect(lastBatch(result).tracks[0]).toMatchObject({ id: 1, state: 'lost' });
  });

  it('leaves clutter its own detections when a vehicle beside it is found no more', () => {
    const result = play(10, 0, 9, (t) => [
      detection(boxAt(600, 300), 0.25),
      t < 3 ? detection(boxAt(535, 300), 0.45) : null,
    ]);
    expect(result.batches[25]?.tracks.map(({ state }) => state).sort()).toEqual([
      'confirmed',
      'tentative',
    ]);
    expect(lastBatch(result).tracks.map(({ state }) => state)).toEqual(['tentative']);
  });

  it('does not let a visible vehicle lose its detection to a lost one', () => {
    // The first is lost beside the second, which stays in view.
    const result = play(10, 0, 3, (t) => [
      t < 1.5 ? detection(boxAt(600, 300)) : null,
      detection(boxAt(660, 300)),
    ]);
    const before = idNear(result.batches[12], 660, 300);
    expect(idNear(lastBatch(result), 660, 300)).toBe(before);
  });

  it('follows 200 vehicles at once, each under one identity', () => {
    const random = randomNumbers(11);
    const places = Array.from({ length: 200 }, (_, index) => ({
      x: 30 + (index % 20) * 62,
      y: 30 + Math.floor(index / 20) * 70,
      speed: 20 * (random() - 0.5),
    }));
    const result = play(10, 0, 4, (t) =>
      places.map(({ x, y, speed }) =>
        random() < 0.05 ? null : detection(boxAt(x + speed * t, y + 2 * random(), 44, 34)),
      ),
    );
    expect(result.vehicles.size).toBe(200);
  });

  it('numbers tracks from 1, and the tracks of several cameras of a run apart', () => {
    const ids = new TrackIds();
    const [a, b] = [0, 1].map(() => new VehicleTracker({ scoreThreshold: 0.35 }, ids));
    const one = [detection(boxAt(100, 100))];
    expect(a?.update(frameAt(0, one)).tracks[0]?.id).toBe(1);
    expect(b?.update(frameAt(0, one)).tracks[0]?.id).toBe(2);
    expect(a?.update(frameAt(0.1, one)).tracks.map(({ id }) => id)).toEqual([1]);
  });
});
