import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reasonToBuild } from '../../../server/build-app';

let repository = '';

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'resight-build-'));
  write('src/ui/App.svelte', 1000);
  write('vite.config.ts', 1000);
});

afterEach(() => {
  rmSync(repository, { recursive: true, force: true });
});

function write(path: string, modifiedS: number): void {
  const file = join(repository, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  utimesSync(file, modifiedS, modifiedS);
}

describe('the reason to build', () => {
  it('is there before the first build', () => {
    expect(reasonToBuild(repository)).toBe('it was not built yet');
  });

  it('is gone after a build', () => {
    write('dist/index.html', 1500);
    write('dist/service-worker.js', 2000);
    expect(reasonToBuild(repository)).toBeNull();
  });

  it('names the file that changed since', () => {
    write('dist/index.html', 1500);
    write('dist/service-worker.js', 2000);
    write('src/ui/live/Hud.svelte', 2500);
    expect(reasonToBuild(repository)).toBe(
      `${join('src', 'ui', 'live', 'Hud.svelte')} changed since the last build`,
    );
  });

  it.each(['dist/index.html', 'dist/service-worker.js'])(
    'is there when a failed build left only %s',
    (file) => {
      write(file, 2000);
      expect(reasonToBuild(repository)).toBe('it was not built yet');
    },
  );

  it('is not a change of tests or of the documentation', () => {
    write('dist/index.html', 1500);
    write('dist/service-worker.js', 2000);
    write('README.md', 2500);
    write('tests/run.ts', 2500);
    expect(reasonToBuild(repository)).toBeNull();
  });
});
