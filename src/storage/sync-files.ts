import { AppError } from '../core/app-error';
import { isInUse } from './file-in-use';
import { toStorageError } from './storage-error';
import { openSyncFile, type SyncFile } from './sync-file';

/** Folder of the origin's private files (OPFS) for sessions on their way to an endpoint. */
const FOLDER = 'sync';

/**
 * Files of what is sent: the session file of an upload, and the encrypted piece of it that is under way. They stay until the endpoint has
 * them. All methods throw AppError STORAGE_*.
 */
export class SyncFiles {
  /** To be written in one go. What it is to be has to be remembered elsewhere: half of it may be there when the power fails. */
  sessionHandle(uploadId: string): Promise<FileSystemFileHandle> {
    return attempt('make a session file', async () =>
      (await folder()).getFileHandle(sessionName(uploadId), { create: true }),
    );
  }

  /** Null: it is not there, or nothing of it. */
  sessionFile(uploadId: string): Promise<File | null> {
    return attempt('read a session file', async () => {
      const file = await fileOf(sessionName(uploadId));
      return file && file.size > 0 ? file : null;
    });
  }

  /** Opens the file of the piece under way for writing, empty. In workers only. */
  openPiece(uploadId: string): Promise<SyncFile> {
    return attempt('make a piece', async () => {
      const handle = await (await folder()).getFileHandle(pieceName(uploadId), { create: true });
      const file = await openSyncFile(handle, 'a piece');
      file.truncate(0);
      return file;
    });
  }

  /** Null: there is none. */
  pieceFile(uploadId: string): Promise<File | null> {
    return attempt('read a piece', () => fileOf(pieceName(uploadId)));
  }

  /** All of an upload. What is not there is no error; what a tab that is ending still writes stays, and goes with the next {@link tidy}. */
  async remove(uploadId: string): Promise<void> {
    await this.removePiece(uploadId);
    await attempt('remove a session file', () => removeFile(sessionName(uploadId)));
  }

  removePiece(uploadId: string): Promise<void> {
    return attempt('remove a piece', () => removeFile(pieceName(uploadId)));
  }

  /** Removes everything that belongs to none of these uploads: left behind by a crash. What is still being written stays. */
  tidy(uploadIds: readonly string[]): Promise<void> {
    const kept = new Set(uploadIds.flatMap((id) => [sessionName(id), pieceName(id)]));
    return attempt('tidy up what was sent', async () => {
      const inner = await folder();
      const names: string[] = [];
      for await (const name of inner.keys()) names.push(name);
      for (const name of names) if (!kept.has(name)) await removeFile(name);
    });
  }
}

function sessionName(uploadId: string): string {
  return `${uploadId}.zip`;
}

function pieceName(uploadId: string): string {
  return `${uploadId}.age`;
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  // Typed as always there; absent on plain http, and in browsers older than the feature.
  const { storage } = navigator as { storage?: Partial<StorageManager> };
  if (!storage?.getDirectory) throw noFiles('private files (OPFS)');
  return (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
}

async function fileOf(name: string): Promise<File | null> {
  try {
    return await (await (await folder()).getFileHandle(name)).getFile();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function removeFile(name: string): Promise<void> {
  try {
    await (await folder()).removeEntry(name);
  } catch (error) {
    if (!isMissing(error) && !isInUse(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

function noFiles(expected: string): AppError {
  return new AppError('STORAGE_UNAVAILABLE', `Expected ${expected}, found none`);
}

async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error, doing);
  }
}
