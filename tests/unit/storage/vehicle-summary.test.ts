import { describe, expect, test } from 'vitest';
import { VEHICLE_CLASSES } from '../../../src/contracts/detection';
import type { Sighting } from '../../../src/contracts/gallery';
import type { VehicleRow } from '../../../src/storage/schema';
import { extendSummary, summarise, summaryOf } from '../../../src/storage/vehicle-summary';
import { sighting } from './gallery-fixtures';

/** Numbers that look random and are the same in every run. */
function* lcg(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    yield state;
  }
}

describe('the summary of a vehicle', () => {
  test('is nothing without sightings', () => {
    expect(summarise('v1', 1, [])).toBeNull();
  });

  test('spans all sightings and shows the picture with most detections behind it', () => {
    const row = summarise('v1', 7, [
      sighting({ id: 'a', startUnixMs: 200, endUnixMs: 300, hitCount: 5, cropId: 'small' }),
      sighting({ id: 'b', startUnixMs: 100, endUnixMs: 150, hitCount: 9, cropId: 'large' }),
      sighting({
        id: 'c',
        cameraLabel: 'yard.mp4',
        startUnixMs: 400,
        endUnixMs: 500,
        startMediaUs: 7_000,
        endMediaUs: 107_000,
        hitCount: 99,
        cropId: null,
      }),
    ]);
    expect(row && summaryOf(row)).toEqual({
      id: 'v1',
      number: 7,
      vehicleClass: 'car',
      sightingCount: 3,
      firstSeenUnixMs: 100,
      lastSeenUnixMs: 500,
      lastSeenMediaUs: 107_000,
      lastSeenLabel: 'yard.mp4',
      cropId: 'large',
    });
  });

  test('takes the class that most detections voted for, not most sightings', () => {
    const row = summarise('v1', 1, [
      sighting({ id: 'a', vehicleClass: 'car', hitCount: 3 }),
      sighting({ id: 'b', vehicleClass: 'car', hitCount: 3 }),
      sighting({ id: 'c', vehicleClass: 'truck', hitCount: 7 }),
    ]);
    expect(row?.vehicleClass).toBe('truck');
  });

  test('names the same last sighting in whatever order two that ended together are read', () => {
    const one = sighting({ id: 'a', cameraLabel: 'Gate' });
    const other = sighting({ id: 'b', cameraLabel: 'Yard' });
    expect(summarise('v1', 1, [one, other])?.lastSeenLabel).toBe('Yard');
    expect(summarise('v1', 1, [other, one])?.lastSeenLabel).toBe('Yard');
  });

  test('kept up one sighting at a time equals the one made from all of them', () => {
    const random = lcg(42);
    const next = (limit: number): number => (random.next().value as number) % limit; // endless
    const current = new Map<string, Sighting>();
    let row: VehicleRow | null = null;
    let extendedCount = 0;
    let refusedCount = 0;
    for (let step = 0; step < 2_000; step += 1) {
      const id = `s${next(6)}`;
      const previous = current.get(id) ?? null;
      const start = next(50);
      const isFile = next(2) === 0;
      const changed = sighting({
        id,
        startUnixMs: start,
        endUnixMs: start + next(50),
        endMediaUs: isFile ? next(9) : null,
        cameraLabel: isFile ? `${id}.mp4` : `Camera ${next(3)}`,
        hitCount: next(8),
        vehicleClass: VEHICLE_CLASSES[next(4)] ?? 'car',
        cropId: next(3) === 0 ? null : `crop-${id}-${next(2)}`,
      });
      current.set(id, changed);
      const whole = summarise('v1', 1, [...current.values()]);
      const extended: VehicleRow | null = row && extendSummary(row, previous, changed);
      if (extended && whole) {
        extendedCount += 1;
        expect(summaryOf(extended)).toEqual(summaryOf(whole));
      } else {
        refusedCount += 1;
      }
      row = extended ?? whole;
    }
    expect(extendedCount).toBeGreaterThan(500);
    expect(refusedCount).toBeGreaterThan(100);
  });
});
