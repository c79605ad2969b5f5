import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PackageFile } from '../../../models/detect-nanodet/source';
import { cachedPath, cacheFolder } from '../../../models/tools/download-cache';
import { sha256Of } from '../../../models/tools/files';
import { packageFiles, type FetchPackageFiles } from '../../../models/tools/package-files';
import { PrepareError } from '../../../models/tools/prepare-error';

const SOURCE = { name: 'some-models', version: '1.2.3', integrity: 'sha512-x', bytes: 1e6 };
const CONTENTS = new Map([
  ['package/a.json', Buffer.from('{}')],
  ['package/a.bin', Buffer.from([1, 2, 3])],
]);
const WANTED: readonly PackageFile[] = Array.from(CONTENTS, ([file, bytes]) => ({
  path: file,
  sha256: sha256Of(bytes),
}));
const WEIGHTS = WANTED[1] ?? { path: '', sha256: '' };

let cache = '';
const report = vi.fn();
const fetchFiles = vi.fn<FetchPackageFiles>();

beforeEach(async () => {
  cache = await mkdtemp(path.join(os.tmpdir(), 'resight-cache-'));
  report.mockReset();
  fetchFiles.mockReset().mockResolvedValue(CONTENTS);
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const get = () => packageFiles(SOURCE, WANTED, { fetchFiles, cache, report });

describe('packageFiles', () => {
  test('fetches once and then answers from the cache without a word', async () => {
    expect(await get()).toEqual([...CONTENTS.values()]);
    expect(report).toHaveBeenCalledWith(expect.stringContaining('some-models@1.2.3 (1 MB'));
    report.mockReset();
    fetchFiles.mockRejectedValue(new Error('no network'));
    expect(await get()).toEqual([...CONTENTS.values()]);
    expect(report).not.toHaveBeenCalled();
    expect(fetchFiles).toHaveBeenCalledTimes(1);
  });

  test('throws a damaged cache file away and fetches it again', async () => {
    await get();
    await writeFile(cachedPath(cache, WEIGHTS), Buffer.from([1, 2, 4]));
    expect(await get()).toEqual([...CONTENTS.values()]);
    expect(fetchFiles).toHaveBeenCalledTimes(2);
  });

  test('never answers with a damaged cache file, also when nothing can be fetched', async () => {
    await get();
    await writeFile(cachedPath(cache, WEIGHTS), Buffer.from([1, 2, 4]));
    fetchFiles.mockRejectedValue(new Error('no network'));
    await expect(get()).rejects.toThrow(PrepareError);
    expect(await readdir(cache)).toHaveLength(1);
  });

  test('says what to do when there is neither cache nor network', async () => {
    fetchFiles.mockRejectedValue(new Error('getaddrinfo ENOTFOUND registry'));
    const error = await get().catch((reason: unknown) => reason);
    if (!(error instanceof PrepareError)) throw new Error('Expected a PrepareError');
    expect(error.message).toBe(
      'Could not download some-models@1.2.3: getaddrinfo ENOTFOUND registry',
    );
    expect(error.advice).toContain(cache);
  });

  test('refuses a package with other contents, naming the file and both hashes', async () => {
    fetchFiles.mockResolvedValue(new Map([...CONTENTS, ['package/a.bin', Buffer.from('other')]]));
    await expect(get()).rejects.toThrow(
      `package/a.bin in some-models@1.2.3: expected SHA-256 ${WEIGHTS.sha256}, found ${sha256Of(Buffer.from('other'))}`,
    );
  });

  test('refuses a package without the file', async () => {
    fetchFiles.mockResolvedValue(new Map([['package/a.json', Buffer.from('{}')]]));
    await expect(get()).rejects.toThrow('found no such file');
  });

  test('works without a cache folder it may write, and says so', async () => {
    await rm(cache, { recursive: true });
    await writeFile(cache, 'a file where the folder should be');
    expect(await get()).toEqual([...CONTENTS.values()]);
    expect(report).toHaveBeenCalledWith(expect.stringContaining('could not keep package/a.bin'));
  });
});

describe('cacheFolder', () => {
  const home = path.resolve('/home/someone');
  test.each([
    [
      'where RESIGHT_CACHE points',
      'linux',
      { RESIGHT_CACHE: path.resolve('/c') },
      path.resolve('/c'),
    ],
    ['under XDG_CACHE_HOME', 'linux', { XDG_CACHE_HOME: '/x' }, path.join('/x', 'resight')],
    ['under ~/.cache', 'linux', {}, path.join(home, '.cache', 'resight')],
    ['under Library/Caches', 'darwin', {}, path.join(home, 'Library', 'Caches', 'resight')],
    ['under LOCALAPPDATA', 'win32', { LOCALAPPDATA: '/l' }, path.join('/l', 'resight')],
  ] as const)('is %s on %s', (_where, platform, env, folder) => {
    expect(cacheFolder({ env, platform, home })).toBe(folder);
  });
});
