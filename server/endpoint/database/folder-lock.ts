import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another process has the data folder open. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

/**
 * Marks a folder as this process's own and returns what gives it back; a mark whose process is gone does not count. Two embedded
 * databases on one folder would destroy it. Throws {@link FolderInUseError}. Processes of several machines or containers do not see each
 * other: see README.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'endpoint.lock');
  if (!writeMark(path)) takeOver(folder, path);
  return () => rmSync(path, { force: true });
}

/** Of several that find a mark of a process that is gone, one removes it: the next would remove the first one's own. */
function takeOver(folder: string, path: string): void {
  requireGone(folder, path);
  const claim = `${path}.claim`;
  if (!writeMark(claim)) {
    throw new FolderInUseError(
      `Expected to lock the data folder ${folder}, but another process is just doing so. (If no endpoint runs: remove ${claim}.)`,
    );
  }
  try {
    // By now it may be another's, who had the claim before.
    requireGone(folder, path);
    rmSync(path, { force: true });
    if (writeMark(path)) return;
  } finally {
    rmSync(claim, { force: true });
  }
  throw new FolderInUseError(
    `Expected to lock the data folder ${folder}, but another process was faster.`,
  );
}

function requireGone(folder: string, path: string): void {
  const owner = readMark(path);
  if (owner === null || !isRunning(owner)) return;
  throw new FolderInUseError(
    `The data folder ${folder} is in use by the endpoint with process id ${owner.processId}. Stop that one, choose another ` +
      `folder by RESIGHT_DATA, or let both use a PostgreSQL server by DATABASE_URL. (If no endpoint runs: remove ${path}.)`,
  );
}

interface Owner {
  readonly processId: number;
  /** Tells it from a later process with the same id; empty where the system does not say. */
  readonly start: string;
}

/** False: there is one. It appears with what it says: one that is still empty would look like one of a process that is gone. */
function writeMark(path: string): boolean {
  const draft = `${path}.${process.pid}-${randomUUID()}`;
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}\n`, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // A disk without links, such as exFAT.
    return copyMark(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Almost as good as {@link linkSync}: for a moment the mark is there and empty. */
function copyMark(draft: string, path: string): boolean {
  try {
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  // What Node puts on every error of the file system.
  return (error as NodeJS.ErrnoException).code;
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
    if (codeOf(error) !== 'EPERM') return false;
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
