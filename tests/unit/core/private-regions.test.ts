import { describe, expect, it } from 'vitest';
import { personRegion, plateRegion } from '../../../src/core/private-regions';

describe('plateRegion', () => {
  it('is the lower middle part of a vehicle', () => {
    const region = plateRegion({ x1: 100, y1: 200, x2: 300, y2: 300 });
    expect(region).toEqual({ x1: 120, y1: 245, x2: 280, y2: 305 });
  });

  it('holds the plate of a car seen from the front, by its usual measures', () => {
    // A sedan of 1.8 m by 1.45 m: its plate of 0.52 m by 0.11 m hangs at the middle, 0.3 to 0.6 m above the road.
    const car = { x1: 0, y1: 0, x2: 180, y2: 145 };
    const plate = { x1: 64, y1: 145 - 60, x2: 116, y2: 145 - 30 };
    const region = plateRegion(car);
    expect(region.x1).toBeLessThan(plate.x1);
    expect(region.x2).toBeGreaterThan(plate.x2);
    expect(region.y1).toBeLessThan(plate.y1);
    expect(region.y2).toBeGreaterThan(plate.y2);
  });
});

describe('personRegion', () => {
  it('is a tenth wider and higher on each side than the person', () => {
    expect(personRegion({ x1: 10, y1: 20, x2: 30, y2: 120 })).toEqual({
      x1: 8,
      y1: 10,
      x2: 32,
      y2: 130,
    });
  });
});
