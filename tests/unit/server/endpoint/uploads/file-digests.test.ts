import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FileDigests } from '../../../../../server/endpoint/uploads/file-digests';

const MODULE = new URL('../../../../../server/endpoint/uploads/file-digests.ts', import.meta.url)
  .href;
/** In a process of its own. */
const ONE_DIGEST = `
const { FileDigests } = await import(process.argv[1]);
process.stdout.write(await new FileDigests().sha256Of(process.argv[2]));
`;

describe('the digest of a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resight-digests-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([0, 1, 1024 * 1024, 2 * 1024 * 1024 + 17])('is its SHA-256 (%i bytes)', async (size) => {
    const path = join(folder, `file-${size}`);
    const bytes = randomBytes(size);
    await writeFile(path, bytes);
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(await new FileDigests().sha256Of(path)).toBe(expected);
  });

  it('is each its own when many are asked for at once, and one of them is not there', async () => {
    const digests = new FileDigests();
    const paths = Array.from({ length: 8 }, (_, number) => join(folder, `many-${number}`));
    await Promise.all(paths.map((path) => writeFile(path, path)));
    const all = [...paths, join(folder, 'missing')].map((path) => digests.sha256Of(path));
    await expect(all.pop()).rejects.toThrow('ENOENT');
    expect(await Promise.all(all)).toEqual(
      paths.map((path) => createHash('sha256').update(path).digest('hex')),
    );
  });

  it('keeps no process running', async () => {
    const path = join(folder, 'last');
    await writeFile(path, 'last');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', ONE_DIGEST, '--', MODULE, path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill());
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(output).toBe(createHash('sha256').update('last').digest('hex'));
  }, 20_000);
});
