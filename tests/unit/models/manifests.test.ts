import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import detectNanodet from '../../../models/detect-nanodet/manifest.json';
import { DEFAULT_DETECTOR_ID, DEFAULT_EMBEDDER_ID, modelById, MODELS } from '../../../models/index';
import { readManifest } from '../../../models/read-manifest';
import { sha256Of } from '../../../models/tools/files';
import { projectPaths } from '../../../models/tools/project-paths';
import { runOnnx } from './run-onnx';
import { seededInput } from './seeded-input';

const { models: modelsFolder, publicModels } = projectPaths();

describe.each(MODELS)('model $id', (model) => {
  test('is installed with the bytes its manifest names', async () => {
    const bytes = await readFile(path.join(publicModels, model.file));
    expect({ bytes: bytes.byteLength, sha256: sha256Of(bytes) }).toEqual({
      bytes: model.bytes,
      sha256: model.sha256,
    });
  });

  test('has a card and a folder of its own name', async () => {
    const card = await readFile(path.join(modelsFolder, model.id, 'CARD.md'), 'utf8');
    expect(card).toContain(model.file);
    expect(card).toMatch(/known failures/i);
  });
});

test('every model has an id and a file of its own', () => {
  expect(new Set(MODELS.map((model) => model.id)).size).toBe(MODELS.length);
  expect(new Set(MODELS.map((model) => model.file)).size).toBe(MODELS.length);
});

test('the default models are there and do what they are the default for', () => {
  expect(modelById(DEFAULT_DETECTOR_ID)?.task).toBe('detect');
  expect(modelById(DEFAULT_EMBEDDER_ID)?.task).toBe('embed');
  expect(modelById('a-model-of-another-version')).toBeUndefined();
});

test(
  'the embedder gives unit vectors that tell two pictures apart, one row a crop',
  { timeout: 60_000 },
  async () => {
    const model = modelById(DEFAULT_EMBEDDER_ID);
    if (model?.output.type !== 'embedding' || model.input.sidePx === null) {
      throw new Error('The default embedder has a fixed input size and an embedding output');
    }
    const side = model.input.sidePx;
    const noise = seededInput(1, 3 * side * side).map((value) => 128 + 60 * value);
    const ramp = Float32Array.from(noise, (_, index) => index % 256);
    const crops = Float32Array.from([...noise, ...ramp, ...noise]);
    const bytes = await readFile(path.join(publicModels, model.file));
    const outputs = await runOnnx(bytes, model.input.name, [3, 3, side, side], crops);
    const { shape, values } = outputs[model.output.name] ?? { shape: [], values: crops };
    const { dimension } = model.output;
    expect(shape).toEqual([3, dimension]);
    const row = (index: number) => values.subarray(index * dimension, (index + 1) * dimension);
    const dot = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
    expect(dot(row(1), row(1))).toBeCloseTo(1, 4);
    expect(dot(row(0), row(2))).toBeCloseTo(1, 4);
    expect(dot(row(0), row(1))).toBeLessThan(0.9);
  },
);

describe('readManifest', () => {
  test('gives back a manifest that is right', () => {
    expect(readManifest(detectNanodet)).toEqual(detectNanodet);
  });

  test.each([
    ['a missing field', { ...detectNanodet, title: undefined }, '"title": expected text'],
    [
      'an unknown task',
      { ...detectNanodet, task: 'paint' },
      '"task": expected "detect" or "embed"',
    ],
    [
      'a short hash',
      { ...detectNanodet, sha256: 'abc' },
      '"sha256": expected 64 hexadecimal digits',
    ],
    [
      'a size of nothing',
      { ...detectNanodet, bytes: 0 },
      '"bytes": expected a whole number from 1',
    ],
    [
      'a mean of two numbers',
      { ...detectNanodet, input: { ...detectNanodet.input, mean: [1, 2] } },
      '"mean": expected three numbers, found [1,2]',
    ],
    [
      'an unknown class',
      { ...detectNanodet, output: { ...detectNanodet.output, classes: ['ship'] } },
      '"classes": expected one of car, motorcycle, bus, truck, found "ship"',
    ],
    [
      'an embedder with boxes',
      { ...detectNanodet, task: 'embed' },
      '"output.type": expected an output a model that embeds has',
    ],
  ])('refuses %s and names the field', (_case, json, message) => {
    expect(() => readManifest(json)).toThrow(message);
  });
});
