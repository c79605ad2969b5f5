import { describe, expect, it } from 'vitest';
import type { Detection } from '../../../src/contracts/detection';
import { BODY_TYPES, type VehicleTruth } from '../../../src/contracts/street';
import { leastCountOf } from '../../eval/street-scores/detection';
import { car, reportOf, scored, truthAt } from './street-scenes';

const find = (x: number, score = 0.8, width = 60): Detection => ({
  box: { x1: x, y1: 100, x2: x + width, y2: 150 },
  score,
  vehicleClass: 'truck',
});

const oneFrame = (vehicles: readonly VehicleTruth[], detections: readonly Detection[]) => {
  const truth = truthAt('street-a', 0, vehicles);
  return scored({ truth: [truth], frames: [reportOf(truth, { detections })] }).detection;
};

describe('the detection scores of a street', () => {
  it('count what was found, whatever class it was taken for, and what was not', () => {
    const scores = oneFrame([car(1, 0), car(2, 200), car(3, 400)], [find(2), find(210), find(300)]);
    expect(scores).toMatchObject({ vehicleCount: 3, foundCount: 2, falseCount: 1 });
    expect(scores.recall).toBeCloseTo(2 / 3, 12);
    expect(scores.precision).toBeCloseTo(2 / 3, 12);
  });

  it('call a second detection of a vehicle false', () => {
    expect(oneFrame([car(1, 0)], [find(0), find(5)])).toMatchObject({ recall: 1, precision: 0.5 });
  });

  it('leave out detections below the score that counts', () => {
    const scores = oneFrame([car(1, 0)], [find(0, 0.49), find(300, 0.3)]);
    expect(scores).toMatchObject({ recall: 0, precision: null, falseCount: 0 });
  });

  it('ask neither for small nor for hidden vehicles, and forgive finding them', () => {
    const small = car(1, 0, { heightPx: 39 });
    const hidden = car(2, 200, { visibleFraction: 0.59 });
    expect(oneFrame([small, hidden], [])).toMatchObject({ recall: null, vehicleCount: 0 });
    // Of the hidden one only its left quarter is framed, which overlaps the whole by too little.
    expect(oneFrame([small, hidden], [find(0), find(200, 0.8, 15)])).toMatchObject({
      precision: null,
      falseCount: 0,
      forgivenCount: 2,
    });
  });

  it('forgive one find for each vehicle that need not be found, not two', () => {
    const hidden = car(1, 200, { visibleFraction: 0.3 });
    const far = car(2, 400, { heightPx: 39 });
    const finds = [find(200, 0.8, 15), find(220, 0.8, 15), find(400), find(405)];
    expect(oneFrame([hidden, far], finds)).toMatchObject({ falseCount: 2, forgivenCount: 2 });
  });

  it('forgive no second find of a vehicle because a hidden one is behind it', () => {
    const hidden = car(2, 10, { visibleFraction: 0.3 });
    expect(oneFrame([car(1, 0), hidden], [find(0), find(4)])).toMatchObject({
      foundCount: 1,
      falseCount: 1,
      forgivenCount: 0,
    });
  });

  it('forgive a find beside a vehicle in front, not a poor one on it', () => {
    const bus = car(2, 0, { box: { x1: 0, y1: 100, x2: 300, y2: 150 }, visibleFraction: 0.5 });
    const findsWith = (x: number) => oneFrame([car(1, 100), bus], [find(100), find(x)]);
    // Overlaps the car by 0.33, the bus by 0.2.
    expect(findsWith(130)).toMatchObject({ falseCount: 1, forgivenCount: 0 });
    // Overlaps the car by 0.26, the bus by 0.2.
    expect(findsWith(135)).toMatchObject({ falseCount: 0, forgivenCount: 1 });
  });

  it('forgive nothing on a vehicle that nobody could see', () => {
    const covered = car(1, 0, { visibleFraction: 0.05 });
    expect(oneFrame([covered], [find(0)])).toMatchObject({ falseCount: 1 });
  });

  it('count parked vehicles as any other', () => {
    expect(oneFrame([car(1, 0, { isParked: true })], [])).toMatchObject({ recall: 0 });
  });

  it('make a table of the body types and views that occurred, and of the cameras', () => {
    const bus = car(2, 200, { bodyType: 'bus', vehicleClass: 'bus', view: 'side' });
    const a = truthAt('street-a', 0, [car(1, 0), bus]);
    const b = truthAt('street-b', 0, [bus]);
    const { detection } = scored({
      truth: [b, a],
      frames: [reportOf(a), reportOf(b, { detections: [] })],
    });
    expect(detection.byBodyAndView).toEqual([
      { bodyType: 'hatchback', view: 'rear', recall: 1, vehicleCount: 1, foundCount: 1 },
      { bodyType: 'bus', view: 'side', recall: 0.5, vehicleCount: 2, foundCount: 1 },
    ]);
    expect(detection.byCamera.map(({ cameraId, recall }) => [cameraId, recall])).toEqual([
      ['street-a', 1],
      ['street-b', 0],
    ]);
  });
});

describe('the smallest count of a body and view', () => {
  const cells = BODY_TYPES.flatMap((bodyType) =>
    (['front', 'rear', 'side'] as const).map((view, index) => {
      return { bodyType, view, recall: 1, vehicleCount: 3 + index, foundCount: 3 + index };
    }),
  );

  it('is that of the rarest, and none when one did not occur', () => {
    expect(leastCountOf(cells)).toBe(3);
    expect(leastCountOf(cells.slice(1))).toBe(0);
  });
});

describe('the frames of a street', () => {
  it('are scored where both sides have them, and counted where one has not', () => {
    const truth = [0, 1, 2].map((index) => truthAt('street-a', index, [car(1, index)]));
    const strange = { ...reportOf(truth[1]!), captureTimeUs: 123 };
    const { frames, detection } = scored({ truth, frames: [reportOf(truth[0]!), strange] });
    expect(frames).toEqual({ scoredCount: 1, unseenCount: 2, untoldCount: 1 });
    expect(detection.vehicleCount).toBe(1);
  });

  it('must not be there twice', () => {
    const truth = truthAt('street-a', 0, []);
    expect(() => scored({ truth: [truth, truth] })).toThrow(RangeError);
  });
});
