/*
 * How the bytes around the contents of a session file look, to the last one. The app writes archives in one way only: no
 * comments, no extra fields but those of ZIP64, no time but one for all entries. So a check can make the headers again from what
 * was checked already and compare them byte by byte, and no byte of a session file can be changed unnoticed. The layout
 * is that of APPNOTE.TXT 6.3 of PKWARE; the numbers in comments are its sections.
 */

/** Made by: Unix, version 4.5 of the layout (4.4.2). */
export const VERSION_MADE_BY = 0x032d;

/** A regular file that everyone may read and its owner may write (4.4.15; upper half: `st_mode`). */
export const FILE_ATTRIBUTES = 0x81a40000;

/** Needed to unpack: for stored, deflated and ZIP64 entries (4.4.3). */
const VERSION_STORED = 10;
const VERSION_ZIP64 = 45;

/** A value of 32 bits that says: see the ZIP64 field (4.4.1.4). */
const MAX_32_BITS = 0xffff_ffff;
const MAX_16_BITS = 0xffff;

/** Bytes of a local header before its name (4.3.7). */
export const LOCAL_HEADER_BYTES = 30;

/** Bytes of a record in the directory before its name (4.3.12). */
export const DIRECTORY_RECORD_BYTES = 46;

/** Written in local headers and repeated in the directory: version, flags, method, time, date. */
const SHARED_START = 4;
const SHARED_BYTES = 10;

/** Noon of a day as MS-DOS counts it, in UTC (4.4.6): the day of the recording, so that the same session gives the same bytes. */
export function dosTime(unixMs: number): number {
  const date = new Date(unixMs);
  // 1980 to 2107 is what seven bits can say.
  const year = Math.min(Math.max(date.getUTCFullYear(), 1980), 2107) - 1980;
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  return ((day << 16) | (12 << 11)) >>> 0;
}

/** What the headers of an entry tell. */
export interface EntryFacts {
  readonly path: string;
  readonly crc32: number;
  readonly byteCount: number;
  readonly packedByteCount: number;
  /** Of its local header in the file. */
  readonly offset: number;
}

/** The local header of an entry that is stored as it is. `time`: of {@link dosTime}. */
export function storedLocalHeader(entry: EntryFacts, time: number): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(entry.path);
  const bytes = new Uint8Array(LOCAL_HEADER_BYTES + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(4, VERSION_STORED, true);
  view.setUint32(10, time, true);
  view.setUint32(14, entry.crc32, true);
  view.setUint32(18, entry.packedByteCount, true);
  view.setUint32(22, entry.byteCount, true);
  view.setUint16(26, name.length, true);
  bytes.set(name, LOCAL_HEADER_BYTES);
  return bytes;
}

/** The directory's record of an entry (4.3.12), with what its local header, which was checked, says alike. */
export function directoryRecord(
  entry: EntryFacts,
  localHeader: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(entry.path);
  const large = [entry.byteCount, entry.packedByteCount, entry.offset].filter(isLarge);
  const extraBytes = large.length > 0 ? 4 + large.length * 8 : 0;
  const bytes = new Uint8Array(DIRECTORY_RECORD_BYTES + name.length + extraBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, VERSION_MADE_BY, true);
  bytes.set(localHeader.subarray(SHARED_START, SHARED_START + SHARED_BYTES), 6);
  if (isLarge(entry.offset)) view.setUint16(6, VERSION_ZIP64, true);
  view.setUint32(16, entry.crc32, true);
  view.setUint32(20, Math.min(entry.packedByteCount, MAX_32_BITS), true);
  view.setUint32(24, Math.min(entry.byteCount, MAX_32_BITS), true);
  view.setUint16(28, name.length, true);
  view.setUint16(30, extraBytes, true);
  view.setUint32(38, FILE_ATTRIBUTES, true);
  view.setUint32(42, Math.min(entry.offset, MAX_32_BITS), true);
  bytes.set(name, DIRECTORY_RECORD_BYTES);
  if (extraBytes > 0) {
    const start = DIRECTORY_RECORD_BYTES + name.length;
    view.setUint16(start, 1, true);
    view.setUint16(start + 2, extraBytes - 4, true);
    large.forEach((value, place) => {
      view.setBigUint64(start + 4 + place * 8, BigInt(value), true);
    });
  }
  return bytes;
}

/** What follows the directory (4.3.14 to 4.3.16). `hasLargeEntry`: an entry of 4 GiB or more is in it. */
export function directoryEnd(directory: {
  readonly entryCount: number;
  readonly byteCount: number;
  readonly offset: number;
  readonly hasLargeEntry: boolean;
}): Uint8Array<ArrayBuffer> {
  const { entryCount, byteCount, offset } = directory;
  const isZip64 =
    directory.hasLargeEntry || isLarge(offset) || isLarge(byteCount) || entryCount >= MAX_16_BITS;
  const zip64 = isZip64 ? zip64End(entryCount, byteCount, offset) : new Uint8Array(0);
  const bytes = new Uint8Array(zip64.length + 22);
  bytes.set(zip64);
  const view = new DataView(bytes.buffer, zip64.length);
  view.setUint32(0, 0x06054b50, true);
  // Readers that know ZIP64 look there as soon as one of these says so; the writer says so of all.
  view.setUint16(4, isZip64 ? MAX_16_BITS : 0, true);
  view.setUint16(6, isZip64 ? MAX_16_BITS : 0, true);
  view.setUint16(8, isZip64 ? MAX_16_BITS : entryCount, true);
  view.setUint16(10, isZip64 ? MAX_16_BITS : entryCount, true);
  view.setUint32(12, isZip64 ? MAX_32_BITS : byteCount, true);
  view.setUint32(16, isZip64 ? MAX_32_BITS : offset, true);
  return bytes;
}

/** Record and locator of a directory that needs 64 bits. */
function zip64End(entryCount: number, byteCount: number, offset: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(76);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x06064b50, true);
  view.setBigUint64(4, 44n, true);
  view.setUint16(12, VERSION_ZIP64, true);
  view.setUint16(14, VERSION_ZIP64, true);
  view.setBigUint64(24, BigInt(entryCount), true);
  view.setBigUint64(32, BigInt(entryCount), true);
  view.setBigUint64(40, BigInt(byteCount), true);
  view.setBigUint64(48, BigInt(offset), true);
  view.setUint32(56, 0x07064b50, true);
  view.setBigUint64(64, BigInt(offset + byteCount), true);
  view.setUint32(72, 1, true);
  return bytes;
}

/** Whether a size or offset of an entry needs 64 bits. */
export function isLarge(value: number): boolean {
  return value >= MAX_32_BITS;
}
