import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another process has the data folder open. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

/**
 * Marks a folder as this process's own and returns what gives it back; a mark whose process is gone does not count. Two embedded
 * databases on one folder would destroy it. Throws {@link FolderInUseError}.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'endpoint.lock');
  for (let tryCount = 0; tryCount < 2; tryCount += 1) {
    if (writeMark(path)) return () => rmSync(path, { force: true });
    const owner = readMark(path);
    if (owner !== null && isRunning(owner)) {
      throw new FolderInUseError(
        `The data folder ${folder} is in use by the endpoint with process id ${owner.processId}. Stop that one, choose another ` +
          `folder by RESIGHT_DATA, or let both use a PostgreSQL server by DATABASE_URL. (If no endpoint runs: remove ${path}.)`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new FolderInUseError(
    `Expected to lock the data folder ${folder}, but another process was faster.`,
  );
}

interface Owner {
  readonly processId: number;
  /** Tells it from a later process with the same id; empty where the system does not say. */
  readonly start: string;
}

function writeMark(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid} ${startOf(process.pid)}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    // `code` is what Node puts on every error of the file system.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readMark(path: string): Owner | null {
  try {
    const [processId = '', start = ''] = readFileSync(path, 'utf8').trim().split(' ');
    return /^\d+$/.test(processId) ? { processId: Number(processId), start } : null;
  } catch {
    // Gone in the meantime.
    return null;
  }
}

function isRunning({ processId, start }: Owner): boolean {
  try {
    process.kill(processId, 0);
  } catch (error) {
    // EPERM: it is there, and of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(processId) === start;
}

/** When a process began, in ticks since the system did (proc(5), field 22 of `stat`), on Linux; empty elsewhere. */
function startOf(processId: number): string {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold anything; the 20th after it is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
