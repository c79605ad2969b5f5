import { BlobWindow } from './blob-window';
import {
  BLOCK_HEADER_BYTES,
  checkPayload,
  payloadByteCount,
  readBlockHeader,
  type BlockHeader,
} from './block-header';

/** A complete block of a results file. */
export interface BlockEntry {
  readonly header: BlockHeader;
  /** Of its first byte in the file. */
  readonly offset: number;
}

/** Where the blocks of a results file are. */
export interface BlockIndex {
  readonly blocks: readonly BlockEntry[];
  /** Of all complete blocks: the file up to there can be read. */
  readonly completeByteCount: number;
  /** Of a last block that was not written to its end; 0: there is none. */
  readonly tornByteCount: number;
}

/**
 * Finds the blocks of a results file by their headers; payloads are neither read nor checked. Ends at a last block that is
 * shorter than its header says. Throws AppError SESSION_DAMAGED at a header that is not as it was written.
 */
export async function indexBlocks(file: Blob): Promise<BlockIndex> {
  const window = new BlobWindow(file);
  const blocks: BlockEntry[] = [];
  let offset = 0;
  while (offset + BLOCK_HEADER_BYTES <= file.size) {
    const bytes = await window.read(offset, BLOCK_HEADER_BYTES);
    const header = readBlockHeader(bytes, blocks.length);
    const end = offset + BLOCK_HEADER_BYTES + payloadByteCount(header);
    if (end > file.size) break;
    blocks.push({ header, offset });
    offset = end;
  }
  return { blocks, completeByteCount: offset, tornByteCount: file.size - offset };
}

/** Reads a block's payload and checks it. A view, as of {@link BlobWindow.read}. Throws AppError SESSION_DAMAGED. */
export async function readPayload(
  window: BlobWindow,
  { header, offset }: BlockEntry,
): Promise<Uint8Array> {
  const payload = await window.read(offset + BLOCK_HEADER_BYTES, payloadByteCount(header));
  checkPayload(header, payload);
  return payload;
}
