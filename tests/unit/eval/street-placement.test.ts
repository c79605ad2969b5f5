import { describe, expect, it } from 'vitest';
import { BODY_TYPES, type VehicleState } from '../../../src/contracts/street';
import { createRandom } from '../../../src/street/random';
import { doOverlap, placeStill, stateAt, STILL_VIEWS } from '../../eval/street-placement';

function saloonAt(xM: number, zM: number, headingRad: number): VehicleState {
  return stateAt(createRandom(1), 'saloon', { xM, zM, headingRad });
}

describe('vehicles placed for a still', () => {
  it('never overlap, whatever the view and the bodies', () => {
    let count = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      for (const view of STILL_VIEWS) {
        const random = createRandom(seed);
        const { vehicles } = placeStill(random, view, () => random.pick(BODY_TYPES));
        count += vehicles.length;
        vehicles.forEach((vehicle, index) => {
          for (const other of vehicles.slice(index + 1)) {
            expect(doOverlap(vehicle, other, 0)).toBe(false);
          }
        });
        expect(new Set(vehicles.map(({ identity }) => identity)).size).toBe(vehicles.length);
      }
    }
    expect(count).toBeGreaterThan(400);
  });

  it('are the same for the same seed', () => {
    const place = (): unknown => placeStill(createRandom(5), 'along-a', () => 'estate');
    expect(place()).toEqual(place());
  });

  it('turn the side to the camera that was asked for', () => {
    const sides = new Set<string>();
    for (const view of STILL_VIEWS) {
      for (let seed = 1; seed < 10; seed += 1) {
        placeStill(createRandom(seed), view, (side) => {
          sides.add(`${view} ${side}`);
          return 'van';
        });
      }
    }
    expect([...sides].sort()).toEqual([
      'across side',
      'along-a front',
      'along-a rear',
      'along-b front',
      'along-b rear',
      'corner side',
    ]);
  });
});

describe('overlap of two vehicles on the ground', () => {
  it('is told by their outlines, not by the boxes around them', () => {
    // A saloon is 4.6 m by 1.82 m: side by side in lanes 2.5 m apart there is room, end to end there is not.
    expect(doOverlap(saloonAt(0, 0, 0), saloonAt(0, 2.5, 0), 0)).toBe(false);
    expect(doOverlap(saloonAt(0, 0, 0), saloonAt(2.5, 0, 0), 0)).toBe(true);
    // Both at 45 degrees, side by side: the boxes around them meet, they do not.
    const slant = Math.PI / 4;
    expect(doOverlap(saloonAt(0, 0, slant), saloonAt(1.6, 1.6, slant), 0)).toBe(false);
    expect(doOverlap(saloonAt(0, 0, slant), saloonAt(1.6, -1.6, slant), 0)).toBe(true);
  });

  it('counts a clearance as part of them', () => {
    expect(doOverlap(saloonAt(0, 0, 0), saloonAt(0, 2.5, 0), 0.6)).toBe(false);
    expect(doOverlap(saloonAt(0, 0, 0), saloonAt(0, 2.5, 0), 0.8)).toBe(true);
  });
});
