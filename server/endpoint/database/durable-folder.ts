import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type InitOf = NodeFS['init'];

/** Where the library shows the folder to PostgreSQL. */
const MOUNT = '/pglite/data';
/** Parts of the log, which PostgreSQL calls write-ahead, and what is to become one. */
const LOG_FOLDER = '/pg_wal/';
const LOG_FILE = /\/pg_wal\/[0-9A-F]{24}$/;

/** What is used of Emscripten's file system; the library's types leave it open. */
interface EmscriptenModule {
  readonly FS: {
    readonly filesystems: { readonly NODEFS: { readonly stream_ops: StreamOperations } };
  };
}

interface StreamOperations {
  write: (stream: OpenStream, ...where: readonly unknown[]) => number;
  fsync?: (stream: OpenStream) => number;
}

interface OpenStream {
  readonly path: string;
  /** Node's file descriptor; missing for folders. */
  readonly nfd?: number;
}

/**
 * The folder of an embedded database, with `fsync`: the library's own ignores it, and after a power cut the files would be of different
 * moments. Goes with `wal_sync_method=fsync`, for `fdatasync` cannot be caught.
 *
 * PostgreSQL's log is synced beside all else: while the disk takes uploads that may be a second, in which the process would answer nobody.
 * Whoever promises that something survives waits for {@link synced}. PostgreSQL takes it for done before it is, so that other files, which must
 * not be ahead of the log, wait where they are written: seldom, and never long.
 */
export class DurableFolder extends NodeFS {
  readonly #folder: string;
  /** Files of the log that PostgreSQL wants synced. */
  #wanted = new Set<string>();
  /** Those that are being synced. */
  #syncing: readonly string[] = [];
  #current: Promise<void> | null = null;
  /** Begins after the current one, with all that is wanted by then. */
  #following: Promise<void> | null = null;

  constructor(folder: string) {
    super(folder);
    this.#folder = resolve(folder);
  }

  override async init(...[lite, options]: Parameters<InitOf>): ReturnType<InitOf> {
    const { emscriptenOpts } = await super.init(lite, options);
    const watch = (module: EmscriptenModule): void => this.#watch(module);
    const preRun = [...[emscriptenOpts.preRun ?? []].flat(), watch];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }

  /** Resolves once all that PostgreSQL wanted synced until now would survive a power cut. */
  synced(): Promise<void> {
    return this.#following ?? this.#current ?? Promise.resolve();
  }

  #watch({ FS }: EmscriptenModule): void {
    const operations = FS.filesystems.NODEFS.stream_ops;
    const { write } = operations;
    operations.write = (stream, ...where) => {
      if (!isOfLog(stream)) this.#catchUp();
      try {
        return write(stream, ...where);
      } catch (error) {
        // PostgreSQL gives up without its log, and the library would hold up the process for ever.
        if (stream.path.includes(LOG_FOLDER)) end(error);
        throw error;
      }
    };
    operations.fsync = (stream) => {
      if (isOfLog(stream)) this.#want(this.#realPath(stream));
      else if (stream.nfd !== undefined) fsyncOrEnd(stream.nfd);
      return 0;
    };
  }

  #realPath({ path }: OpenStream): string {
    return join(this.#folder, path.slice(MOUNT.length));
  }

  #want(path: string): void {
    this.#wanted.add(path);
    this.#following ??= (this.#current ?? Promise.resolve()).then(() => this.#sync());
  }

  async #sync(): Promise<void> {
    this.#current = this.#following;
    this.#following = null;
    this.#syncing = [...this.#wanted];
    this.#wanted.clear();
    await Promise.all(this.#syncing.map(syncOrEnd));
    this.#syncing = [];
    this.#current = null;
  }

  /** Syncs at once what is wanted. */
  #catchUp(): void {
    for (const path of [...this.#syncing, ...this.#wanted]) {
      const file = openIfThere(path);
      if (file === null) continue;
      fsyncOrEnd(file);
      closeSync(file);
    }
    this.#syncing = [];
    this.#wanted.clear();
  }
}

function isOfLog({ path }: OpenStream): boolean {
  return LOG_FILE.test(path);
}

async function syncOrEnd(path: string): Promise<void> {
  try {
    const file = await open(path, 'r+');
    await file.sync().finally(() => file.close());
  } catch (error) {
    if (!isMissing(error)) end(error);
  }
}

function fsyncOrEnd(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    end(error);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (isMissing(error)) return null;
    return end(error);
  }
}

/** A part of the log whose content is in the other files, and synced there, is removed. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/**
 * When the disk does not keep what it was told, as PostgreSQL does: what was written last may be gone, and only a start from what the disk
 * has makes sure that all is of one moment. (Told of the failure, the embedded one hangs.)
 */
function end(error: unknown): never {
  process.stderr.write(`The disk did not keep what the database wrote: ${String(error)}\n`);
  process.exit(1);
}
