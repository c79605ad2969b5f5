import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readReid } from '../../eval/reid/reid-arguments';
import { readReidFolder } from '../../eval/reid/reid-files';

describe('the layouts of re-identification data', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'resight-reid-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function put(...path: readonly string[]): void {
    const parts = [folder, ...path.slice(0, -1)];
    mkdirSync(join(...parts), { recursive: true });
    writeFileSync(join(folder, ...path), '');
  }

  it('of vn-2cam: the split names pictures that are queries and gallery at once', () => {
    writeFileSync(join(folder, 'val.txt'), 'car_0001_cam1.jpg\ntruck_0001_cam2.jpg\n');
    const { queries, gallery } = readReidFolder(folder, 'val.txt');
    expect(gallery).toBe(queries);
    expect(queries).toEqual([
      {
        path: join(folder, 'images/car_0001_cam1.jpg'),
        vehicle: 'car_0001',
        camera: 'cam1',
        vehicleClass: 'car',
      },
      // Another vehicle than the car with the same number.
      {
        path: join(folder, 'images/truck_0001_cam2.jpg'),
        vehicle: 'truck_0001',
        camera: 'cam2',
        vehicleClass: 'truck',
      },
    ]);
  });

  it('of VeRi-776: queries are looked for in the test pictures', () => {
    put('image_query', '0002_c002_00030600_0.jpg');
    put('image_test', '0002_c003_00035000_1.jpg');
    put('image_test', '0005_c003_00035000_0.jpg');
    put('image_test', 'Thumbs.db');
    const { queries, gallery } = readReidFolder(folder, 'val.txt');
    expect(queries).toEqual([
      {
        path: join(folder, 'image_query/0002_c002_00030600_0.jpg'),
        vehicle: '0002',
        camera: 'c002',
        vehicleClass: null,
      },
    ]);
    expect(gallery.map(({ vehicle, camera }) => `${vehicle} ${camera}`)).toEqual([
      '0002 c003',
      '0005 c003',
    ]);
  });

  it('name what was expected when it is neither, or a name says nothing', () => {
    expect(() => readReidFolder(folder, 'val.txt')).toThrow(/vn-2cam.*VeRi-776.*neither/);
    writeFileSync(join(folder, 'val.txt'), 'my-car.jpg\n');
    expect(() => readReidFolder(folder, 'val.txt')).toThrow(
      /car_0001_cam1\.jpg, found "my-car\.jpg"/,
    );
    put('image_query', 'my-car.jpg');
    expect(() => readReidFolder(folder, 'val.txt')).toThrow(/0002_c002_00030600_0\.jpg, found/);
  });

  it('are asked for on the command line, the built-in embedder on val when nothing is said', () => {
    expect(readReid(['--json'])).toMatchObject({
      isJson: true,
      dataFolder: null,
      split: 'val.txt',
    });
    expect(readReid(['--model', 'a.onnx', '--data', 'd', '--split', 'train.txt'])).toEqual({
      isJson: false,
      dataFolder: 'd',
      split: 'train.txt',
      model: 'a.onnx',
    });
    expect(() => readReid(['--models', 'a'])).toThrow(/--models/);
  });
});
