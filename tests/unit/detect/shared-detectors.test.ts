import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { VEHICLE_CLASSES } from '../../../src/contracts/detection';
import type { ClassMap, DetectorOutputSpec } from '../../../src/contracts/model';
import { goldenInput } from '../../../src/core/golden-input';
import { iou } from '../../../src/core/geometry';
import { decodeDetections } from '../../../src/stages/detect/decode-detections';
import { letterboxFor } from '../../../src/stages/detect/letterbox';
import { decodeYolox } from '../../eval/yolox';
import { sharedFolder } from '../../support/shared-folder';
import { openNodeNetwork } from '../inference/node-network';

vi.setConfig({ testTimeout: 60_000 });

const folder = join(sharedFolder() ?? '', 'models');
const isThere = existsSync(join(folder, 'yolox_nano.onnx'));
if (!isThere) console.info('Skipped: detectors of ../shared/models, which are not there.');

/** COCO's 80 classes: 2 car, 3 motorcycle, 5 bus, 7 truck. */
const coco: ClassMap = Array.from({ length: 80 }, (_, index) => {
  const place = [2, 3, 5, 7].indexOf(index);
  return VEHICLE_CLASSES[place] ?? null;
});

describe.skipIf(!isThere)('detectors of others', () => {
  it('YOLOX: the same boxes as an independent decoder of the same answer', async () => {
    const size = { widthPx: 416, heightPx: 416 };
    const network = await openNodeNetwork(await readFile(join(folder, 'yolox_nano.onnx')));
    const outputs = await network.run({
      location: 'cpu',
      data: goldenInput(3, size),
      shape: [1, 3, 416, 416],
    });
    await network.close();
    const output = outputs['output'];
    if (!output) throw new Error('Expected an output, found none');
    const spec: DetectorOutputSpec = {
      type: 'yolox',
      name: 'output',
      strides: [8, 16, 32],
      classes: coco,
    };
    const geometry = letterboxFor({ size, strideMultiple: 32, fit: 'top-left' }, 416, 416, 416);
    // A made-up picture: nothing is sure, so that a low floor is what finds boxes.
    const floor = 0.0003;
    const found = decodeDetections(outputs, spec, geometry, floor);
    const expected = decodeYolox(output.data, 416, 1, floor);
    expect(found.length).toBeGreaterThan(3);
    const best = found[0];
    const other = expected[0];
    if (!best || !other) throw new Error('Expected boxes, found none');
    expect(best.score).toBeCloseTo(other.score, 6);
    expect(best.vehicleClass).toBe(other.vehicleClass);
    expect(iou(best.box, other.box)).toBeGreaterThan(0.8);
    // Ours are cut off at the frame before they suppress each other, so that single ones may differ near its edges.
    const shared = found.filter(({ score, vehicleClass }) =>
      expected.some((o) => Math.abs(o.score - score) < 1e-6 && o.vehicleClass === vehicleClass),
    );
    expect(shared.length / found.length).toBeGreaterThan(0.9);
  });

  it('Open Model Zoo: boxes of its two outputs, in fractions', async () => {
    const size = { widthPx: 256, heightPx: 256 };
    const network = await openNodeNetwork(await readFile(join(folder, 'pvb-2000.onnx')));
    const outputs = await network.run({
      location: 'cpu',
      data: goldenInput(3, size),
      shape: [1, 3, 256, 256],
    });
    await network.close();
    const spec: DetectorOutputSpec = {
      type: 'boxes-scores',
      boxesName: 'boxes',
      scoresName: 'scores',
      areFractions: true,
      classes: ['car', null, 'motorcycle', null],
    };
    const geometry = letterboxFor({ size, strideMultiple: 32, fit: 'stretched' }, 640, 360, 256);
    const found = decodeDetections(outputs, spec, geometry, 0.02);
    expect(found.length).toBeGreaterThan(0);
    for (const { box } of found) {
      expect(box.x2 - box.x1).toBeGreaterThan(2);
      expect([box.x1, box.y1].every((edge) => edge >= 0)).toBe(true);
      expect(box.x2 <= 640 && box.y2 <= 360).toBe(true);
    }
  });
});
