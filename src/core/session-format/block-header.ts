import { AppError } from '../app-error';
import { crc32 } from './crc32';

/* The fixed part of a block, which tells how long it is and what is in it. Layout: README.md of this folder. */

/** `RSLB`, read as big-endian. */
const MAGIC = 0x52534c42;

/** Version of the format that is written; readers refuse every other. */
const BLOCK_FORMAT_VERSION = 1;

/** Bytes of a block before its payload. */
export const BLOCK_HEADER_BYTES = 64;

/**
 * A block holds seconds, which is kilobytes; whoever tells of more than this is not believed, so that a bad file cannot
 * ask for all memory.
 */
export const MAX_PAYLOAD_BYTES = 64 * 2 ** 20;

/** Bytes of one box: four 32-bit floats, track id, class with state, score. */
export const BOX_BYTES = 4 * 4 + 4 + 1 + 1;

/** Bytes of one number of a descriptor. */
export const DESCRIPTOR_VALUE_BYTES = 4;

/** What a block's header says. */
export interface BlockHeader {
  /** Counts the blocks of a file from 0. */
  readonly index: number;
  /** Earliest and latest capture time of its frames, whole microseconds; both 0 when it has none. */
  readonly startUs: number;
  readonly endUs: number;
  readonly frameCount: number;
  readonly boxCount: number;
  /** Numbers in the descriptors of its sightings. */
  readonly valueCount: number;
  /** Events that are no frames. */
  readonly rareEventCount: number;
  /** Bytes of the stream that tells times, cameras and box counts of frames. */
  readonly frameByteCount: number;
  /** Bytes of the JSON text. */
  readonly textByteCount: number;
  /** CRC-32 of the payload. */
  readonly payloadChecksum: number;
}

/** Bytes after the header, by what it says. */
export function payloadByteCount(header: Omit<BlockHeader, 'payloadChecksum'>): number {
  return (
    header.boxCount * BOX_BYTES +
    header.valueCount * DESCRIPTOR_VALUE_BYTES +
    header.frameByteCount +
    header.textByteCount
  );
}

/** Writes the header to the first {@link BLOCK_HEADER_BYTES} of a block. */
export function writeBlockHeader(block: Uint8Array, header: BlockHeader): void {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK_HEADER_BYTES);
  view.setUint32(0, MAGIC);
  view.setUint16(4, BLOCK_FORMAT_VERSION, true);
  view.setUint16(6, BLOCK_HEADER_BYTES, true);
  view.setUint32(8, header.index, true);
  view.setUint32(12, payloadByteCount(header), true);
  view.setFloat64(16, header.startUs, true);
  view.setFloat64(24, header.endUs, true);
  view.setUint32(32, header.frameCount, true);
  view.setUint32(36, header.boxCount, true);
  view.setUint32(40, header.valueCount, true);
  view.setUint32(44, header.rareEventCount, true);
  view.setUint32(48, header.frameByteCount, true);
  view.setUint32(52, header.textByteCount, true);
  view.setUint32(56, header.payloadChecksum, true);
  view.setUint32(60, crc32(block.subarray(0, 60)), true);
}

/**
 * Reads the header of block `index` from its {@link BLOCK_HEADER_BYTES}. Throws AppError SESSION_DAMAGED, which names the
 * block, when any byte of it is not as it was written.
 */
export function readBlockHeader(bytes: Uint8Array, index: number): BlockHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, BLOCK_HEADER_BYTES);
  expectEqual(index, 'magic number', MAGIC, view.getUint32(0));
  expectEqual(
    index,
    'header checksum',
    crc32(bytes.subarray(0, 60)),
    view.getUint32(60, true), // what was written is the claim, what the bytes give is the truth
  );
  expectEqual(index, 'format version', BLOCK_FORMAT_VERSION, view.getUint16(4, true));
  expectEqual(index, 'header length in bytes', BLOCK_HEADER_BYTES, view.getUint16(6, true));
  expectEqual(index, 'block number', index, view.getUint32(8, true));
  const header: BlockHeader = {
    index,
    startUs: view.getFloat64(16, true),
    endUs: view.getFloat64(24, true),
    frameCount: view.getUint32(32, true),
    boxCount: view.getUint32(36, true),
    valueCount: view.getUint32(40, true),
    rareEventCount: view.getUint32(44, true),
    frameByteCount: view.getUint32(48, true),
    textByteCount: view.getUint32(52, true),
    payloadChecksum: view.getUint32(56, true),
  };
  const byteCount = payloadByteCount(header);
  expectEqual(index, 'payload length in bytes', byteCount, view.getUint32(12, true));
  if (byteCount > MAX_PAYLOAD_BYTES)
    throw damage(index, `a payload of at most ${MAX_PAYLOAD_BYTES} bytes`, `${byteCount} bytes`);
  if (!Number.isSafeInteger(header.startUs) || !Number.isSafeInteger(header.endUs))
    throw damage(index, 'times in whole microseconds', `${header.startUs} to ${header.endUs}`);
  return header;
}

/** Throws AppError SESSION_DAMAGED unless the payload is as it was written. */
export function checkPayload(header: BlockHeader, payload: Uint8Array): void {
  expectEqual(header.index, 'payload checksum', header.payloadChecksum, crc32(payload));
}

/** The error of a results file that is not as it was written. */
export function damage(blockIndex: number, expected: string, found: string): AppError {
  return new AppError(
    'SESSION_DAMAGED',
    `Results block ${blockIndex}: expected ${expected}, found ${found}`,
  );
}

function expectEqual(blockIndex: number, what: string, expected: number, found: number): void {
  if (found !== expected) throw damage(blockIndex, `${what} ${expected}`, String(found));
}
