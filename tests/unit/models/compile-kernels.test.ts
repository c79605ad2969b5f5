import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileKernels } from '../../../models/tools/compile-kernels';
import { projectPaths } from '../../../models/tools/project-paths';

/** Starting the compiler takes seconds on a busy machine. */
const TIMEOUT_MS = 60_000;

let kernels = '';
beforeEach(async () => {
  kernels = await mkdtemp(path.join(os.tmpdir(), 'resight-kernels-'));
});
afterEach(() => rm(kernels, { recursive: true, force: true }));

const compileAll = () => compileKernels({ ...projectPaths(), kernels });

test(
  'compiles a kernel beside its source, and again only when the source is newer',
  { timeout: TIMEOUT_MS },
  async () => {
    const source = path.join(kernels, 'twice.as.ts');
    await writeFile(source, 'export function twice(x: i32): i32 { return 2 * x; }');
    expect(await compileAll()).toEqual({ writtenCount: 1, kernelCount: 1 });
    const { instance } = await WebAssembly.instantiate(
      await readFile(path.join(kernels, 'twice.wasm')),
    );
    const twice = instance.exports['twice'] as (x: number) => number; // as the source above says
    expect(twice(21)).toBe(42);
    expect(await compileAll()).toEqual({ writtenCount: 0, kernelCount: 1 });
    const later = new Date(Date.now() + 60_000);
    await utimes(source, later, later);
    expect(await compileAll()).toEqual({ writtenCount: 1, kernelCount: 1 });
  },
);

test(
  "stops at a kernel that does not compile, with the compiler's words",
  { timeout: TIMEOUT_MS },
  async () => {
    await writeFile(
      path.join(kernels, 'broken.as.ts'),
      'export function f(): i32 { return nope; }',
    );
    await expect(compileAll()).rejects.toThrow(
      /broken\.as\.ts does not compile:[^]*Cannot find name 'nope'/,
    );
  },
);

test('has nothing to do where there are no kernels', async () => {
  expect(await compileAll()).toEqual({ writtenCount: 0, kernelCount: 0 });
});
