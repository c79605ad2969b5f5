import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildApp, prepareFiles, reasonToBuild } from '../../server/build-app';
import { REPOSITORY, runTool, say } from './command';
import { provideChromium } from './provide-chromium';
import { addTotals, NO_TESTS, readTotals, totalsLine, type TestTotals } from './test-totals';

/**
 * Vitest projects, quickest first; one after the other, so that none is slowed down by the next. Unit tests take all cores
 * (vitest leaves one for a developer's editor).
 */
const PROJECTS = ['unit', 'browser', 'browser-webgpu', 'e2e'] as const;
type Project = (typeof PROJECTS)[number];

/** A project that hangs is ended here: the whole run is meant to stay under 20 minutes. */
const PROJECT_TIMEOUT_MS = 12 * 60_000;

const REPORTS = join(REPOSITORY, 'tests/.out');

/**
 * All tests: prepares, builds, runs every project, and ends with the line of totals.
 * `vitestArguments` go to vitest as they are (file name parts, `-t name`, `--project unit`).
 * Resolves with the exit code.
 */
export async function runTests(vitestArguments: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const projects = wantedProjects(vitestArguments);
  const chromePath = await provideChromium();
  say(`Testing with ${chromePath}`);
  await prepareFiles(REPOSITORY);
  const reason = reasonToBuild(REPOSITORY);
  if (projects.includes('e2e') && reason !== null) {
    say(`Building the app (${reason}) ...`);
    await buildApp(REPOSITORY, say);
  }
  let totals = NO_TESTS;
  for (const project of projects) {
    totals = addTotals(totals, await runProject(project, vitestArguments, chromePath));
  }
  if (totals.passed + totals.failed === 0) {
    say('No test matched.');
    totals = { ...totals, failed: 1 };
  }
  say(`\nTook ${((performance.now() - startMs) / 60_000).toFixed(1)} minutes.`);
  say(totalsLine(totals));
  return totals.failed === 0 ? 0 : 1;
}

function wantedProjects(vitestArguments: readonly string[]): readonly Project[] {
  const named = PROJECTS.filter((project) =>
    vitestArguments.some((argument, index) =>
      argument === '--project'
        ? vitestArguments[index + 1] === project
        : argument === `--project=${project}`,
    ),
  );
  return named.length === 0 ? PROJECTS : named;
}

async function runProject(
  project: Project,
  vitestArguments: readonly string[],
  chromePath: string,
): Promise<TestTotals> {
  const startMs = performance.now();
  const reportPath = join(REPORTS, `${project}.json`);
  mkdirSync(REPORTS, { recursive: true });
  rmSync(reportPath, { force: true });
  say(`\n--- ${project}`);
  const { exitCode } = await runTool(
    'vitest/vitest.mjs',
    [
      'run',
      ...withoutProjects(vitestArguments),
      `--project=${project}`,
      '--passWithNoTests',
      ...(project === 'unit' ? [`--maxWorkers=${availableParallelism()}`] : []),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportPath}`,
    ],
    {
      streams: 'show',
      environment: { CHROME_PATH: chromePath },
      timeoutMs: PROJECT_TIMEOUT_MS,
    },
  );
  if (exitCode === 124) say(`${project} was ended after ${PROJECT_TIMEOUT_MS / 60_000} minutes.`);
  const report: unknown = existsSync(reportPath)
    ? JSON.parse(readFileSync(reportPath, 'utf8'))
    : null;
  const totals = readTotals(report, exitCode);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  say(`--- ${project}: ${totalsLine(totals)} in ${seconds} s`);
  return totals;
}

function withoutProjects(vitestArguments: readonly string[]): readonly string[] {
  return vitestArguments.filter(
    (argument, index) =>
      !argument.startsWith('--project') && vitestArguments[index - 1] !== '--project',
  );
}
