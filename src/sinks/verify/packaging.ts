import type { Archive, ArchiveEntry } from '../../core/session-format/archive';
import { BlobWindow } from '../../core/session-format/blob-window';
import {
  DIRECTORY_RECORD_BYTES,
  directoryEnd,
  directoryRecord,
  dosTime,
  isLarge,
  LOCAL_HEADER_BYTES,
  storedLocalHeader,
} from '../../core/session-format/archive-layout';
import type { Manifest } from '../../core/session-format/manifest';
import { Sha256Stream } from '../../core/session-format/sha256-stream';

/** What is not as the app writes it around the contents of a session file. */
export interface PackagingProblems {
  /** By the part it belongs to: what was expected and found. */
  readonly byPath: ReadonlyMap<string, string>;
  /** Where it belongs to no part; null: nothing. */
  readonly elsewhere: string | null;
}

/**
 * Compares all bytes of a session file that are no contents with those the app would have written: local headers, packed forms and data
 * descriptors, the directory, its end. `manifest`: null, nothing can be said about times and packed forms. Throws AbortError.
 */
export async function packagingProblems(
  archive: Archive,
  manifest: Manifest | null,
  signal: AbortSignal,
): Promise<PackagingProblems> {
  const byPath = new Map<string, string>();
  if (!manifest) return { byPath, elsewhere: null };
  const packedDigests = new Map(manifest.parts.map((part) => [part.path, part.packedSha256]));
  const time = dosTime(manifest.session.createdUnixMs);
  const records: Uint8Array<ArrayBuffer>[] = [];
  // Thousands of small reads, which a window makes few.
  const headers = new BlobWindow(archive.file);
  let expectedOffset = 0;
  let elsewhere: string | null = null;
  for (const entry of archive.entries) {
    signal.throwIfAborted();
    if (entry.offset !== expectedOffset)
      elsewhere ??= `The file: expected an entry at byte ${expectedOffset}, found the next one at ${entry.offset}`;
    expectedOffset = entry.endOffset;
    const header = (await headers.read(entry.offset, LOCAL_HEADER_BYTES)).slice();
    const problem = await entryProblem(
      archive,
      entry,
      headers,
      time,
      packedDigests.get(entry.path) ?? null,
      signal,
    );
    if (problem) byPath.set(entry.path, problem);
    records.push(directoryRecord(entry, header));
  }
  await compareDirectory(archive, records, byPath);
  // Another program packed all of it again, in its own way: that is told part by part.
  if (byPath.size === archive.entries.length) return { byPath, elsewhere: null };
  return { byPath, elsewhere: elsewhere ?? (await endProblem(archive, records)) };
}

/** Header, packed contents and data descriptor of one entry. */
async function entryProblem(
  archive: Archive,
  entry: ArchiveEntry,
  headers: BlobWindow,
  time: number,
  packedSha256: string | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (packedSha256 !== null) {
    const digest = new Sha256Stream();
    for await (const chunk of archive.file.slice(entry.offset, entry.endOffset).stream()) {
      signal.throwIfAborted();
      digest.update(chunk);
    }
    const found = await digest.hex();
    return found === packedSha256
      ? null
      : `expected it packed with SHA-256 ${packedSha256}, found ${found}`;
  }
  const expected = storedLocalHeader(entry, time);
  const length = entry.endOffset - entry.offset;
  if (length !== expected.length + entry.byteCount)
    return `expected ${expected.length + entry.byteCount} bytes with its header, found ${length}`;
  return difference('its header', expected, await headers.read(entry.offset, expected.length));
}

async function compareDirectory(
  archive: Archive,
  records: readonly Uint8Array<ArrayBuffer>[],
  byPath: Map<string, string>,
): Promise<void> {
  const window = new BlobWindow(archive.file);
  let offset = archive.directoryOffset;
  for (const [place, expected] of records.entries()) {
    const byteCount = recordLength(await window.read(offset, DIRECTORY_RECORD_BYTES));
    const found = await window.read(offset, byteCount);
    const problem = difference('its record in the directory', expected, found);
    const path = archive.entries[place]?.path ?? '';
    if (problem && !byPath.has(path)) byPath.set(path, problem);
    offset += byteCount;
  }
}

/** As the record itself says, so that one with another length is not held against those after it. */
function recordLength(found: Uint8Array): number {
  if (found.length < DIRECTORY_RECORD_BYTES) return found.length;
  const view = new DataView(found.buffer, found.byteOffset);
  // Lengths of name, extra fields and comment.
  return (
    DIRECTORY_RECORD_BYTES + [28, 30, 32].reduce((sum, at) => sum + view.getUint16(at, true), 0)
  );
}

async function endProblem(
  archive: Archive,
  records: readonly Uint8Array<ArrayBuffer>[],
): Promise<string | null> {
  const byteCount = records.reduce((sum, { length }) => sum + length, 0);
  const expected = directoryEnd({
    entryCount: records.length,
    byteCount,
    offset: archive.directoryOffset,
    hasLargeEntry: archive.entries.some(
      (entry) => isLarge(entry.byteCount) || isLarge(entry.packedByteCount),
    ),
  });
  const start = archive.directoryOffset + byteCount;
  // One byte more than there may be: what is appended is noticed.
  const end = archive.file.slice(start, start + expected.length + 1);
  const found = new Uint8Array(await end.arrayBuffer());
  const problem = difference('the end of the directory', expected, found);
  return problem && `The file: ${problem}`;
}

/** Where and how two stretches of bytes first differ; null: they are the same. */
function difference(what: string, expected: Uint8Array, found: Uint8Array): string | null {
  const place = expected.findIndex((byte, index) => byte !== found[index]);
  if (place >= 0)
    return `expected byte ${place} of ${what} to be ${hex(expected[place])}, found ${hex(found[place])}`;
  return found.length > expected.length
    ? `expected ${what} to be ${expected.length} bytes, found more`
    : null;
}

function hex(byte: number | undefined): string {
  return byte === undefined ? 'nothing' : `0x${byte.toString(16).padStart(2, '0')}`;
}
