import { describe, expect, it } from 'vitest';
import type { DetectorOutputSpec } from '../../../src/contracts/model';
import { decodeDetections, decodePersons } from '../../../src/stages/detect/decode-detections';
import { letterboxFor } from '../../../src/stages/detect/letterbox';
import { suppress } from '../../../src/stages/detect/suppress';

const size = { widthPx: 64, heightPx: 64 };
/** A frame of 128x96 in an input of 64x64: half its size in the top left corner. */
const corner = letterboxFor({ size, strideMultiple: 32, fit: 'top-left' }, 128, 96, 64);
const stretched = letterboxFor({ size, strideMultiple: 32, fit: 'stretched' }, 128, 96, 64);
/** A person first, as in COCO: nobody follows that. */
const classes = [null, 'car', 'truck'] as const;

function rounded({ x1, y1, x2, y2 }: { x1: number; y1: number; x2: number; y2: number }) {
  return [x1, y1, x2, y2].map((value) => Math.round(value * 1000) / 1000);
}

describe('decoding YOLOX', () => {
  const spec: DetectorOutputSpec = { type: 'yolox', name: 'out', strides: [16, 32], classes };
  const ROWS = 16 + 4;

  function output(rows: Readonly<Record<number, readonly number[]>>) {
    const data = new Float32Array(ROWS * 8);
    for (const [row, values] of Object.entries(rows)) data.set(values, Number(row) * 8);
    return { out: { data, shape: [1, ROWS, 8] } };
  }

  it('puts centre and size of a box in strides of its cell', () => {
    // Cell 6 of stride 16: column 2, row 1. Its centre is at (40, 24), the box is 32 wide and 16 high.
    const lit = output({ 6: [0.5, 0.5, Math.log(2), 0, 0.8, 0.9, 0.5, 0.1] });
    const [only, ...others] = decodeDetections(lit, spec, corner, 0.1);
    expect(others).toEqual([]);
    expect(only?.vehicleClass).toBe('car');
    expect(only?.score).toBeCloseTo(0.4, 5);
    expect(only && rounded(only.box)).toEqual([48, 32, 112, 64]);
  });

  it('goes on with the next stride after the last cell of the one before', () => {
    // Row 19: the last cell of stride 32, column 1, row 1.
    const lit = output({ 19: [0, 0, 0, -1, 1, 0, 0, 0.7] });
    const [only] = decodeDetections(lit, spec, corner, 0.1);
    expect(only?.vehicleClass).toBe('truck');
    expect(only?.box.x1).toBeCloseTo(32, 4);
    expect(only?.box.x2).toBeCloseTo(96, 4);
  });

  it('multiplies objectness and class score before it looks at the floor', () => {
    const lit = output({ 6: [0.5, 0.5, 0, 0, 0.3, 0, 0.3, 0] });
    expect(decodeDetections(lit, spec, corner, 0.1)).toEqual([]);
  });

  it('tells persons apart from vehicles, and tells of none where the network names no class for them', () => {
    const lit = output({
      6: [0.5, 0.5, Math.log(2), 0, 0.8, 0.9, 0, 0],
      11: [0.5, 0.5, 0, 0, 0.8, 0, 0.9, 0],
    });
    const persons = decodePersons(lit, { ...spec, personIndex: 0 }, corner);
    expect(persons.map(rounded)).toEqual([[48, 32, 112, 64]]);
    expect(decodePersons(lit, spec, corner)).toEqual([]);
    expect(decodeDetections(lit, spec, corner, 0.1)).toHaveLength(1);
  });

  it('names what it expected and what it found', () => {
    const columns = { out: { data: new Float32Array(84), shape: [1, 84, 1] } };
    expect(() => decodeDetections(columns, spec, corner, 0.1)).toThrow(
      'Expected an output out of 1x20x8 for 64x64 with strides 16, 32 and 3 classes, found 1x84x1',
    );
    expect(() => decodeDetections({}, spec, corner, 0.1)).toThrow('found none');
  });
});

