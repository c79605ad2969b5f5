/**
 * The install step: everything the app fetches at run time and git does not hold. `npm install` runs it;
 * `npx tsx models/tools/prepare.ts` runs it alone. What is already right is left alone.
 */
import { BUILT_IN_MODELS } from '../index';
import { compileKernels } from './compile-kernels';
import { copyRuntime } from './copy-runtime';
import type { FetchPackageFiles } from './package-files';
import { PrepareError } from './prepare-error';
import { prepareModels } from './prepare-models';
import { projectPaths } from './project-paths';
import { keepInstalled } from './shelf/installed-list';

try {
  await prepare();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof PrepareError) {
    process.stderr.write(`resight: ${error.message}\n\n${error.advice}\n`);
  } else {
    process.stderr.write(`resight: the install step failed\n${describe(error)}\n`);
  }
}

async function prepare(): Promise<void> {
  const startedAt = performance.now();
  const paths = projectPaths();
  const modelsWritten = await prepareModels(
    BUILT_IN_MODELS,
    paths,
    fetchLazily(paths.root),
    report,
  );
  const listWritten = (await keepInstalled(paths.publicModels, report)) ? 1 : 0;
  const runtimeWritten = await copyRuntime(paths);
  const kernels = await compileKernels(paths);
  const writtenCount = modelsWritten + listWritten + runtimeWritten + kernels.writtenCount;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  report(
    `ready: ${BUILT_IN_MODELS.length} models, ONNX Runtime, ${kernels.kernelCount} compiled ${kernels.kernelCount === 1 ? 'kernel' : 'kernels'}` +
      ` (${writtenCount === 0 ? 'all up to date' : `${writtenCount} files written`}, ${seconds} s)`,
  );
}

/** npm's downloader takes a third of a second to load: only when something must be fetched. */
function fetchLazily(root: string): FetchPackageFiles {
  return async (source, files) => {
    const { fetchWithNpm } = await import('./fetch-with-npm');
    return fetchWithNpm(root)(source, files);
  };
}

function report(line: string): void {
  process.stdout.write(`resight: ${line}\n`);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
