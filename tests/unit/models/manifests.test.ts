import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import detectNanodet from '../../../models/detect-nanodet/manifest.json';
import detectYoloxNano from '../../../models/detect-yolox-nano/manifest.json';
import {
  BUILT_IN_MODELS,
  DEFAULT_DETECTOR_ID,
  DEFAULT_EMBEDDER_ID,
  installedManifest,
  LISTINGS,
  modelById,
} from '../../../models/index';
import { readInstalled, readListing, readManifest } from '../../../models/read-manifest';
import { sha256Of } from '../../../models/tools/files';
import { projectPaths } from '../../../models/tools/project-paths';
import { runOnnx } from './run-onnx';
import { seededInput } from './seeded-input';

const { models: modelsFolder, publicModels } = projectPaths();

describe.each(BUILT_IN_MODELS)('built-in model $id', (model) => {
  test('is installed with the bytes its manifest names', async () => {
    const bytes = await readFile(path.join(publicModels, model.file));
    expect({ bytes: bytes.byteLength, sha256: sha256Of(bytes) }).toEqual({
      bytes: model.bytes,
      sha256: model.sha256,
    });
  });
});

describe.each(LISTINGS)('listed model $id', (listing) => {
  test('has a card in a folder of its own name, which says its licence and its failures', async () => {
    const card = await readFile(path.join(modelsFolder, listing.id, 'CARD.md'), 'utf8');
    expect(card).toContain(listing.file);
    expect(card).toMatch(/## Known failures/);
    for (const licence of listing.licence.split(' AND ')) expect(card).toContain(licence);
  });

  test('is named in the notice that travels with the app', async () => {
    expect(await readFile(path.join(modelsFolder, 'NOTICE.md'), 'utf8')).toContain(listing.file);
  });

  test('comes with the checksum its card says, where it is fetched', async () => {
    if (listing.download === null) return;
    const card = await readFile(path.join(modelsFolder, listing.id, 'CARD.md'), 'utf8');
    expect(card).toContain(listing.download.checksum?.hex);
  });
});

test('every model has an id and a file of its own', () => {
  expect(new Set(LISTINGS.map(({ id }) => id)).size).toBe(LISTINGS.length);
  expect(new Set(LISTINGS.map(({ file }) => file)).size).toBe(LISTINGS.length);
});

test('every detector listed can tell persons, for blurring, and takes none of them for a vehicle', () => {
  for (const { output } of LISTINGS) {
    if (output.type === 'embedding') continue;
    expect(output.personIndex).toBeDefined();
    expect(output.classes[output.personIndex ?? -1]).toBeNull();
  }
});

test('a YOLOX listing names all 80 classes of COCO, the vehicles at their numbers', () => {
  for (const { output } of LISTINGS) {
    if (output.type !== 'yolox') continue;
    expect(output.classes.length).toBe(80);
    expect(Object.entries(output.classes).filter(([, name]) => name !== null)).toEqual([
      ['2', 'car'],
      ['3', 'motorcycle'],
      ['5', 'bus'],
      ['7', 'truck'],
    ]);
  }
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
    if (model?.output.type !== 'embedding' || model.input.size === null) {
      throw new Error('The default embedder has a fixed input size and an embedding output');
    }
    const side = model.input.size.widthPx;
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

describe('readListing', () => {
  test('gives back every field of a manifest that is right', () => {
    expect(readListing(detectNanodet)).toEqual(detectNanodet);
    expect(readListing(detectYoloxNano)).toEqual(detectYoloxNano);
  });

  test('takes a manifest without a download for one that comes with the app', () => {
    const { download: _download, ...manifest } = detectNanodet;
    expect(readListing(manifest)).toEqual(detectNanodet);
  });

  test.each([
    ['yolox', { type: 'yolox', name: 'o', strides: [8, 16], classes: ['car'] }],
    [
      'yolo',
      { type: 'yolo', name: 'o', order: 'columns', hasObjectness: false, classes: [null, 'bus'] },
    ],
    [
      'boxes-scores',
      {
        type: 'boxes-scores',
        boxesName: 'b',
        scoresName: 's',
        areFractions: true,
        classes: ['car', null],
      },
    ],
  ])('reads a %s output whole', (_type, output) => {
    expect(readListing({ ...detectNanodet, output }).output).toEqual(output);
  });

  test('reads a golden test whole', () => {
    const golden = {
      seed: 4294967295,
      size: { widthPx: 64, heightPx: 32 },
      outputs: [{ name: 'p8', length: 4, values: [0.5, -1] }],
      tolerance: 0.01,
    };
    expect(readListing({ ...detectNanodet, golden }).golden).toEqual(golden);
  });

  test.each([
    ['no object', null, '"manifest": expected an object, found null'],
    [
      'a missing field',
      { ...detectNanodet, title: undefined },
      '"title": expected a value, found nothing',
    ],
    ['an empty text', { ...detectNanodet, title: '' }, '"title": expected text, found ""'],
    [
      'an unknown task',
      { ...detectNanodet, task: 'paint' },
      '"task": expected detect or embed, found "paint"',
    ],
    [
      'a short hash',
      { ...detectNanodet, sha256: 'abc' },
      '"sha256": expected 64 hexadecimal digits, found "abc"',
    ],
    [
      'a size of nothing',
      { ...detectNanodet, bytes: 0 },
      '"bytes": expected a whole number from 1, found 0',
    ],
    [
      'a file in another folder',
      { ...detectNanodet, file: '../secret.onnx' },
      '"file": expected a file name without a folder, found "../secret.onnx"',
    ],
    [
      'a mean of two numbers',
      { ...detectNanodet, input: { ...detectNanodet.input, mean: [1, 2] } },
      '"input.mean.2": expected a value, found nothing',
    ],
    [
      'a mean of four numbers',
      { ...detectNanodet, input: { ...detectNanodet.input, mean: [1, 2, 3, 4] } },
      '"input.mean.3": expected three numbers, found 4',
    ],
    [
      'a division by zero',
      { ...detectNanodet, input: { ...detectNanodet.input, std: [1, 0, 1] } },
      '"input.std.1": expected a number above 0, found 0',
    ],
    [
      'an unknown class',
      { ...detectNanodet, output: { ...detectNanodet.output, classes: ['ship'] } },
      '"output.classes.0": expected one of car, motorcycle, bus, truck or null, found "ship"',
    ],
    [
      'a detector of no vehicles',
      { ...detectNanodet, output: { ...detectNanodet.output, classes: [null] } },
      '"output.classes": expected a list with at least one vehicle class, found [null]',
    ],
    [
      'an unknown output',
      { ...detectNanodet, output: { type: 'masks' } },
      '"output.type": expected an object of type nanodet-dfl, yolox, yolo, boxes-scores or embedding, found "masks"',
    ],
    [
      'an embedder with boxes',
      { ...detectNanodet, task: 'embed' },
      '"output.type": expected an output a model that embeds has, found "nanodet-dfl"',
    ],
    [
      'a download that anyone on the way could change',
      { ...detectYoloxNano, download: { ...detectYoloxNano.download, url: 'http://a.example/b' } },
      '"download.url": expected an address that begins with https://, found "http://a.example/b"',
    ],
    [
      'a checksum of the wrong length',
      {
        ...detectYoloxNano,
        download: {
          ...detectYoloxNano.download,
          checksum: { algorithm: 'sha384', hex: detectYoloxNano.download.checksum.hex },
        },
      },
      '"download.checksum.hex": expected 96 hexadecimal digits',
    ],
  ])('refuses %s and names the field', (_case, json, message) => {
    expect(() => readListing(json)).toThrow(message);
    expect(() => readListing(json)).toThrow(TypeError);
  });
});

test('readManifest refuses a model that has to be fetched first', () => {
  expect(readManifest(detectNanodet).sha256).toBe(detectNanodet.sha256);
  expect(() => readManifest(detectYoloxNano)).toThrow('"download": expected null for a model');
});

describe('readInstalled', () => {
  const row = { id: 'a', file: 'a.onnx', sha256: '0'.repeat(64), bytes: 5 };

  test('leaves out damaged rows and the second of two for one model', () => {
    const damaged = [
      null,
      'a',
      {},
      { ...row, id: 'b', sha256: 'short' },
      { ...row, id: 'c', bytes: 0 },
      { ...row, id: 'd', file: '../d.onnx' },
      { ...row, bytes: 6 },
    ];
    expect(readInstalled([row, ...damaged])).toEqual([row]);
  });

  test.each([null, {}, 'text', 7])('takes %j for an empty list', (json) => {
    expect(readInstalled(json)).toEqual([]);
  });

  test('gives a listed model the length and SHA-256 of the file that was added', () => {
    const manifest = installedManifest(readListing(detectYoloxNano), row);
    const { download: _download, ...listing } = detectYoloxNano;
    expect(manifest).toEqual({ ...listing, file: 'a.onnx', sha256: row.sha256, bytes: 5 });
  });
});
