import { describe, expect, it } from 'vitest';
import type { FrameTruth, StreetEvent, VehicleTruth } from '../../../src/contracts/street';
import type { ReportedFrame } from '../../eval/street-scores/street-score-input';
import { car, decisionFor, reportOf, scored, truthAt } from './street-scenes';

const LINE_Y = 220;

/** A car whose box has its middle there. */
const carAt = (identity: number, x: number, y: number): VehicleTruth =>
  car(identity, 0, { box: { x1: x - 30, y1: y - 25, x2: x + 30, y2: y + 25 } });

/** The frame's time on the scene's clock, see `truthAt`. */
const sceneUs = (frameIndex: number): number => frameIndex * 100_000 + 5_000_000;

const crossing = (
  cameraId: string,
  identity: number,
  frame: number,
  direction: 'away' | 'towards' = 'away',
): StreetEvent => {
  return { type: 'crossing', identity, cameraId, direction, timeUs: sceneUs(frame), speedMps: 10 };
};

/** Twenty frames in which car 1 drives up the picture and is on the line in frame 10, car 2 down it. */
function drive(cameraId: string, first: number): FrameTruth[] {
  return Array.from({ length: 21 }, (_, step) => {
    const vehicles = [
      carAt(1, 300, LINE_Y + 100 - 10 * step),
      carAt(2, 100, LINE_Y - 100 + 10 * step),
    ];
    const events =
      step === 11
        ? [crossing(cameraId, 1, first + 10), crossing(cameraId, 2, first + 10, 'towards')]
        : [];
    return truthAt(cameraId, first + step, vehicles, events);
  });
}

const counts = (truth: readonly FrameTruth[], frames: readonly ReportedFrame[]) =>
  scored({ truth, frames }).counts;

describe('the counts of a street', () => {
  it('equal the truth when every track crosses the line', () => {
    const truth = drive('street-a', 0);
    const scores = counts(
      truth,
      truth.map((one) => reportOf(one)),
    );
    expect(scores).toMatchObject({ trueCount: 2, appCount: 2, matchedCount: 2 });
    expect(scores.byCameraAndDirection).toMatchObject([
      { cameraId: 'street-a', direction: 'away', trueCount: 1, appCount: 1 },
      { cameraId: 'street-a', direction: 'towards', trueCount: 1, appCount: 1 },
    ]);
  });

  it('miss a vehicle whose track ends before the line', () => {
    const truth = drive('street-a', 0);
    const frames = truth.map((one, index) => reportOf(one, index > 8 ? { tracks: [] } : {}));
    expect(counts(truth, frames)).toMatchObject({ trueCount: 2, appCount: 0, recall: 0 });
  });

  it('do not count a track that trembles on the line', () => {
    const truth = drive('street-a', 0);
    const frames = truth.map((one, index) => {
      // 4 px up and down, less than a tenth of its height.
      const { box } = carAt(9, 500, LINE_Y + (index % 2 === 0 ? 4 : -4));
      return reportOf(one, { tracks: [{ id: 9, state: 'confirmed', box }] });
    });
    expect(counts(truth, frames).appCount).toBe(0);
  });

  it('call a crossing false that no vehicle made', () => {
    const truth = drive('street-a', 0);
    const frames = truth.map((one, index) => {
      const { box } = carAt(9, 500, LINE_Y + 100 - 10 * index);
      return reportOf(one, { tracks: [{ id: 9, state: 'confirmed', box }] });
    });
    expect(counts(truth, frames)).toMatchObject({ appCount: 1, matchedCount: 0, precision: 0 });
  });

  it('find the line where it is slanted in the picture', () => {
    // The line is 40 px lower on the left, where a third car drives up to it and back.
    const truth = Array.from({ length: 21 }, (_, step) => {
      const vehicles = [
        carAt(1, 300, LINE_Y + 100 - 10 * step),
        carAt(2, 100, LINE_Y - 60 + 10 * step),
        carAt(3, 100, LINE_Y + 33 - 3 * Math.abs(step - 10)),
      ];
      const events =
        step === 11 ? [crossing('street-a', 1, 10), crossing('street-a', 2, 10, 'towards')] : [];
      return truthAt('street-a', step, vehicles, events);
    });
    expect(
      counts(
        truth,
        truth.map((one) => reportOf(one)),
      ),
    ).toMatchObject({
      ...{ trueCount: 2, appCount: 2, matchedCount: 2 },
    });
  });

  it('compare the time between both lines, right recognitions and wrong ones', () => {
    const a = drive('street-a', 0);
    const b = drive('street-b', 80);
    const travel: StreetEvent = {
      type: 'travel',
      identity: 1,
      fromCameraId: 'street-a',
      toCameraId: 'street-b',
      startUs: sceneUs(10),
      endUs: sceneUs(90),
    };
    const truth = [
      ...a,
      ...b.map((one, i) => (i === 11 ? { ...one, events: [...one.events, travel] } : one)),
    ];
    const trackId =
      ({ cameraId }: FrameTruth) =>
      (identity: number) =>
        cameraId === 'street-a' ? identity : identity + 10;
    const vehicles: readonly [string, number, string][] = [
      ['street-a', 1, 'V1'],
      ['street-a', 2, 'V2'],
      ['street-b', 11, 'V1'],
      ['street-b', 12, 'V3'],
    ];
    const { counts: scores } = scored({
      truth,
      frames: truth.map((one) => reportOf(one, {}, trackId(one))),
      decisions: vehicles.map(([cameraId, id, vehicleId]) => ({
        ...{ cameraId, trackId: id, atUs: 0 },
        decision: decisionFor(vehicleId, 'matched'),
      })),
    });
    expect(scores.travel).toHaveLength(1);
    expect(scores.travel[0]).toMatchObject({
      ...{ fromCameraId: 'street-a', toCameraId: 'street-b' },
      ...{ trueCount: 1, trueMedianS: 8, appCount: 1, rightCount: 1 },
    });
    // The app's crossing is of the first frame on the other side.
    expect(scores.travel[0]?.appMedianS).toBeCloseTo(8, 6);
  });

  it('count nothing at a camera where nothing crossed', () => {
    const truth = drive('street-a', 0).map((one) => ({ ...one, events: [] }));
    expect(
      counts(
        truth,
        truth.map((one) => reportOf(one)),
      ),
    ).toMatchObject({
      ...{ trueCount: 0, appCount: 0, recall: null, precision: null },
    });
  });
});
