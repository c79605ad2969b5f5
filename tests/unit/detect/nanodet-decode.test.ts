import { describe, expect, it } from 'vitest';
import type { OutputTensor } from '../../../src/inference/tensor';
import { letterboxFor } from '../../../src/stages/detect/letterbox';
import { decodeDetections } from '../../../src/stages/detect/decode-detections';
import reference from './nanodet-reference.json';

const spec = {
  type: 'nanodet-dfl',
  heads: [8, 16, 32].map((stride) => ({ name: `p${stride}`, stride })),
  classes: ['car', 'motorcycle', 'bus', 'truck'],
  binCount: 11,
} as const;
const CHANNEL_COUNT = 48;
const geometry = letterboxFor({ size: null, strideMultiple: 32, fit: 'centred' }, 640, 360, 320);
const scoreFloor = 0.1;

/** The generator of nanodet-reference.py. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function head(stride: number, fill: (channel: number, cell: number) => number): OutputTensor {
  const columns = geometry.inputWidthPx / stride;
  const rows = geometry.inputHeightPx / stride;
  const cells = columns * rows;
  const data = new Float32Array(CHANNEL_COUNT * cells);
  for (let channel = 0; channel < CHANNEL_COUNT; channel += 1) {
    for (let cell = 0; cell < cells; cell += 1) {
      data[channel * cells + cell] = fill(channel, cell);
    }
  }
  return { data, shape: [1, CHANNEL_COUNT, rows, columns] };
}

function referenceHeads(): Record<string, OutputTensor> {
  const source = numbers(20);
  const fill = (channel: number): number => {
    const value = source.next().value;
    return channel < 4 ? value * 60 - 59 : value * 5 - 2.5;
  };
  return { p8: head(8, fill), p16: head(16, fill), p32: head(32, fill) };
}

/** Nothing anywhere, and logits that put a box edge at exactly two strides when a class is lit. */
function quietHeads(lit: readonly { cell: number; channel: number; logit: number }[]) {
  const fill = (channel: number, cell: number): number => {
    if (channel >= 4) return (channel - 4) % 11 === 2 ? 50 : 0;
    return lit.find((one) => one.cell === cell && one.channel === channel)?.logit ?? -10;
  };
  const quiet = (channel: number): number => (channel < 4 ? -10 : 0);
  return { p8: head(8, fill), p16: head(16, quiet), p32: head(32, quiet) };
}

describe('decoding NanoDet', () => {
  it('finds what another program finds in the same heads', () => {
    const found = decodeDetections(referenceHeads(), spec, geometry, scoreFloor);
    expect(found).toHaveLength(reference.detections.length);
    found.forEach((detection, index) => {
      const expected = reference.detections[index];
      expect(detection.vehicleClass).toBe(expected?.vehicleClass);
      expect(detection.score).toBeCloseTo(expected?.score ?? Number.NaN, 5);
      const { x1, y1, x2, y2 } = detection.box;
      [x1, y1, x2, y2].forEach((edge, side) => {
        expect(Math.abs(edge - (expected?.box[side] ?? Number.NaN))).toBeLessThan(0.01);
      });
    });
  });

  it('puts a box two strides around the middle of its cell', () => {
    // Column 5, row 4: its middle is at (44, 36) in the input.
    const [only, ...others] = decodeDetections(
      quietHeads([{ cell: 4 * 40 + 5, channel: 2, logit: 0 }]),
      spec,
      geometry,
      scoreFloor,
    );
    expect(others).toEqual([]);
    expect(only).toMatchObject({ score: 0.5, vehicleClass: 'bus' });
    expect(only?.box.x1).toBeCloseTo(28 * 2, 3);
    expect(only?.box.x2).toBeCloseTo(60 * 2, 3);
    expect(only?.box.y1).toBeCloseTo((20 - 6) * 2, 3);
    expect(only?.box.y2).toBeCloseTo((52 - 6) * 2, 3);
  });

  it('keeps the surer of two boxes on one vehicle, whatever their classes', () => {
    const found = decodeDetections(
      quietHeads([
        { cell: 165, channel: 2, logit: 1 },
        { cell: 166, channel: 3, logit: 2 },
      ]),
      spec,
      geometry,
      scoreFloor,
    );
    expect(found.map(({ vehicleClass }) => vehicleClass)).toEqual(['truck']);
  });

  it('cuts boxes at the edges of the frame', () => {
    const [corner] = decodeDetections(
      quietHeads([{ cell: 40, channel: 0, logit: 3 }]),
      spec,
      geometry,
      scoreFloor,
    );
    expect(corner?.box.x1).toBe(0);
    expect(corner?.box.y1).toBe(0);
  });

  it('leaves out what scores below the floor', () => {
    const outputs = quietHeads([{ cell: 165, channel: 0, logit: -2 }]);
    expect(decodeDetections(outputs, spec, geometry, 0.1)).toHaveLength(1);
    expect(decodeDetections(outputs, spec, geometry, 0.2)).toEqual([]);
  });

  it('refuses outputs of another shape', () => {
    const { p8, p16 } = quietHeads([]);
    const complain = (outputs: Record<string, OutputTensor>) => () =>
      decodeDetections(outputs, spec, geometry, scoreFloor);
    expect(complain({ p8, p16 })).toThrow(
      'Expected an output p32 of 1x48x6x10 for 320x192 at stride 32 with 4 classes and 11 bins, found none',
    );
    expect(complain({ p8: p16, p16, p32: p16 })).toThrow(
      'Expected an output p8 of 1x48x24x40 for 320x192 at stride 8 with 4 classes and 11 bins, found 1x48x12x20',
    );
  });
});
