import { existsSync } from 'node:fs';
import { LISTINGS } from '../../index';
import { PrepareError } from '../prepare-error';
import { projectPaths } from '../project-paths';
import { addModel } from './add';
import { readModelsArguments, USAGE, UsageError, type ModelsArguments } from './arguments';
import { modelTable } from './list';
import { fillMirror } from './mirror';
import { listModels, type Shelf, type Voice } from './shelf';
import { verifyModels } from './verify';

/*
 * npm run models: the shelf of models from the command line. Exit codes: 0 all right, 1 not, 2 a mistake in the command line.
 */

const shelf: Shelf = { listings: LISTINGS, paths: projectPaths() };

try {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) print(USAGE);
  else process.exitCode = await run(readModelsArguments(argv, process.env));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  process.stderr.write(`${describe(error)}\n`);
}

async function run(wanted: ModelsArguments): Promise<number> {
  switch (wanted.command) {
    case 'list': {
      const models = await listModels(shelf);
      print(wanted.isJson ? JSON.stringify({ models }, null, 2) : modelTable(models));
      return 0;
    }
    case 'add':
      checkMirror(wanted.mirrorFolder);
      await addModel(shelf, wanted.id, wanted.mirrorFolder, terminal());
      return 0;
    case 'verify':
      return verify();
    case 'mirror': {
      checkMirror(wanted.mirrorFolder);
      const missing = await fillMirror(shelf, wanted.folder, wanted.mirrorFolder, terminal());
      return missing === 0 ? 0 : 1;
    }
    case 'golden': {
      const { writeGolden } = await import('./golden'); // loads the inference runtime: only here
      await writeGolden(shelf, wanted.id, terminal());
      return 0;
    }
  }
}

async function verify(): Promise<number> {
  const verdicts = await verifyModels(shelf);
  for (const { id, file, problem } of verdicts) {
    print(problem === null ? `right  ${id} (${file})` : `WRONG  ${id} (${file}): ${problem}`);
  }
  return verdicts.every(({ problem }) => problem === null) ? 0 : 1;
}

/** A mirror that is not there would silently mean the network. */
function checkMirror(folder: string | null): void {
  if (folder === null || existsSync(folder)) return;
  throw new PrepareError(
    `Expected a folder of model files, found nothing at ${folder}`,
    'Correct --mirror or RESIGHT_MODEL_MIRROR.',
  );
}

/** Lines go to stdout; progress to a terminal only, on a line of its own that is wiped. */
function terminal(): Voice {
  const { stderr } = process;
  return {
    say: (line) => {
      if (stderr.isTTY) stderr.write('\r\x1b[K');
      print(`resight: ${line}`);
    },
    showProgress: (text) => {
      if (stderr.isTTY) stderr.write(`\r\x1b[K${text ?? ''}`);
    },
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function describe(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  if (error instanceof PrepareError) return `resight: ${error.message}\n\n${error.advice}`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `resight: the command failed\n${stack}`;
}
