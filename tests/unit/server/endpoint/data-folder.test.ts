import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { closeDataFolder } from '../../../../server/endpoint/data-folder';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resight-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const hasModes = process.platform !== 'win32';

it.skipIf(!hasModes)('closes a data folder that was there before to other users', async () => {
  const folder = makeFolder();
  for (const name of ['database', 'pieces']) mkdirSync(join(folder, name));
  chmodSync(folder, 0o755);
  await closeDataFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it.skipIf(!hasModes)(
  'makes one that is missing, closed, and leaves those above it as they are',
  async () => {
    const above = makeFolder();
    chmodSync(above, 0o755);
    const folder = join(above, 'data');
    await closeDataFolder(folder);
    await closeDataFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(above).mode & 0o777).toBe(0o755);
  },
);

it.skipIf(!hasModes)('leaves a folder alone that others use, and says so', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'letter.txt'), '');
  chmodSync(folder, 0o755);
  await expect(closeDataFolder(folder)).rejects.toThrow('letter.txt');
  expect(statSync(folder).mode & 0o777).toBe(0o755);
});

it('makes all the folders above it that are missing', async () => {
  const folder = join(makeFolder(), 'one', 'two', 'three');
  await closeDataFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});

it('says so where it cannot write', async () => {
  const file = join(makeFolder(), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'data')]) {
    await expect(closeDataFolder(path)).rejects.toThrow(
      `RESIGHT_DATA: expected a folder that the endpoint can make and write to, found ${path}`,
    );
  }
});

it.skipIf(process.platform !== 'linux')('is not held up where no folder can be made', async () => {
  await expect(closeDataFolder('/proc/resight/data')).rejects.toThrow(
    'RESIGHT_DATA: expected a folder',
  );
});
