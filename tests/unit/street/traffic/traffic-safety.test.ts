import { beforeAll, describe, expect, it } from 'vitest';
import type { VehicleState } from '../../../../src/contracts/street';
import { LANES, ROAD, SIDE_ROAD, SIGNAL } from '../../../../src/street/layout';
import { createRandom } from '../../../../src/street/random';
import { BODY_FACTS } from '../../../../src/street/vehicles/body-facts';
import {
  cornersOf,
  drawTestLook,
  overlap,
  pointOf,
  STEP_US,
  watch,
  type VehicleStep,
  type Watched,
} from './traffic-run';

const SEEDS = [1, 2, 3, 7, 1234, 4294967295];
const MINUTES = 8;
const STEP_S = STEP_US / 1e6;

function carAt(xM: number, zM: number, headingRad: number): VehicleState {
  return {
    identity: 1,
    look: drawTestLook(createRandom(1), 'saloon'),
    xM,
    zM,
    headingRad,
    speedMps: 0,
    drivenM: 0,
    steerRad: 0,
    isBraking: false,
    indicator: null,
    isParked: false,
  };
}

/** How far the front is past its stop line, metres; null for a vehicle no light is for. */
function pastStopLineM(vehicle: VehicleState): { light: 'main' | 'side'; pastM: number } | null {
  const [xM, zM] = pointOf(vehicle, BODY_FACTS[vehicle.look.bodyType].lengthM / 2, 0);
  const heading = vehicle.headingRad;
  if (Math.abs(heading - Math.PI / 2) < 0.3 && zM > SIGNAL.awayStopZM - 3) {
    return { light: 'main', pastM: SIGNAL.awayStopZM - zM };
  }
  if (Math.abs(heading + Math.PI / 2) < 0.3 && zM < SIGNAL.towardsStopZM + 3 && xM > -3.5) {
    return { light: 'main', pastM: zM - SIGNAL.towardsStopZM };
  }
  if (Math.abs(heading - Math.PI) < 0.3) {
    return { light: 'side', pastM: SIGNAL.sideStopXM - xM };
  }
  return null;
}

describe('overlap of two boxes', () => {
  it('is seen when they touch at a corner, and not when a hand fits between', () => {
    const { lengthM, widthM } = BODY_FACTS.saloon;
    const awayRad = Math.PI / 2;
    const away = carAt(0, 0, awayRad);
    // The distance at which a rear corner of a vehicle that stands askew is just beside the other one.
    const askewM = (lengthM + widthM * (1 + Math.SQRT2)) / 2;
    for (const [gapM, isOverlap] of [
      [-0.05, true],
      [0.05, false],
    ] as const) {
      const diagonalM = (askewM + gapM) / Math.SQRT2;
      expect(overlap(away, carAt(widthM + gapM, 0, awayRad))).toBe(isOverlap);
      expect(overlap(away, carAt(0, lengthM + gapM, awayRad))).toBe(isOverlap);
      expect(overlap(away, carAt(diagonalM, diagonalM, -Math.PI / 4))).toBe(isOverlap);
    }
  });
});

/** Everything about a run that must not be. */
class Inspection {
  readonly clashes: string[] = [];
  readonly redLights: string[] = [];
  stopLineCount = 0;
  readonly worst = { backM: 0, sideMps2: 0, fasterMps2: 0, slowerMps2: 0, steerRad: 0 };
  readonly errors = { wayM: 0, speedM: 0, turnRad: 0 };
  readonly edges = { leftM: Infinity, rightM: -Infinity };

  constructor(seed: number) {
    watch(seed, MINUTES, (watched) => {
      this.#findClashes(watched);
      this.#findRedLights(watched);
      watched.steps.forEach((step) => this.#measure(step));
      watched.traffic.vehicles.forEach((vehicle) => this.#findEdges(vehicle));
    });
  }

  #findClashes({ timeUs, traffic }: Watched): void {
    const { vehicles } = traffic;
    vehicles.forEach((one, index) => {
      for (const other of vehicles.slice(index + 1)) {
        if (overlap(one, other)) this.clashes.push(`${one.identity} ${other.identity} ${timeUs}`);
      }
    });
  }

  #findRedLights({ timeUs, traffic, steps }: Watched): void {
    for (const { before, now } of steps) {
      const [was, is] = [pastStopLineM(before), pastStopLineM(now)];
      if (was === null || is === null || was.pastM > 0 || is.pastM <= 0) continue;
      this.stopLineCount += 1;
      if (traffic.signals[is.light] === 'red') this.redLights.push(`${now.identity} ${timeUs}`);
    }
  }

