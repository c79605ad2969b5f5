import { ZipWriter } from '@zip.js/zip.js/lib/zip-core-writer.js';
import { describe, expect, it } from 'vitest';
import {
  directoryEnd,
  directoryRecord,
  dosTime,
  FILE_ATTRIBUTES,
  storedLocalHeader,
  VERSION_MADE_BY,
  type EntryFacts,
} from '../../../src/core/session-format/archive-layout';
import { crc32 } from '../../../src/core/session-format/crc32';

const CREATED_UNIX_MS = Date.UTC(2026, 4, 12, 23, 59);

/** What the library writes of entries that are stored, the first of them at `offset`. */
async function written(texts: readonly string[], offset: number): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (chunk) => void chunks.push(chunk.slice()),
  });
  const writer = new ZipWriter(sink, {
    offset,
    extendedTimestamp: false,
    rawLastModDate: dosTime(CREATED_UNIX_MS),
    versionMadeBy: VERSION_MADE_BY,
    externalFileAttributes: FILE_ATTRIBUTES,
    useWebWorkers: false,
  });
  for (const [index, text] of texts.entries()) {
    const bytes = new TextEncoder().encode(text);
    const contents = { readable: new Blob([bytes]).stream(), size: bytes.length };
    await writer.add(`part-${index}`, contents, {
      passThrough: true,
      compressionMethod: 0,
      uncompressedSize: bytes.length,
      crc32: crc32(bytes),
    });
  }
  await writer.close();
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** The same as this module says it must be. */
function expected(texts: readonly string[], offset: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  let at = offset;
  for (const [index, text] of texts.entries()) {
    const bytes = new TextEncoder().encode(text);
    const entry: EntryFacts = {
      path: `part-${index}`,
      crc32: crc32(bytes),
      byteCount: bytes.length,
      packedByteCount: bytes.length,
      offset: at,
    };
    const header = storedLocalHeader(entry, dosTime(CREATED_UNIX_MS));
    pieces.push(header, bytes);
    records.push(directoryRecord(entry, header));
    at += header.length + bytes.length;
  }
  const end = directoryEnd({
    entryCount: texts.length,
    byteCount: records.reduce((sum, { length }) => sum + length, 0),
    offset: at,
    hasLargeEntry: false,
  });
  return Uint8Array.from([...pieces, ...records, end].flatMap((piece) => [...piece]));
}

describe('the layout of a session file', () => {
  const texts = ['', 'a', 'some text', 'x'.repeat(300)];

  it('is what the library writes, to the byte', async () => {
    expect(await written(texts, 0)).toEqual(expected(texts, 0));
  });

  it('is so beyond 4 GiB, too, where offsets need 64 bits', async () => {
    for (const offset of [0xffff_fffe, 0xffff_ffff, 5 * 2 ** 30])
      expect(await written(texts, offset)).toEqual(expected(texts, offset));
  });

  it('has an end for 64 bits from the first count that 16 bits cannot hold', () => {
    const end = (entryCount: number) =>
      directoryEnd({ entryCount, byteCount: 50 * entryCount, offset: 1e6, hasLargeEntry: false });
    expect(end(65_534)).toHaveLength(22);
    expect(end(65_535)).toHaveLength(98);
    expect(new DataView(end(65_535).buffer).getBigUint64(32, true)).toBe(65_535n);
  });

  it('dates every entry to noon of the day the session was made, wherever it is exported', () => {
    const time = dosTime(CREATED_UNIX_MS);
    const [day, month, year] = [time >>> 16, time >>> 21, time >>> 25];
    expect([year + 1980, month & 15, day & 31]).toEqual([2026, 5, 12]);
    expect([(time >>> 11) & 31, (time >>> 5) & 63, time & 31]).toEqual([12, 0, 0]);
    expect(dosTime(0)).toBe(dosTime(Date.UTC(1980, 0, 1)));
  });
});
