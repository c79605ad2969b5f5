import {
  ZipReader,
  type CreateReadableOptions,
  type Entry,
  type FileEntry,
  type Reader,
} from '@zip.js/zip.js/lib/zip-core-reader.js';
import { AppError } from '../app-error';
import { LOCAL_HEADER_BYTES } from './archive-layout';
import { pathDanger, pathKey, shownPath } from './part-path';

/*
 * Reading ZIP archives that anyone may have made. The library refuses what two programs could read differently (other names or
 * sizes in local headers, entries that overlap, bytes before or after); what is added here is what no session file needs:
 * encryption, links, paths that lead elsewhere, names that some file systems hold for the same, contents that grow without
 * end.
 */

/** A month of segments and crops; more is not believed. */
const MAX_ENTRY_COUNT = 250_000;

/**
 * Bytes that one packed byte may become. Deflate ends at 1032; text of one-second cues without a single vehicle
 * reaches about 100.
 */
const MAX_GROWTH = 250;

/** Up to here growth is nobody's problem. */
const UNSUSPICIOUS_BYTES = 2 ** 20;

/** One file in an archive. */
export interface ArchiveEntry {
  readonly path: string;
  /** Unpacked. What the directory says; reading ends with an error at the first byte more. */
  readonly byteCount: number;
  readonly isStored: boolean;
  /** Of its local header. */
  readonly offset: number;
  /** Of the first byte that does not belong to it any more, data descriptor included. */
  readonly endOffset: number;
  /** CRC-32 of its contents, by the directory. */
  readonly crc32: number;
  /** Bytes of its contents as packed. */
  readonly packedByteCount: number;
}

/** An archive opened for reading. */
export interface Archive {
  readonly file: Blob;
  /** In the order in which they lie in the file; without folders. */
  readonly entries: readonly ArchiveEntry[];
  /** Where the directory begins. */
  readonly directoryOffset: number;
  /**
   * Unpacks an entry piece by piece; its checksum, local header and length are checked on the way. Throws AppError
   * IMPORT_REFUSED; AbortError.
   */
  read(
    entry: ArchiveEntry,
    take: (chunk: Uint8Array<ArrayBuffer>) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * An entry's contents. One that is stored is only looked up, not read or checked, so that its size costs nothing; one that is packed comes
   * to lie in memory. Throws as {@link read}.
   */
  contents(entry: ArchiveEntry, mimeType: string, signal: AbortSignal): Promise<Blob>;
}

/** Opens an archive. Throws AppError IMPORT_REFUSED, which says what was expected and what was found. */
export async function openArchive(file: Blob): Promise<Archive> {
  if (!canInflate())
    throw new AppError(
      'IMPORT_REFUSED',
      'This browser: expected one that can unpack ZIP files (Chromium 103, Firefox 113, Safari 16.4 or later), found an older one',
    );
  const reader = new ZipReader(new BlobSource(file), {
    strictness: 'strict',
    useWebWorkers: false,
  });
  const found: Entry[] = [];
  try {
    // Names are checked below, where the refusal can show them.
    const names = { strictness: 'strict', filenameValidation: 'tolerant' } as const;
    for await (const entry of reader.getEntriesGenerator(names)) {
      found.push(entry);
      if (found.length > MAX_ENTRY_COUNT)
        throw refusal(`at most ${MAX_ENTRY_COUNT} entries`, 'more');
    }
  } catch (error) {
    throw asRefusal(error, 'a whole ZIP archive that can be read in one way only');
  }
  checkNames(found);
  const files = found.filter((entry): entry is FileEntry => !entry.directory);
  const directoryOffset = reader.directoryOffset ?? file.size;
  const sources = new Map<ArchiveEntry, FileEntry>();
  const ordered = files.toSorted((a, b) => a.offset - b.offset);
  ordered.forEach((source, place) => {
    const endOffset = ordered[place + 1]?.offset ?? directoryOffset;
    sources.set(checked(source, endOffset), source);
  });
  return new ZipArchive(file, sources, directoryOffset);
}

class ZipArchive implements Archive {
  readonly file: Blob;
  readonly entries: readonly ArchiveEntry[];
  readonly directoryOffset: number;
  readonly #sources: ReadonlyMap<ArchiveEntry, FileEntry>;

  constructor(file: Blob, sources: ReadonlyMap<ArchiveEntry, FileEntry>, directoryOffset: number) {
    this.file = file;
    this.entries = [...sources.keys()];
    this.directoryOffset = directoryOffset;
    this.#sources = sources;
  }

  async read(
    entry: ArchiveEntry,
    take: (chunk: Uint8Array<ArrayBuffer>) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const source = this.#sources.get(entry);
    if (!source) throw new TypeError('Expected an entry of this archive');
    await unpack(source, entry, take, signal);
  }

