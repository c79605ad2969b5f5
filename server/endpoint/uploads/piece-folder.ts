import { mkdir, open, opendir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FileStore } from '@tus/file-store';
import type { Upload } from '@tus/server';
import { FileDigests } from './file-digests';
import { parsePieceId } from './piece-name';
import type { ByteRange, PieceStore } from './piece-store';
import { writeFile } from './write-file';

/** Folder of pieces in the data folder. */
const FOLDER = 'pieces';
const MARK = 'store-name';

/** Pieces as files of one folder, each under its name; what is known of them is in the database only. */
export class PieceFolder implements PieceStore {
  readonly #folder: string;
  readonly #digests = new FileDigests();
  #files: FileStore | null = null;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, FOLDER);
  }

  /** A new file: a request that lost its lock without noticing may still write to the old one. */
  async create(upload: Upload): Promise<void> {
    await rm(this.#path(upload.id), { force: true });
    await this.#store().create(upload);
  }

  write(bytes: AsyncIterable<Uint8Array>, id: string, offset: number): Promise<number> {
    return writeFile(this.#path(id), bytes, offset);
  }

  async receivedBytes(id: string): Promise<number | null> {
    return missingAsNull(stat(this.#path(id)).then(({ size }) => size));
  }

  async secure(id: string): Promise<void> {
    const file = await open(this.#path(id), 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    // Not when it was made: a piece whose file a power cut took away is begun anew (`repair.ts`).
    await syncFolder(this.#folder);
  }

  sha256Of(id: string): Promise<string> {
    return this.#digests.sha256Of(this.#path(id));
  }

  async read(id: string, range: ByteRange | null): Promise<Readable> {
    // Opened before it is returned, so that a missing file rejects here and not in the middle of an answer.
    const file = await open(this.#path(id), 'r');
    return file.createReadStream(range === null ? {} : { start: range.first, end: range.last });
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  async *pieces(): AsyncIterable<{ readonly id: string; readonly byteCount: number | null }> {
    const folder = await missingAsNull(opendir(this.#folder));
    for await (const entry of folder ?? []) {
      if (parsePieceId(entry.name) === null) continue;
      yield { id: entry.name, byteCount: await this.receivedBytes(entry.name) };
    }
  }

  readMark(): Promise<string | null> {
    return missingAsNull(readFile(join(this.#folder, MARK), 'utf8'));
  }

  async writeMark(mark: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const file = await open(join(this.#folder, MARK), 'w', 0o600);
    try {
      await file.writeFile(mark);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(this.#folder);
  }

  /** Made when it is first needed: its constructor makes the folder. */
  #store(): FileStore {
    this.#files ??= new FileStore({ directory: this.#folder, configstore: FORGETFUL });
    return this.#files;
  }

  #path(id: string): string {
    if (parsePieceId(id) === null) throw new RangeError('Expected the name of a piece');
    return join(this.#folder, id);
  }
}

/** What the library would keep beside each file is in the database. */
const FORGETFUL = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

/** A file's name survives a power cut only when its folder was written, too. */
async function syncFolder(path: string): Promise<void> {
  // Windows writes folders by itself, and lets nobody ask for it.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function missingAsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
