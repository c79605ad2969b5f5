import { describe, expect, it } from 'vitest';
import { SHOWROOM_STREET } from '../../../../src/core/street-choice';
import type { StreetEvent } from '../../../../src/contracts/street';
import { COUNTING_LINES } from '../../../../src/street/layout';
import { StreetTraffic } from '../../../../src/street/traffic/street-traffic';
import { drawTestLook, watch } from './traffic-run';

function fresh(seed = 7): StreetTraffic {
  return new StreetTraffic(seed, drawTestLook);
}

describe('StreetTraffic', () => {
  it('shows the same moment and tells the same events, however it came there', () => {
    const [once, often] = [fresh(), fresh()];
    const endUs = 90_033_333;
    const eventsOnce = once.advanceTo(endUs);
    const eventsOften: StreetEvent[] = [];
    for (let timeUs = 0; timeUs < endUs; timeUs += 66_667) {
      eventsOften.push(...often.advanceTo(timeUs));
    }
    eventsOften.push(...often.advanceTo(endUs));
    expect(often.vehicles).toEqual(once.vehicles);
    expect(eventsOften).toEqual(eventsOnce);
    expect(eventsOnce.length).toBeGreaterThan(20);
  });

  it('is another street with another seed', () => {
    expect(fresh(1).vehicles).not.toEqual(fresh(2).vehicles);
  });

  it('lives when the scene begins, its vehicles numbered from 1', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { vehicles } = fresh(seed);
      expect(vehicles.map(({ identity }) => identity)).toEqual(
        vehicles.map((_, index) => index + 1),
      );
      expect(vehicles.filter(({ isParked }) => isParked).length).toBeGreaterThanOrEqual(4);
      expect(vehicles.filter(({ speedMps }) => speedMps > 2).length).toBeGreaterThanOrEqual(2);
    }
  });

  it('moves vehicles evenly between its own steps', () => {
    const traffic = fresh();
    const mover = traffic.vehicles.find(({ speedMps, zM }) => speedMps > 6 && Math.abs(zM) < 60);
    const way: number[] = [];
    for (let timeUs = 0; timeUs <= 1_000_000; timeUs += 10_000) {
      traffic.advanceTo(timeUs);
      way.push(traffic.vehicles.find((one) => one.identity === mover?.identity)?.zM ?? NaN);
    }
    const moves = way.slice(1).map((zM, index) => Math.abs((way[index] ?? NaN) - zM));
    const jerks = moves.slice(1).map((move, index) => Math.abs((moves[index] ?? NaN) - move));
    expect(Math.min(...moves)).toBeGreaterThan(0.03);
    // 4 m/s^2 over a step of 50 ms, seen in 10 ms.
    expect(Math.max(...jerks)).toBeLessThan(0.002);
  });

  it('refuses to go back in time', () => {
    const traffic = fresh();
    traffic.advanceTo(2_000_000);
    expect(() => traffic.advanceTo(1_999_999)).toThrow(RangeError);
    expect(() => traffic.advanceTo(NaN)).toThrow(RangeError);
    expect(traffic.advanceTo(2_000_000)).toEqual([]);
  });

  it('tells a crossing at the moment the middle is on the line', () => {
    const timed: { readonly event: StreetEvent & { type: 'crossing' } }[] = [];
    watch(7, 3, ({ events }) => {
      for (const event of events) if (event.type === 'crossing') timed.push({ event });
    });
    expect(timed.length).toBeGreaterThan(15);
    const traffic = fresh();
    for (const { event } of timed) {
      traffic.advanceTo(event.timeUs);
      const vehicle = traffic.vehicles.find(({ identity }) => identity === event.identity);
      const line = COUNTING_LINES.find(({ cameraId }) => cameraId === event.cameraId);
      expect(vehicle?.zM).toBeCloseTo(line?.zM ?? NaN, 4);
      expect(vehicle?.speedMps).toBeCloseTo(event.speedMps, 4);
      expect((vehicle?.headingRad ?? 0) > 0).toBe(event.direction === 'away');
    }
  });

  it('tells who came from one line to the other, with the times of both crossings', () => {
    const events = fresh(3).advanceTo(15 * 60e6);
    const crossings = events.filter((event) => event.type === 'crossing');
    const travels = events.filter((event) => event.type === 'travel');
    expect(travels.length).toBeGreaterThan(80);
    for (const { identity, fromCameraId, toCameraId, startUs, endUs } of travels) {
      const at = (cameraId: string, timeUs: number): number =>
        crossings.filter(
          (one) => one.identity === identity && one.cameraId === cameraId && one.timeUs === timeUs,
        ).length;
      expect(fromCameraId).not.toBe(toCameraId);
      expect(startUs).toBeLessThan(endUs);
      expect([at(fromCameraId, startUs), at(toCameraId, endUs)]).toEqual([1, 1]);
    }
  });

  it('tells events in order, each in the call that reaches its time', () => {
    let lastUs = 0;
    watch(2, 5, ({ timeUs, events }) => {
      for (const event of events) {
        const atUs = event.type === 'crossing' ? event.timeUs : event.endUs;
        expect(atUs).toBeGreaterThanOrEqual(lastUs);
        expect(atUs).toBeGreaterThan(timeUs - 50_000);
        expect(atUs).toBeLessThanOrEqual(timeUs);
        lastUs = atUs;
      }
    });
  });

  it('is still a living street of bounded size after three hours', () => {
    const traffic = fresh(11);
    const hourUs = 3_600_000_000;
    let [fewest, most] = [Infinity, 0];
    for (let hour = 1; hour <= 3; hour += 1) {
      const perHour = traffic.advanceTo(hour * hourUs).filter(({ type }) => type === 'crossing');
      fewest = Math.min(fewest, perHour.length);
      most = Math.max(most, traffic.vehicles.length);
    }
    expect(fewest).toBeGreaterThan(60 * 20);
    expect(most).toBeLessThan(45);
  }, 60_000);
});

describe('the showroom street', () => {
  it('has green for twenty seconds, and two vehicles that pass both cameras in the guided run', () => {
    const traffic = new StreetTraffic(SHOWROOM_STREET.seed);
    const inView = new Set<number>();
    const arrivedUs = new Map<number, number>();
    for (let timeUs = 0; timeUs <= 20_000_000; timeUs += 100_000) {
      for (const event of traffic.advanceTo(timeUs)) {
        const isGoal = event.type === 'crossing' && event.cameraId === 'street-b';
        if (isGoal && event.direction === 'away') arrivedUs.set(event.identity, event.timeUs);
      }
      expect(traffic.signals.main).toBe('green');
      if (timeUs > 3_000_000) continue;
      for (const { identity, zM, headingRad } of traffic.vehicles) {
        if (headingRad > 1 && zM < -6 && zM > -26) inView.add(identity);
      }
    }
    const passed = [...inView].filter((identity) => (arrivedUs.get(identity) ?? Infinity) < 14e6);
    expect(passed.length).toBeGreaterThanOrEqual(2);
  });
});