  async contents(entry: ArchiveEntry, mimeType: string, signal: AbortSignal): Promise<Blob> {
    if (entry.isStored) return storedContents(this.file, entry, mimeType);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    await this.read(entry, (chunk) => void chunks.push(chunk), signal);
    return new Blob(chunks, { type: mimeType });
  }
}

async function storedContents(file: Blob, entry: ArchiveEntry, mimeType: string): Promise<Blob> {
  const header = await file.slice(entry.offset, entry.offset + LOCAL_HEADER_BYTES).arrayBuffer();
  const view = new DataView(header);
  // Lengths of name and extra fields.
  const start =
    entry.offset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  return file.slice(start, start + entry.byteCount, mimeType);
}

/** All of an entry that is small. Throws as {@link Archive.read}, and for one that is larger than `limitBytes`. */
export async function readWhole(
  archive: Archive,
  entry: ArchiveEntry,
  limitBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.byteCount > limitBytes)
    throw refusal(`at most ${limitBytes} bytes`, `${entry.byteCount} bytes`, entry.path);
  const whole = new Uint8Array(entry.byteCount);
  let position = 0;
  await archive.read(
    entry,
    (chunk) => {
      whole.set(chunk, position);
      position += chunk.length;
    },
    signal,
  );
  return whole;
}

/** A Blob as the library wants to read it; its own class for this comes with writers and all codecs. */
class BlobSource implements Reader<Blob> {
  readonly #blob: Blob;
  readonly size: number;

  constructor(blob: Blob) {
    this.#blob = blob;
    this.size = blob.size;
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#blob.stream();
  }

  createReadable({ offset = 0, size = this.size - offset }: CreateReadableOptions = {}) {
    return this.#blob.slice(offset, offset + size).stream();
  }

  async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(await this.#blob.slice(offset, offset + length).arrayBuffer());
  }
}

/** Older browsers know the stream, but not this format, and throw. */
function canInflate(): boolean {
  try {
    return new DecompressionStream('deflate-raw').readable instanceof ReadableStream;
  } catch {
    return false;
  }
}

/** Says what was expected and found, in the whole file or at `path`. */
function refusal(expected: string, found: string, path?: string, cause?: unknown): AppError {
  const where = path === undefined ? 'The file' : shownPath(path);
  return new AppError('IMPORT_REFUSED', `${where}: expected ${expected}, found ${found}`, {
    cause,
  });
}

function asRefusal(error: unknown, expected: string, path?: string): unknown {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  return refusal(expected, error.message, path, error);
}

function checkNames(entries: readonly Entry[]): void {
  const keys = new Set<string>();
  for (const entry of entries) {
    const path = entry.filename;
    const danger = pathDanger(path);
    if (danger !== null) throw refusal(danger, `"${shownPath(path)}"`);
    if (entry.encrypted) throw refusal('no encryption', 'an encrypted entry', path);
    if (isLink(entry)) throw refusal('a file', 'a link', path);
    const key = pathKey(path);
    if (keys.has(key)) throw refusal('each name once', 'it twice', path);
    keys.add(key);
  }
}

/** By the file type in the upper half of the attributes, which systems that have links write (`S_IFLNK`). */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;
}

function checked(entry: FileEntry, endOffset: number): ArchiveEntry {
  const { filename: path, uncompressedSize, compressedSize, compressionMethod, offset } = entry;
  if (compressionMethod !== 0 && compressionMethod !== 8)
    throw refusal('a stored or deflated entry', `method ${compressionMethod}`, path);
  if (uncompressedSize > Math.max(UNSUSPICIOUS_BYTES, compressedSize * MAX_GROWTH))
    throw refusal(
      `at most ${MAX_GROWTH} bytes for one packed`,
      `${uncompressedSize} bytes packed into ${compressedSize}`,
      path,
    );
  return {
    path,
    byteCount: uncompressedSize,
    isStored: compressionMethod === 0,
    offset,
    endOffset,
    // Left out for encrypted entries only.
    crc32: entry.crc32 ?? 0,
    packedByteCount: compressedSize,
  };
}

async function unpack(
  source: FileEntry,
  entry: ArchiveEntry,
  take: (chunk: Uint8Array<ArrayBuffer>) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let byteCount = 0;
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    async write(chunk) {
      byteCount += chunk.length;
      if (byteCount > entry.byteCount)
        throw refusal(`${entry.byteCount} bytes`, 'more', entry.path);
      await take(chunk);
    },
  });
  try {
    await source.getData(sink, {
      checkCrc32: true,
      checkOverlappingEntry: true,
      strictness: 'strict',
      useWebWorkers: false,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw asRefusal(error, 'contents that fit their header and checksum', entry.path);
  }
  if (byteCount !== entry.byteCount)
    throw refusal(`${entry.byteCount} bytes`, `${byteCount} bytes`, entry.path);
}