  #measure({ before, now }: VehicleStep): void {
    const { worst, errors } = this;
    const [dx, dz] = [now.xM - before.xM, now.zM - before.zM];
    const wayM = Math.hypot(dx, dz);
    const forwardM = dx * Math.cos(now.headingRad) - dz * Math.sin(now.headingRad);
    const turnRad = Math.abs(now.headingRad - before.headingRad);
    const gain = (now.speedMps - before.speedMps) / STEP_S;
    const speedWayM = ((before.speedMps + now.speedMps) / 2) * STEP_S;
    worst.backM = Math.max(worst.backM, -forwardM);
    worst.fasterMps2 = Math.max(worst.fasterMps2, gain);
    worst.slowerMps2 = Math.max(worst.slowerMps2, -gain);
    worst.sideMps2 = Math.max(worst.sideMps2, (now.speedMps * turnRad) / STEP_S);
    worst.steerRad = Math.max(worst.steerRad, Math.abs(now.steerRad));
    errors.turnRad = Math.max(errors.turnRad, turnRad);
    errors.wayM = Math.max(errors.wayM, Math.abs(now.drivenM - before.drivenM - wayM));
    errors.speedM = Math.max(errors.speedM, Math.abs(wayM - speedWayM));
  }

  #findEdges(vehicle: VehicleState): void {
    if (vehicle.isParked || Math.abs(vehicle.zM - SIDE_ROAD.zM) < 14 || vehicle.xM > 8) return;
    for (const [xM] of cornersOf(vehicle)) {
      this.edges.leftM = Math.min(this.edges.leftM, xM);
      this.edges.rightM = Math.max(this.edges.rightM, xM);
    }
  }
}

describe.each(SEEDS)('eight minutes of the street with seed %i', (seed) => {
  let inspection: Inspection;
  beforeAll(() => {
    inspection = new Inspection(seed);
  });

  it('has no two vehicles in one place', () => {
    expect(inspection.clashes).toEqual([]);
  });

  it('has nobody drive through red', () => {
    expect(inspection.redLights).toEqual([]);
    expect(inspection.stopLineCount).toBeGreaterThan(6 * MINUTES);
  });

  it('moves every vehicle as wheels and drivers allow, and never backwards', () => {
    const { worst } = inspection;
    expect(worst.backM).toBeLessThan(1e-6);
    expect(worst.fasterMps2).toBeLessThan(2.5);
    // Comfortable is 2; the hardest is somebody who just can stop at amber.
    expect(worst.slowerMps2).toBeLessThan(4.5);
    expect(worst.sideMps2).toBeLessThan(3.5);
    expect(worst.steerRad).toBeLessThan(0.6);
  });

  it('tells speed and distance that fit the way, and headings without a jump', () => {
    const { errors } = inspection;
    expect(errors.wayM).toBeLessThan(1e-9);
    expect(errors.speedM).toBeLessThan(0.005);
    expect(errors.turnRad).toBeLessThan(0.05);
  });

  it('keeps vehicles between the kerbs of the main road', () => {
    expect(inspection.edges.leftM).toBeGreaterThan(ROAD.leftKerbXM);
    expect(inspection.edges.rightM).toBeLessThan(ROAD.rightKerbXM);
  });
});

describe('a queue at the light', () => {
  it('stands in front of the line, close to it and in its lane', () => {
    const fronts: number[] = [];
    watch(3, 12, ({ timeUs, traffic }) => {
      if (timeUs % 1_000_000 !== 0 || traffic.signals.main !== 'red') return;
      const standing = traffic.vehicles.filter(
        ({ headingRad, speedMps, xM, zM }) =>
          Math.abs(headingRad - Math.PI / 2) < 0.1 &&
          speedMps === 0 &&
          zM > SIGNAL.awayStopZM &&
          Math.abs(xM - LANES.awayInner.xM) < 0.5,
      );
      expect(standing.every(({ isBraking }) => isBraking)).toBe(true);
      const gaps = standing.map(
        (vehicle) => vehicle.zM - BODY_FACTS[vehicle.look.bodyType].lengthM / 2 - SIGNAL.awayStopZM,
      );
      if (gaps.length > 0) fronts.push(Math.min(...gaps));
    });
    expect(fronts.length).toBeGreaterThan(20);
    expect(Math.min(...fronts)).toBeGreaterThan(0.3);
    expect(Math.max(...fronts)).toBeLessThan(2.5);
  });
});
