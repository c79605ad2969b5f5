import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as FileSystem from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { FolderInUseError, lockFolder } from '../../../../../server/endpoint/database/folder-lock';

/** What another process does at the moment when this one removes a mark. */
let meanwhile: (() => void) | null = null;

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof FileSystem>();
  return {
    ...real,
    rmSync(path: string, options: FileSystem.RmOptions) {
      const act = path.endsWith('endpoint.lock') ? meanwhile : null;
      if (act !== null) meanwhile = null;
      act?.();
      real.rmSync(path, options);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resight-lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** As a process that was killed leaves it. */
function leaveMark(): void {
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(join(folder, 'endpoint.lock'), `${pid} 1\n`);
}

it('the mark of a process that is gone does not count, nor one that was never written to its end', () => {
  leaveMark();
  lockFolder(folder)();
  writeFileSync(join(folder, 'endpoint.lock'), '');
  lockFolder(folder)();
});

it('of two that find the mark of a process that is gone one gets the folder', () => {
  leaveMark();
  const winners: string[] = [];
  meanwhile = () => {
    try {
      lockFolder(folder);
      winners.push('second');
    } catch (error) {
      expect(error).toBeInstanceOf(FolderInUseError);
    }
  };
  try {
    lockFolder(folder);
    winners.push('first');
  } catch (error) {
    expect(error).toBeInstanceOf(FolderInUseError);
  }
  expect(meanwhile).toBeNull();
  expect(winners).toHaveLength(1);
});
