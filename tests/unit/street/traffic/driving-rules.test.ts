import { describe, expect, it } from 'vitest';
import {
  followAcceleration,
  stopAcceleration,
  type Driver,
} from '../../../../src/street/traffic/car-following';
import { pointOnRoute, ROUTES } from '../../../../src/street/traffic/routes';
import { isShiftOver, shiftAt } from '../../../../src/street/traffic/side-shift';
import { signalsAt } from '../../../../src/street/traffic/signal-plan';

const DRIVER: Driver = {
  desiredSpeedMps: 10,
  timeGapS: 1.2,
  standingGapM: 2,
  accelerationMps2: 1.4,
  decelerationMps2: 2,
};

describe('car following', () => {
  it('starts with the whole acceleration and ends at the desired speed', () => {
    expect(followAcceleration(DRIVER, 0, 10, null)).toBeCloseTo(1.4);
    expect(followAcceleration(DRIVER, 5, 10, null)).toBeCloseTo(1.4 * (1 - 1 / 16));
    expect(followAcceleration(DRIVER, 10, 10, null)).toBeCloseTo(0);
    expect(followAcceleration(DRIVER, 20, 10, null)).toBe(-2);
  });

  it('keeps the equilibrium gap of the model: (s0 + vT) / sqrt(1 - (v / v0)^4)', () => {
    const gapM = (2 + 6 * 1.2) / Math.sqrt(1 - 0.6 ** 4);
    expect(followAcceleration(DRIVER, 6, 10, { gapM, speedMps: 6 })).toBeCloseTo(0, 10);
    expect(followAcceleration(DRIVER, 6, 10, { gapM: gapM - 1, speedMps: 6 })).toBeLessThan(0);
  });

  it('stops at a place within half a metre before and a decimetre behind it', () => {
    let [speed, wayM, hardest] = [10, 0, 0];
    for (let step = 0; step < 1200; step += 1) {
      const acceleration = stopAcceleration(DRIVER, speed, 10, 40 - wayM);
      hardest = Math.min(hardest, acceleration);
      const next = Math.max(0, speed + acceleration * 0.05);
      wayM += ((speed + next) / 2) * 0.05;
      speed = next;
    }
    expect(wayM).toBeGreaterThan(39.5);
    expect(wayM).toBeLessThan(40.1);
    expect(hardest).toBeGreaterThan(-2.5);
  });
});

describe('routes', () => {
  it.each(Object.values(ROUTES))('$name has no jump in place or direction', (route) => {
    for (let station = route.startM - 5; station < route.endM + 5; station += 0.1) {
      const [here, there] = [pointOnRoute(route, station), pointOnRoute(route, station + 0.1)];
      expect(Math.hypot(there.xM - here.xM, there.zM - here.zM)).toBeCloseTo(0.1, 4);
      expect(Math.abs(there.tangentRad - here.tangentRad)).toBeLessThan(0.016);
    }
  });

  it('join in the outer lane with the same stations', () => {
    const { awayOuter, awayTurning, sideMerging } = ROUTES;
    expect(pointOnRoute(awayTurning, 60)).toEqual(pointOnRoute(awayOuter, 60));
    const [merged, outer] = [pointOnRoute(sideMerging, 120), pointOnRoute(awayOuter, 120)];
    expect(merged.xM).toBeCloseTo(outer.xM, 9);
    expect(merged.zM).toBeCloseTo(outer.zM, 9);
    expect(merged.tangentRad).toBeCloseTo(outer.tangentRad, 9);
  });

  it('have their left where a driver has it', () => {
    expect(pointOnRoute(ROUTES.awayOuter, 10, 3.5).xM).toBeCloseTo(1.75);
    expect(pointOnRoute(ROUTES.towards, 10, -2.95).xM).toBeCloseTo(-4.75);
  });
});

describe('a shift to the side', () => {
  it('begins and ends along the road, and its slope is that of its offset', () => {
    const shift = { startM: 10, lengthM: 20, fromM: 3.5, toM: 0 };
    expect(shiftAt(shift, 10)).toEqual({ leftM: 3.5, slope: -0 });
    expect(shiftAt(shift, 30).leftM).toBeCloseTo(0, 12);
    expect(shiftAt(shift, 30).slope).toBeCloseTo(0, 12);
    for (let station = 11; station < 30; station += 1) {
      const rise = shiftAt(shift, station + 1e-4).leftM - shiftAt(shift, station - 1e-4).leftM;
      expect(shiftAt(shift, station).slope).toBeCloseTo(rise / 2e-4, 5);
    }
    expect([isShiftOver(shift, 29.9), isShiftOver(shift, 30)]).toEqual([false, true]);
  });
});

describe('the traffic lights', () => {
  it('never let both roads go, and show amber between green and red', () => {
    let before = signalsAt(-200_000_000);
    for (let timeUs = -200_000_000; timeUs < 200_000_000; timeUs += 50_000) {
      const now = signalsAt(timeUs);
      expect(now.main === 'red' || now.side === 'red').toBe(true);
      for (const light of ['main', 'side'] as const) {
        if (before[light] === 'green') expect(now[light]).not.toBe('red');
        if (before[light] === 'red') expect(now[light]).not.toBe('amber');
      }
      before = now;
    }
  });
});
