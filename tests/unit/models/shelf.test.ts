import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LISTINGS } from '../../../models/index';
import type { ModelListing } from '../../../src/contracts/model';
import { sha256Of } from '../../../models/tools/files';
import { addModel } from '../../../models/tools/shelf/add';
import { readModelsArguments } from '../../../models/tools/shelf/arguments';
import { withGolden } from '../../../models/tools/shelf/golden';
import { keepInstalled, readInstalledList } from '../../../models/tools/shelf/installed-list';
import { modelTable } from '../../../models/tools/shelf/list';
import { fillMirror } from '../../../models/tools/shelf/mirror';
import { listModels, type Shelf } from '../../../models/tools/shelf/shelf';
import { verifyModels } from '../../../models/tools/shelf/verify';
import { sharedFolder } from '../../support/shared-folder';
import { startFileServer, type FileServer } from './file-server';

const WEIGHTS = Buffer.from('weights of some model');
const BUILT_IN = Buffer.from('weights that come with the app');

let root = '';
let server: FileServer;
let shelf: Shelf;
const voice = { say: vi.fn<(line: string) => void>(), showProgress: vi.fn() };

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'resight-shelf-'));
  server = await startFileServer(WEIGHTS);
  const folder = (name: string): string => path.join(root, name);
  const paths = {
    models: folder('models'),
    publicModels: folder('public'),
    dist: folder('dist'),
    downloads: folder('downloads'),
  };
  shelf = { listings: [builtIn(), fetched('some-model', server.url)], paths };
  await mkdir(paths.publicModels);
  await writeFile(path.join(paths.publicModels, 'built-in.onnx'), BUILT_IN);
  voice.say.mockReset();
});
afterEach(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

function template(): ModelListing {
  const [listing] = LISTINGS;
  if (!listing) throw new Error('There is at least one model');
  return listing;
}

function builtIn(): ModelListing {
  const facts = { sha256: sha256Of(BUILT_IN), bytes: BUILT_IN.length };
  return { ...template(), ...facts, id: 'built-in', file: 'built-in.onnx', download: null };
}

function fetched(id: string, url: string, sha256: string | null = sha256Of(WEIGHTS)): ModelListing {
  const checksum = sha256 === null ? null : ({ algorithm: 'sha256', hex: sha256 } as const);
  const download = { url, checksum, bytes: WEIGHTS.length };
  return { ...template(), id, title: id, file: `${id}.onnx`, download };
}

const inPublic = (file: string): string => path.join(shelf.paths.publicModels, file);
const add = (mirror: string | null = null, id = 'some-model') => addModel(shelf, id, mirror, voice);
const problems = async () => (await verifyModels(shelf)).map(({ problem }) => problem);

async function mirrorWith(bytes: Uint8Array): Promise<string> {
  const folder = path.join(root, 'mirror');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'some-model.onnx'), bytes);
  return folder;
}

