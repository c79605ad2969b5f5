import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { PrepareError } from './prepare-error';
import type { ProjectPaths } from './project-paths';

const run = promisify(execFile);

const SOURCE_ENDING = '.as.ts';

/**
 * How AssemblyScript compiles every kernel. No runtime: kernels allocate nothing, their callers lay the
 * memory out. Every browser the app runs in has SIMD.
 */
const COMPILER_OPTIONS = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];

/**
 * Compiles each `src/kernels/<name>.as.ts` to `<name>.wasm` beside it, when a source or this file is newer than
 * what is there. Returns how many were compiled and how many there are.
 *
 * @throws PrepareError with the compiler's own message.
 */
export async function compileKernels(
  paths: ProjectPaths,
): Promise<{ writtenCount: number; kernelCount: number }> {
  const names = (await readdir(paths.kernels).catch(() => [])).toSorted();
  const sources = names.filter((name) => name.endsWith(SOURCE_ENDING));
  const files = sources.map((name) => path.join(paths.kernels, name));
  // kernels may import each other, so one changed source recompiles them all
  const changedAt = Math.max(
    ...(await Promise.all([...files, import.meta.filename].map(changeTime))),
  );
  let writtenCount = 0;
  for (const source of sources) {
    const target = source.replace(SOURCE_ENDING, '.wasm');
    if ((await changeTime(path.join(paths.kernels, target))) >= changedAt) continue;
    await compile(paths.kernels, source, target);
    writtenCount += 1;
  }
  return { writtenCount, kernelCount: sources.length };
}

/** In a process of its own, without tsx: that would translate the compiler first, for 8 s and 1.5 GB instead of 2 s and 0.3 GB. */
async function compile(folder: string, source: string, target: string): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  const options = ['--baseDir', folder, '--outFile', target, '--noColors', ...COMPILER_OPTIONS];
  try {
    await run(process.execPath, [compiler, source, ...options]);
  } catch (error) {
    throw new PrepareError(
      `${source} does not compile: ${error instanceof Error ? error.message : String(error)}`,
      'Mend the kernel, or restore src/kernels from git.',
      { cause: error },
    );
  }
}

/** Milliseconds since 1970; 0 when there is no such file. */
async function changeTime(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.mtimeMs ?? 0;
}
