import { beforeAll, describe, expect, it } from 'vitest';
import type { StreetEvent } from '../../../../src/contracts/street';
import { LANES } from '../../../../src/street/layout';
import { watch, type VehicleStep } from './traffic-run';

const SEEDS = [1, 5, 11];
const MINUTES = 30;
const BORDER_X_M = (LANES.awayInner.xM + LANES.awayOuter.xM) / 2;

/** What happened in one run. */
class Diary {
  readonly crossings = { 'street-a': 0, 'street-b': 0 };
  readonly travelS: number[] = [];
  readonly seen = new Set<number>();
  readonly lastSeenUs = new Map<number, number>();
  readonly absencesS: number[] = [];
  readonly speeds: number[] = [];
  readonly turnedOff: VehicleStep[] = [];
  readonly cameOut: VehicleStep[] = [];
  readonly changes: VehicleStep[] = [];
  readonly pulledOut: VehicleStep[] = [];
  readonly parked: VehicleStep[] = [];
  readonly bodyOf = new Map<number, string>();
  changedLookCount = 0;
  mostVehicles = 0;

  constructor(seed: number) {
    watch(seed, MINUTES, ({ timeUs, traffic, events, steps }) => {
      events.forEach((event) => this.#count(event));
      steps.forEach((step) => this.#follow(step));
      this.mostVehicles = Math.max(this.mostVehicles, traffic.vehicles.length);
      for (const { identity, look } of traffic.vehicles) {
        const lastUs = this.lastSeenUs.get(identity);
        if (lastUs !== undefined && timeUs - lastUs > 1e6) {
          this.absencesS.push((timeUs - lastUs) / 1e6);
        }
        const described = JSON.stringify(look);
        if ((this.bodyOf.get(identity) ?? described) !== described) this.changedLookCount += 1;
        this.bodyOf.set(identity, described);
        this.lastSeenUs.set(identity, timeUs);
      }
    });
  }

  #count(event: StreetEvent): void {
    if (event.type === 'travel') this.travelS.push((event.endUs - event.startUs) / 1e6);
    else if (event.cameraId === 'street-a' || event.cameraId === 'street-b') {
      this.crossings[event.cameraId] += 1;
    }
  }

  #follow(step: VehicleStep): void {
    const { before, now } = step;
    if (!now.isParked && Math.abs(now.xM) < 7) this.speeds.push(now.speedMps);
    if (before.xM < 9 && now.xM >= 9) this.turnedOff.push(step);
    if (before.xM > 12 && now.xM <= 12) this.cameOut.push(step);
    if (before.isParked && !now.isParked) this.pulledOut.push(step);
    if (!before.isParked && now.isParked) this.parked.push(step);
    const isAway = Math.abs(now.headingRad - Math.PI / 2) < 0.4;
    const isOver = before.xM < BORDER_X_M !== now.xM < BORDER_X_M;
    if (isAway && isOver && now.zM > -140) this.changes.push(step);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

describe.each(SEEDS)('half an hour of the street with seed %i', (seed) => {
  let diary: Diary;
  beforeAll(() => {
    diary = new Diary(seed);
  });

  it('shows each camera about a dozen vehicles a minute', () => {
    for (const count of Object.values(diary.crossings)) {
      expect(count / MINUTES).toBeGreaterThan(9.5);
      expect(count / MINUTES).toBeLessThan(15);
    }
  });

  it('flows at a town pace, halts at the light included', () => {
    expect(mean(diary.speeds)).toBeGreaterThan(5);
    expect(mean(diary.speeds)).toBeLessThan(9.5);
    expect(Math.max(...diary.speeds.filter((_, index) => index % 7 === 0))).toBeLessThan(13);
    // 70 m at 40 km/h take 6.3 s.
    expect(Math.min(...diary.travelS)).toBeGreaterThan(5.5);
    expect(median(diary.travelS)).toBeLessThan(15);
  });

  it('has vehicles change lanes both ways, and indicate it', () => {
    const toLeft = diary.changes.filter(({ now }) => now.xM < BORDER_X_M);
    const toRight = diary.changes.filter(({ now }) => now.xM >= BORDER_X_M);
    expect(toLeft.length).toBeGreaterThan(3);
    expect(toRight.length).toBeGreaterThan(3);
    expect(toLeft.every(({ now }) => now.indicator === 'left')).toBe(true);
    expect(toRight.every(({ now }) => now.indicator === 'right')).toBe(true);
  });

  it('has vehicles turn into the side road and out of it, slowly and with the indicator on', () => {
    for (const turns of [diary.turnedOff, diary.cameOut]) {
      expect(turns.length).toBeGreaterThan(MINUTES / 2);
      expect(turns.every(({ now }) => now.indicator === 'right')).toBe(true);
      expect(turns.every(({ now }) => now.speedMps < 6)).toBe(true);
      expect(turns.some(({ now }) => now.look.bodyType === 'bus')).toBe(false);
    }
  });

  it('has vehicles park on the right of their lane and pull out to the left', () => {
    expect(diary.pulledOut.length).toBeGreaterThan(0);
    expect(diary.parked.length).toBeGreaterThan(0);
    expect(diary.pulledOut.every(({ now }) => now.indicator === 'left')).toBe(true);
    for (const { now } of diary.parked) {
      expect(Math.abs(now.xM + 4.75)).toBeLessThan(0.15);
      expect(Math.abs(now.headingRad + Math.PI / 2)).toBeLessThan(0.05);
    }
  });

  it('brings some back after a while, looking the same, and never two at once', () => {
    const share = diary.absencesS.length / (diary.lastSeenUs.size + diary.absencesS.length);
    expect(share).toBeGreaterThan(0.12);
    expect(share).toBeLessThan(0.38);
    expect(Math.min(...diary.absencesS)).toBeGreaterThan(39);
    expect(Math.max(...diary.absencesS)).toBeLessThan(200);
    expect(diary.changedLookCount).toBe(0);
  });

  it('does not fill up', () => {
    expect(diary.mostVehicles).toBeLessThan(45);
  });
});