describe('models add', () => {
  test('fetches a model, checks it, and lists it with its length and SHA-256', async () => {
    await add();
    expect((await readFile(inPublic('some-model.onnx'))).equals(WEIGHTS)).toBe(true);
    expect(JSON.parse(await readFile(inPublic('installed.json'), 'utf8'))).toEqual([
      {
        id: 'some-model',
        file: 'some-model.onnx',
        sha256: sha256Of(WEIGHTS),
        bytes: WEIGHTS.length,
      },
    ]);
    expect(await readdir(shelf.paths.downloads)).toEqual([]);
    expect(await problems()).toEqual([null, null]);
  });

  test('takes the file of a mirror, even one that may only be read, and asks no server', async () => {
    const mirror = await mirrorWith(WEIGHTS);
    await chmod(path.join(mirror, 'some-model.onnx'), 0o444);
    await add(mirror);
    expect(server.seen).toEqual([]);
    expect((await readFile(inPublic('some-model.onnx'))).equals(WEIGHTS)).toBe(true);
  });

  test('fetches what the mirror does not have', async () => {
    await mkdir(path.join(root, 'empty'));
    await add(path.join(root, 'empty'));
    expect(server.seen).toHaveLength(1);
  });

  test('refuses a mirror file with another checksum, with what was expected and found', async () => {
    const damaged = Buffer.from('something else');
    await expect(add(await mirrorWith(damaged))).rejects.toThrow(
      `some-model.onnx: expected ${WEIGHTS.length} bytes with SHA-256 ${sha256Of(WEIGHTS)}, found ${damaged.length} bytes with SHA-256 ${sha256Of(damaged)}`,
    );
    expect(await readdir(shelf.paths.publicModels)).toEqual(['built-in.onnx']);
  });

  test('refuses a fetched file with another checksum and does not keep it', async () => {
    server.bytes = Buffer.from('a page that says to log in');
    await expect(add()).rejects.toThrow(`${server.url}: expected`);
    expect(await readdir(shelf.paths.publicModels)).toEqual(['built-in.onnx']);
    expect(await readdir(shelf.paths.downloads)).toEqual([]);
  });

  test('does not fetch again what is there, and does when it was damaged', async () => {
    await add();
    await add();
    expect(server.seen).toHaveLength(1);
    await writeFile(inPublic('some-model.onnx'), 'damaged');
    await add();
    expect(server.seen).toHaveLength(2);
    expect(await problems()).toEqual([null, null]);
  });

  test('keeps the checksum of the first download where none is known', async () => {
    shelf = { ...shelf, listings: [fetched('some-model', server.url, null)] };
    await add();
    expect(await problems()).toEqual([null]);
    await writeFile(inPublic('some-model.onnx'), 'damaged');
    expect(await problems()).toEqual([expect.stringContaining(sha256Of(WEIGHTS))]);
  });

  test('puts it into a built app too, without the rows of what that build lacks', async () => {
    const built = path.join(shelf.paths.dist, 'models');
    await mkdir(built, { recursive: true });
    await writeFile(path.join(shelf.paths.dist, 'index.html'), '');
    await writeFile(path.join(built, 'installed.json.br'), 'old');
    const older = { id: 'older', file: 'older.onnx', sha256: '0'.repeat(64), bytes: 1 };
    await writeFile(inPublic('installed.json'), JSON.stringify([older]));
    await add();
    expect((await readdir(built)).sort()).toEqual(['installed.json', 'some-model.onnx']);
    expect((await readInstalledList(built)).rows.map(({ id }) => id)).toEqual(['some-model']);
    const { rows } = await readInstalledList(shelf.paths.publicModels);
    expect(rows.map(({ id }) => id)).toEqual(['older', 'some-model']);
  });

  test('names the models there are when the id is none of them', async () => {
    await expect(add(null, 'other')).rejects.toThrow('Expected one of some-model, found "other"');
  });

  test('says that a built-in model needs no adding', async () => {
    await add(null, 'built-in');
    expect(voice.say).toHaveBeenCalledWith('built-in comes with the app: there is nothing to add');
  });
});

describe('models verify', () => {
  test('says what is wrong with each file and what to do', async () => {
    await add();
    await rm(inPublic('built-in.onnx'));
    await writeFile(inPublic('some-model.onnx'), 'damaged');
    const [first, second] = await problems();
    expect(first).toBe('expected a file, found none. Do: npx tsx models/tools/prepare.ts');
    expect(second).toContain('found 7 bytes with SHA-256');
    expect(second).toContain('Do: npm run models -- add some-model');
  });

  test('finds a list that cannot be read', async () => {
    await writeFile(inPublic('installed.json'), '[{"id": 1}]');
    expect(await problems()).toEqual([null, expect.stringContaining('found damaged rows')]);
  });

  test('does not take the word of a row that names another file', async () => {
    await writeFile(inPublic('some-model.onnx'), 'another');
    const sha256 = sha256Of(Buffer.from('another'));
    const row = { id: 'some-model', file: 'some-model.onnx', sha256, bytes: 7 };
    await writeFile(inPublic('installed.json'), JSON.stringify([row]));
    expect(await problems()).toEqual([null, expect.stringContaining(sha256Of(WEIGHTS))]);
  });
});

test('models list says of each model where it is', async () => {
  const states = async () => (await listModels(shelf)).map(({ id, state }) => [id, state]);
  expect(await states()).toEqual([
    ['built-in', 'built-in'],
    ['some-model', 'not-installed'],
  ]);
  await add();
  expect((await states())[1]).toEqual(['some-model', 'installed']);
  expect(modelTable(await listModels(shelf))).toMatch(
    /some-model +detect +Apache-2\.0 AND MIT +0\.0 MB +installed/,
  );
  await rm(inPublic('some-model.onnx'));
  expect((await states())[1]).toEqual(['some-model', 'not-installed']);
});

