import { holdExclusiveLock, type HeldLock } from './exclusive-lock';
import { AppError } from '../core/app-error';
import { toStorageError } from './storage-error';
import { openSyncFile, type SyncFile } from './sync-file';

/** Folder of the origin's private files (OPFS) for what is needed for a while only. */
const FOLDER = 'temporary';

/** A file that goes away with {@link TemporaryFile.remove}, or with the next sweep after its maker is gone. */
export class TemporaryFile {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #handle: FileSystemFileHandle;
  readonly #lock: HeldLock;
  readonly #file: SyncFile;

  constructor(
    folder: FileSystemDirectoryHandle,
    handle: FileSystemFileHandle,
    lock: HeldLock,
    file: SyncFile,
  ) {
    this.#folder = folder;
    this.#handle = handle;
    this.#lock = lock;
    this.#file = file;
  }

  /** Throws AppError STORAGE_FULL, STORAGE_UNAVAILABLE. */
  write(bytes: Uint8Array, position: number): void {
    this.#file.write(bytes, position);
  }

  /** Everything written; no more writes then. The file is read from disk, and only until `remove`. */
  async read(): Promise<File> {
    this.#file.close();
    return this.#handle.getFile();
  }

  /** Safe to call twice. Throws AppError STORAGE_*. */
  async remove(): Promise<void> {
    this.#file.close();
    try {
      await this.#folder.removeEntry(this.#handle.name);
    } catch (error) {
      if (!isMissing(error)) throw toStorageError(error, 'remove a temporary file');
    } finally {
      this.#lock.release();
    }
  }
}

/** Makes a file of its own, in a worker. Throws AppError STORAGE_*. */
export async function createTemporaryFile(): Promise<TemporaryFile> {
  const name = crypto.randomUUID();
  // Before the file is there, so that no sweep ever takes it for a forgotten one.
  const lock = await holdExclusiveLock(lockName(name), () => undefined, 'STORAGE_UNAVAILABLE');
  try {
    const root = await privateRoot();
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const handle = await folder.getFileHandle(name, { create: true });
    const file = await openSyncFile(handle, 'a temporary file');
    return new TemporaryFile(folder, handle, lock, file);
  } catch (error) {
    lock.release();
    throw toStorageError(error, 'make a temporary file');
  }
}

/**
 * Removes temporary files whose maker is gone, as after a crash; those of other tabs stay. Returns how many were removed. Throws
 * AppError STORAGE_*.
 */
export async function sweepTemporaryFiles(): Promise<number> {
  // Typed as always there: absent on plain http, where there are no private files either.
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return 0;
  try {
    const root = await privateRoot();
    const folder = await root.getDirectoryHandle(FOLDER);
    let removedCount = 0;
    for await (const name of folder.keys()) {
      await locks.request(lockName(name), { ifAvailable: true }, async (lock) => {
        if (!lock) return;
        await folder.removeEntry(name);
        removedCount += 1;
      });
    }
    return removedCount;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw toStorageError(error, 'remove temporary files');
  }
}

function lockName(name: string): string {
  return `resight-temporary:${name}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

async function privateRoot(): Promise<FileSystemDirectoryHandle> {
  // Typed as always there; absent on plain http, and in browsers older than the feature.
  const { storage } = navigator as { storage?: Partial<StorageManager> };
  if (!storage?.getDirectory) throw noFiles('private files (OPFS)');
  return storage.getDirectory();
}

function noFiles(expected: string): AppError {
  return new AppError('STORAGE_UNAVAILABLE', `Expected ${expected}, found none`);
}
