import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What the built app is made of; a change to any of it asks for a new build. */
const SOURCES: readonly string[] = [
  'src',
  'workers',
  'public',
  'models',
  'vite.config.ts',
  'package.json',
  'tsconfig.json',
  'server/security-headers.ts',
  'server/precompress.ts',
  'server/vite-plugins.ts',
];

/** A build that failed half way leaves one of the two out. The second is written last, so its time counts. */
const FIRST_BUILT_FILE = 'dist/index.html';
const LAST_BUILT_FILE = 'dist/service-worker.js';

/** Why `dist` has to be built anew, in words; null when it is up to date. */
export function reasonToBuild(repository: string): string | null {
  const builtMs = modifiedMs(join(repository, LAST_BUILT_FILE));
  if (builtMs === null || modifiedMs(join(repository, FIRST_BUILT_FILE)) === null)
    return 'it was not built yet';

  const newest = newestFile(SOURCES.map((source) => join(repository, source)));
  if (newest === null || newest.modifiedMs <= builtMs) return null;
  return `${relative(repository, newest.path)} changed since the last build`;
}

/**
 * Runs the install step again: models, runtime files and kernels that are missing or old are put in place.
 * Under a second when all is there. Throws when it fails; it has then said why on stderr.
 */
export async function prepareFiles(repository: string): Promise<void> {
  const arguments_ = ['--import', 'tsx', join(repository, 'models/tools/prepare.ts')];
  const child = spawn(process.execPath, arguments_, {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await exitCode(child);
  if (code !== 0)
    throw new Error('The install step failed, see above. Try again with: npm install');
}

/**
 * Builds `dist` with Vite, saying so through `say`. In a process of its own, where NODE_ENV is what Vite makes
 * it: inherited from a test it would give a development build. Throws with Vite's words when it fails.
 */
export async function buildApp(repository: string, say: (line: string) => void): Promise<void> {
  const startMs = performance.now();
  const vite = join(repository, 'node_modules/vite/bin/vite.js');
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: repository,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const code = await exitCode(child);
  if (code !== 0) throw new Error(output.trim());
  say(`Built in ${((performance.now() - startMs) / 1000).toFixed(1)} s.`);
}

/** When its streams are closed too; null when a signal ended it. */
function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}

interface FoundFile {
  readonly path: string;
  readonly modifiedMs: number;
}

function newestFile(paths: readonly string[]): FoundFile | null {
  let newest: FoundFile | null = null;
  for (const path of paths) {
    for (const file of filesUnder(path)) {
      if (newest === null || file.modifiedMs > newest.modifiedMs) newest = file;
    }
  }
  return newest;
}

function filesUnder(path: string): readonly FoundFile[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [{ path, modifiedMs: stats.mtimeMs }];
  return readdirSync(path).flatMap((name) => filesUnder(join(path, name)));
}

function modifiedMs(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
