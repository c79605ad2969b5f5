import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
