import { BlobWindow } from './blob-window';
import { BLOCK_HEADER_BYTES, payloadByteCount, readBlockHeader } from './block-header';
import { readPayload } from './block-index';

/** The first letter of a block, `R`. */
const MAGIC_BYTE = 0x52;

/** How much is searched at once. */
const SEARCH_BYTES = 2 ** 20;

/**
 * How many bytes of an interrupted results file are whole blocks: the rest was never written to its end, and may be cut off. Stricter and
 * more patient than reading: every payload is checked, and a power cut may have left zeros or half of a block of full length. Throws
 * AppError SESSION_DAMAGED when whole blocks follow after what cannot be read: that is no tear, and nothing may be cut.
 */
export async function findTear(file: Blob): Promise<number> {
  const window = new BlobWindow(file);
  let offset = 0;
  let index = 0;
  try {
    while (offset + BLOCK_HEADER_BYTES <= file.size) {
      const header = readBlockHeader(await window.read(offset, BLOCK_HEADER_BYTES), index);
      const end = offset + BLOCK_HEADER_BYTES + payloadByteCount(header);
      if (end > file.size) break;
      await readPayload(window, { header, offset });
      offset = end;
      index += 1;
    }
  } catch (damage) {
    if (await hasBlockAfter(file, offset, index)) throw damage;
  }
  return offset;
}

/** Whether a later block's header can be read anywhere after `offset`. */
async function hasBlockAfter(file: Blob, offset: number, index: number): Promise<boolean> {
  for (let start = offset + 1; start < file.size; start += SEARCH_BYTES) {
    // Reaches over into the next stretch: a header may lie across.
    const end = start + SEARCH_BYTES + BLOCK_HEADER_BYTES;
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    for (let at = bytes.indexOf(MAGIC_BYTE); at >= 0; at = bytes.indexOf(MAGIC_BYTE, at + 1))
      if (isHeader(bytes.subarray(at, at + BLOCK_HEADER_BYTES), index)) return true;
  }
  return false;
}

function isHeader(bytes: Uint8Array, lowestIndex: number): boolean {
  if (bytes.length < BLOCK_HEADER_BYTES) return false;
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (claimed <= lowestIndex) return false;
  try {
    readBlockHeader(bytes, claimed);
    return true;
  } catch {
    return false; // a letter in a payload, not a header
  }
}
