import { buildApp, prepareFiles, reasonToBuild } from '../../server/build-app';
import { REPOSITORY, runCommand, runTool, say, type CommandOptions } from './command';

/** One question about the code. Resolves with null when the answer is yes, else with what a person must read. */
interface Check {
  readonly name: string;
  run(): Promise<string | null>;
}

/** Shown only when the check fails, then among other text: without colours. */
const KEPT: CommandOptions = { streams: 'keep', environment: { NO_COLOR: '1', FORCE_COLOR: '0' } };

const CHECKS: readonly Check[] = [
  tool('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  script('lint'),
  script('types'),
  script('rules'),
  script('unused'),
  tool('unit tests', 'vitest/vitest.mjs', ['run', '--project=unit']),
  { name: 'build', run: checkBuild },
  script('size'),
];

/** Everything CI asks of a change, cheapest first; goes on after a failure. Resolves with the exit code. */
export async function runChecks(): Promise<number> {
  await prepareFiles(REPOSITORY);
  const failures: string[] = [];
  for (const check of CHECKS) {
    const startMs = performance.now();
    const problem = await check.run();
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    say(
      `${problem === null ? 'ok    ' : 'FAILED'} ${check.name.padEnd(10)} ${seconds.padStart(6)} s`,
    );
    if (problem !== null) failures.push(`\n--- ${check.name}\n${problem.trimEnd()}`);
  }
  for (const failure of failures) say(failure);
  say(
    failures.length === 0
      ? '\nAll checks passed.'
      : `\n${failures.length} of ${CHECKS.length} checks failed.`,
  );
  return failures.length === 0 ? 0 : 1;
}

function tool(name: string, scriptInNodeModules: string, arguments_: readonly string[]): Check {
  return {
    name,
    run: async () => {
      const result = await runTool(scriptInNodeModules, arguments_, KEPT);
      return result.exitCode === 0 ? null : result.output;
    },
  };
}

/** A script of package.json, so that what it does is written down once. */
function script(name: string): Check {
  return {
    name,
    run: async () => {
      const result = await runCommand('npm', ['run', '--silent', name], KEPT);
      return result.exitCode === 0 ? null : result.output;
    },
  };
}

async function checkBuild(): Promise<string | null> {
  if (reasonToBuild(REPOSITORY) === null) return null;
  try {
    await buildApp(REPOSITORY, () => undefined);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
