import { describe, expect, it } from 'vitest';
import { decodeYolox } from '../../eval/yolox';

/** An input of 32 px has 16 cells of stride 8, 4 of stride 16 and 1 of stride 32. */
const SIDE_PX = 32;
const ROW_COUNT = 21;

function outputWith(
  rows: Readonly<Record<number, Readonly<Record<number, number>>>>,
): Float32Array {
  const output = new Float32Array(ROW_COUNT * 85);
  for (const [row, values] of Object.entries(rows)) {
    for (const [index, value] of Object.entries(values)) {
      output[Number(row) * 85 + Number(index)] = value;
    }
  }
  return output;
}

const OBJECTNESS = 4;
const CAR = 5 + 2;
const MOTORCYCLE = 5 + 3;
const BUS = 5 + 5;
const PERSON = 5;

describe('reading the answer of YOLOX', () => {
  it('places a box by its cell and stride, in pixels of the picture', () => {
    // Row 18 is the third cell of stride 16: column 0, row 1. Centre (0.5, 1.25) cells, 2 x 1 cells large.
    const output = outputWith({
      18: { 0: 0.5, 1: 0.25, 2: Math.log(2), 3: 0, [OBJECTNESS]: 0.8, [BUS]: 0.5 },
    });
    const [bus, ...others] = decodeYolox(output, SIDE_PX, 0.5, 0.3);
    expect(others).toEqual([]);
    expect(bus?.vehicleClass).toBe('bus');
    expect(bus?.score).toBeCloseTo(0.4, 6);
    expect(bus?.box.x1).toBeCloseTo((8 - 16) / 0.5, 5);
    expect(bus?.box.x2).toBeCloseTo((8 + 16) / 0.5, 5);
    expect(bus?.box.y1).toBeCloseTo((20 - 8) / 0.5, 5);
    expect(bus?.box.y2).toBeCloseTo((20 + 8) / 0.5, 5);
  });

  it('leaves out what is no vehicle or below the score', () => {
    const output = outputWith({
      0: { [OBJECTNESS]: 0.9, [PERSON]: 0.9 },
      3: { [OBJECTNESS]: 0.5, [CAR]: 0.5 },
    });
    expect(decodeYolox(output, SIDE_PX, 1, 0.3)).toEqual([]);
  });

  it('keeps the better of two boxes on one vehicle, and both of two vehicles', () => {
    const car = { 2: Math.log(3), 3: Math.log(3), [OBJECTNESS]: 1 };
    const output = outputWith({
      0: { ...car, 0: 0.5, 1: 0.5, [CAR]: 0.6 },
      1: { ...car, 0: -0.4, 1: 0.5, [MOTORCYCLE]: 0.7 },
      20: { 0: 3, 1: 3, [OBJECTNESS]: 1, [CAR]: 0.5 },
    });
    const found = decodeYolox(output, SIDE_PX, 1, 0.3);
    expect(found.map(({ vehicleClass, score }) => [vehicleClass, score.toFixed(1)])).toEqual([
      ['motorcycle', '0.7'],
      ['car', '0.5'],
    ]);
  });
});
