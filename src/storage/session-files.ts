import type { SessionId } from '../contracts/session';
import { AppError } from '../core/app-error';
import { toStorageError } from './storage-error';
import { SyncFile, type SyncAccessHandle } from './sync-file';

/** Folder of the origin's private files that sessions are in. */
const SESSIONS_FOLDER = 'sessions';

/** A file handle of a worker: https://fs.spec.whatwg.org/#api-filesystemfilehandle; a page's has no such method. */
interface WorkerFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

/**
 * The files of sessions, in the origin's private file system (OPFS): a folder a session, in it its parts by their names
 * (`results-live.rsl`, `video-0-3.mp4`, `crops/<crop id>.webp`). Which of them count is for the database to tell. All methods throw
 * AppError STORAGE_*.
 */
export class SessionFiles {
  readonly #root: () => Promise<FileSystemDirectoryHandle>;

  /** `root`: the folder above that of the sessions; tests bring their own. */
  constructor(root: () => Promise<FileSystemDirectoryHandle> = privateRoot) {
    this.#root = root;
  }

  /** Sessions that have a folder. */
  async sessionIds(): Promise<readonly SessionId[]> {
    return attempt('list the sessions’ files', async () => {
      const folder = await this.#sessions(false);
      return folder ? await namesIn(folder, 'directory') : [];
    });
  }

  /** Names of all files of a session, those of pictures with their folder. */
  async names(id: SessionId): Promise<readonly string[]> {
    return attempt('list the files of a session', async () => {
      const folder = await this.#session(id, false);
      if (!folder) return [];
      const names = [...(await namesIn(folder, 'file'))];
      for (const inner of await namesIn(folder, 'directory')) {
        const files = await namesIn(await folder.getDirectoryHandle(inner), 'file');
        names.push(...files.map((name) => `${inner}/${name}`));
      }
      return names;
    });
  }

  /** Null: there is none of that name. */
  async read(id: SessionId, name: string): Promise<File | null> {
    return attempt(`read ${name}`, async () => {
      const handle = await this.#handle(id, name, false);
      return handle ? await handle.getFile() : null;
    });
  }

  /** Opens a file for writing, alone, making it if there is none. In workers only. Throws also AppError SESSION_IN_USE. */
  async open(id: SessionId, name: string): Promise<SyncFile> {
    return attempt(`open ${name}`, async () => {
      const handle = (await this.#handle(id, name, true)) as Partial<WorkerFileHandle> | null; // in a worker it is one, see below
      if (!handle?.createSyncAccessHandle)
        throw new AppError(
          'STORAGE_UNAVAILABLE',
          `Expected a worker with synchronous files to write ${name}, found none`,
        );
      const access = await handle.createSyncAccessHandle();
      // Chromium before 108 answers with promises: what is written could not be known to be there.
      if (typeof access.getSize() !== 'number') {
        access.close();
        throw new AppError('STORAGE_UNAVAILABLE', 'Expected files that are written at once');
      }
      return new SyncFile(access, name);
    });
  }

  /** Removes a file; one that is not there is no error. */
  async remove(id: SessionId, name: string): Promise<void> {
    return attempt(`remove ${name}`, async () => {
      const folder = await this.#session(id, false);
      if (!folder) return;
      const { inner, leaf } = split(name);
      const parent = inner === null ? folder : await folderIn(folder, inner, false);
      await unlessMissing(parent?.removeEntry(leaf));
    });
  }

  /** Removes a session's folder with all that is in it; one that is not there is no error. */
  async removeSession(id: SessionId): Promise<void> {
    return attempt('remove the files of a session', async () => {
      const folder = await this.#sessions(false);
      await unlessMissing(folder?.removeEntry(id, { recursive: true }));
    });
  }

  async #handle(id: SessionId, name: string, create: boolean) {
    const session = await this.#session(id, create);
    const { inner, leaf } = split(name);
    const folder = session && inner !== null ? await folderIn(session, inner, create) : session;
    return (await unlessMissing(folder?.getFileHandle(leaf, { create }))) ?? null;
  }

  async #session(id: SessionId, create: boolean): Promise<FileSystemDirectoryHandle | null> {
    const sessions = await this.#sessions(create);
    return sessions && folderIn(sessions, id, create);
  }

  async #sessions(create: boolean): Promise<FileSystemDirectoryHandle | null> {
    return folderIn(await this.#root(), SESSIONS_FOLDER, create);
  }
}

async function privateRoot(): Promise<FileSystemDirectoryHandle> {
  // Typed as always there; absent on plain http, and in browsers older than the feature.
  const { storage } = navigator as { storage?: Partial<StorageManager> };
  if (!storage?.getDirectory)
    throw new AppError('STORAGE_UNAVAILABLE', 'Expected private files (OPFS), found none');
  return storage.getDirectory();
}

async function folderIn(
  folder: FileSystemDirectoryHandle,
  name: string,
  create: boolean,
): Promise<FileSystemDirectoryHandle | null> {
  return (await unlessMissing(folder.getDirectoryHandle(name, { create }))) ?? null;
}

async function namesIn(
  folder: FileSystemDirectoryHandle,
  kind: FileSystemHandleKind,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const [name, handle] of folder.entries()) if (handle.kind === kind) names.push(name);
  return names;
}

function split(name: string): { readonly inner: string | null; readonly leaf: string } {
  const slash = name.indexOf('/');
  return slash < 0
    ? { inner: null, leaf: name }
    : { inner: name.slice(0, slash), leaf: name.slice(slash + 1) };
}

/** Undefined for what is not there. */
async function unlessMissing<T>(promise: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
    throw error;
  }
}

async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') {
      throw new AppError('SESSION_IN_USE', `Could not ${doing}: it is open elsewhere`, {
        cause: error,
      });
    }
    throw toStorageError(error, doing);
  }
}