test('models mirror fills a folder that add can use, and says what it could not have', async () => {
  const { listings } = shelf;
  shelf = { ...shelf, listings: [...listings, fetched('gone', 'http://127.0.0.1:1/gone.onnx')] };
  const folder = path.join(root, 'new/mirror');
  expect(await fillMirror(shelf, folder, null, voice)).toBe(1);
  expect(await readdir(folder)).toEqual(['some-model.onnx']);
  expect(voice.say).toHaveBeenCalledWith(expect.stringContaining('gone: not had'));
  await add(folder);
  await fillMirror(shelf, folder, null, voice);
  expect(voice.say).toHaveBeenCalledWith('some-model: is there already');
  expect(server.seen).toHaveLength(1);
});

test('the install step keeps what was added and lets go of what is damaged', async () => {
  await keepInstalled(shelf.paths.publicModels, voice.say);
  expect(await readFile(inPublic('installed.json'), 'utf8')).toBe('[]\n');
  await add();
  expect(await keepInstalled(shelf.paths.publicModels, voice.say)).toBe(false);
  await writeFile(inPublic('some-model.onnx'), 'damaged');
  expect(await keepInstalled(shelf.paths.publicModels, voice.say)).toBe(true);
  expect((await readInstalledList(shelf.paths.publicModels)).rows).toEqual([]);
  expect(voice.say).toHaveBeenCalledWith(
    'some-model.onnx is damaged: add it again with "npm run models -- add some-model"',
  );
});

test('YOLOX-nano is added from the offline mirror', async ({ skip }) => {
  const shared = sharedFolder();
  if (shared === null) return skip('no ../shared');
  shelf = { ...shelf, listings: LISTINGS };
  await add(path.join(shared, 'models'), 'detect-yolox-nano');
  const { rows } = await readInstalledList(shelf.paths.publicModels);
  expect(rows).toMatchObject([{ id: 'detect-yolox-nano', bytes: 3_660_092 }]);
  const wrong = path.join(root, 'wrong');
  await mkdir(wrong);
  await copyFile(path.join(shared, 'models/pvb-2000.onnx'), path.join(wrong, 'yolox_tiny.onnx'));
  await expect(add(wrong, 'detect-yolox-tiny')).rejects.toThrow(
    /expected 20219662 bytes with SHA-256 427c.*found 3684567 bytes with SHA-256/,
  );
});

describe('the command line of models', () => {
  test('is read with the mirror of the environment, which --mirror overrides', () => {
    const environment = { RESIGHT_MODEL_MIRROR: '/from/environment' };
    expect(readModelsArguments(['add', 'a'], environment)).toEqual({
      command: 'add',
      id: 'a',
      mirrorFolder: '/from/environment',
    });
    expect(readModelsArguments(['add', 'a', '--mirror', '/b'], environment)).toMatchObject({
      mirrorFolder: '/b',
    });
    expect(readModelsArguments(['list', '--json'], {})).toEqual({ command: 'list', isJson: true });
    expect(readModelsArguments(['mirror', '/c'], {})).toEqual({
      command: 'mirror',
      folder: '/c',
      mirrorFolder: null,
    });
  });

  test.each([
    [[], 'Expected list, add, verify, mirror or golden, found nothing'],
    [['remove'], 'found remove'],
    [['add'], 'Expected the id of a model'],
    [['mirror'], 'Expected the folder to fill'],
    [['verify', 'all'], 'Expected no more after "verify", found "all"'],
    [['add', 'a', 'b'], 'Expected no more after "add", found "b"'],
    [['verify', '--json'], '--json belongs to "list"'],
    [['list', '--mirror', 'a'], '--mirror belongs to "add" and "mirror"'],
    [['list', '--colour'], "Unknown option '--colour'"],
  ])('refuses %j', (argv, message) => {
    expect(() => readModelsArguments(argv, {})).toThrow(message);
  });
});

test('a golden test is put into a manifest without touching the rest', () => {
  const text = '{\n  "a": 1,\n  "golden": null,\n  "download": null\n}\n';
  const once = withGolden(text, '{\n    "seed": 1\n  }');
  expect(once).toBe(text.replace('null', '{\n    "seed": 1\n  }'));
  expect(withGolden(once, '{ "seed": 2 }')).toBe(text.replace('null', '{ "seed": 2 }'));
  expect(() => withGolden('{}', '{}')).toThrow('Expected a manifest with "golden"');
});
