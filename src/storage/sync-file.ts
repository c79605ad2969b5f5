import { AppError } from '../core/app-error';
import { untilFree } from './file-in-use';
import { toStorageError } from './storage-error';

/** https://fs.spec.whatwg.org/#api-filesystemsyncaccesshandle: in dedicated workers only, so not in the page's types. */
export interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(byteCount: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** What the file handles of a worker have: https://fs.spec.whatwg.org/#api-filesystemfilehandle; a page's do not. */
interface WorkerFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

/** Opens a private file as it is, in workers only; `name` is for messages. Throws AppError STORAGE_*. */
export async function openSyncFile(handle: FileSystemFileHandle, name: string): Promise<SyncFile> {
  const { createSyncAccessHandle } = handle as Partial<WorkerFileHandle>; // absent outside of workers, and for files that are not private
  if (!createSyncAccessHandle)
    throw new AppError('STORAGE_UNAVAILABLE', 'Expected synchronous files of a worker, found none');
  try {
    return new SyncFile(await untilFree(() => createSyncAccessHandle.call(handle)), name);
  } catch (error) {
    throw toStorageError(error, `open ${name}`);
  }
}

/** A private file open for writing, by nobody else. All methods throw AppError STORAGE_FULL, STORAGE_UNAVAILABLE. */
export class SyncFile {
  readonly #handle: SyncAccessHandle;
  readonly #name: string;
  #isClosed = false;

  /** `name` is for messages. */
  constructor(handle: SyncAccessHandle, name: string) {
    this.#handle = handle;
    this.#name = name;
  }

  /** Bytes it has now. */
  get byteCount(): number {
    return this.#attempt('measure', () => this.#handle.getSize());
  }

  /** All of them or an error, which may leave some written. */
  write(bytes: Uint8Array, position: number): void {
    const writtenCount = this.#attempt('write', () => this.#handle.write(bytes, { at: position }));
    // A full disk shows as fewer bytes written; in Chromium (seen on 156) as 4294967288, an error number taken for unsigned.
    if (writtenCount !== bytes.length)
      throw new AppError(
        'STORAGE_FULL',
        `Expected room for ${bytes.length} bytes in ${this.#name}, found none (${writtenCount})`,
      );
  }

  /** Cuts it to that length. */
  truncate(byteCount: number): void {
    this.#attempt('cut', () => {
      this.#handle.truncate(byteCount);
    });
  }

  /** On disk when it returns. */
  flush(): void {
    this.#attempt('flush', () => {
      this.#handle.flush();
    });
  }

  /** Lets others have it. Safe to call twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handle.close();
  }

  #attempt<T>(doing: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toStorageError(error, `${doing} ${this.#name}`);
    }
  }
}