describe('decoding YOLO', () => {
  const boxes = [
    [20, 20, 16, 8, 0.1, 0.9, 0.2],
    [50, 40, 10, 10, 0.9, 0.05, 0.3],
  ];

  it('reads boxes in columns without objectness', () => {
    const spec: DetectorOutputSpec = {
      type: 'yolo',
      name: 'out',
      order: 'columns',
      hasObjectness: false,
      classes,
    };
    const data = Float32Array.from(
      { length: 14 },
      (_, i) => boxes[i % 2]?.[Math.floor(i / 2)] ?? 0,
    );
    const found = decodeDetections({ out: { data, shape: [1, 7, 2] } }, spec, corner, 0.25);
    expect(found.map(({ vehicleClass }) => vehicleClass)).toEqual(['car', 'truck']);
    expect(found.map(({ box }) => rounded(box))).toEqual([
      [24, 32, 56, 48],
      [90, 70, 110, 90],
    ]);
    expect(found[0]?.score).toBeCloseTo(0.9, 5);
    expect(() => decodeDetections({ out: { data, shape: [1, 2, 7] } }, spec, corner, 0.25)).toThrow(
      'Expected an output out of 1x7xN for a box a column, without objectness, 3 classes, found 1x2x7',
    );
  });

  it('reads boxes in rows with objectness, which lowers their scores', () => {
    const spec: DetectorOutputSpec = {
      type: 'yolo',
      name: 'out',
      order: 'rows',
      hasObjectness: true,
      classes,
    };
    const rows = boxes.map((values) => [...values.slice(0, 4), 0.5, ...values.slice(4)]);
    const outputs = { out: { data: Float32Array.from(rows.flat()), shape: [1, 2, 8] } };
    const found = decodeDetections(outputs, spec, corner, 0.25);
    expect(found).toHaveLength(1);
    expect(found[0]?.score).toBeCloseTo(0.45, 5);
  });
});

describe('decoding boxes and scores', () => {
  const spec: DetectorOutputSpec = {
    type: 'boxes-scores',
    boxesName: 'boxes',
    scoresName: 'scores',
    areFractions: true,
    classes: ['car', null],
  };
  const outputs = {
    boxes: { data: Float32Array.of(0.25, 0.25, 0.5, 0.75, 0, 0, 1, 1), shape: [1, 2, 4] },
    scores: { data: Float32Array.of(0.3, 0.7, 0.05, 0.95), shape: [1, 2, 2] },
  };

  it('takes fractions of a stretched input to the frame, each side by its own scale', () => {
    const found = decodeDetections(outputs, spec, stretched, 0.1);
    expect(found).toHaveLength(1);
    expect(found[0]?.vehicleClass).toBe('car');
    expect(found[0]?.score).toBeCloseTo(0.3, 5);
    expect(found[0] && rounded(found[0].box)).toEqual([32, 24, 64, 72]);
  });

  it('takes corners in pixels as they are', () => {
    const data = outputs.boxes.data.map((value) => value * 64);
    const pixels = { ...outputs, boxes: { data, shape: [1, 2, 4] } };
    const found = decodeDetections(pixels, { ...spec, areFractions: false }, stretched, 0.1);
    expect(found).toEqual(decodeDetections(outputs, spec, stretched, 0.1));
  });

  it('leaves out a box that lies in the bars', () => {
    const data = Float32Array.of(0.1, 0.8, 0.4, 0.95, 0, 0, 1, 1);
    const below = { ...outputs, boxes: { data, shape: [1, 2, 4] } };
    expect(decodeDetections(below, spec, corner, 0.1)).toEqual([]);
    expect(decodeDetections(below, spec, stretched, 0.1)).toHaveLength(1);
  });

  it('wants as many scores as boxes', () => {
    const scores = { data: new Float32Array(6), shape: [1, 3, 2] };
    expect(() => decodeDetections({ ...outputs, scores }, spec, corner, 0.1)).toThrow(
      'Expected an output scores of 1x2x2 for 2 boxes and 2 classes, found 1x3x2',
    );
  });
});

describe('suppression', () => {
  const box = { x1: 0, y1: 0, x2: 10, y2: 10 };

  it('keeps the best of boxes that overlap, and boxes that overlap as much as allowed', () => {
    const weak = { box, score: 0.4, vehicleClass: 'car' } as const;
    const strong = { box, score: 0.6, vehicleClass: 'bus' } as const;
    // Half of each is shared: a third of both together.
    const beside = { ...weak, box: { ...box, x1: 5, x2: 15 } };
    expect(suppress([weak, beside, strong], 1 / 3)).toEqual([strong, beside]);
    expect(suppress([weak, beside, strong], 0.3)).toEqual([strong]);
  });
});
