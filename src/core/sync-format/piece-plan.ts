import { AppError } from '../app-error';
import { PLAIN_PIECE_BYTES } from '../sync-api/catalogue';

/** age's text header with one X25519 recipient (168 bytes), and the nonce of the payload (16): https://age-encryption.org/v1. */
const AGE_OVERHEAD_BYTES = 184;
/** age encrypts in chunks of 64 KiB, each with a tag of 16 bytes; an empty file has one, too. */
const AGE_CHUNK_BYTES = 64 * 1024;
const AGE_TAG_BYTES = 16;

/** 32 bytes of checksum for each piece have to fit into an envelope of 64 KiB beside everything else: 16 GiB. */
export const MAX_SENT_PIECES = 1024;

/** One piece of a session file: bytes from `start` to before `end`. */
export interface PlannedPiece {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** Once it is encrypted. */
  readonly encryptedByteCount: number;
}

/**
 * Cuts a file of `byteCount` bytes, at least 1, into pieces. `pieceBytes` is smaller in tests only. Throws AppError SYNC_FULL for a file
 * of more than {@link MAX_SENT_PIECES}.
 */
export function planPieces(
  byteCount: number,
  pieceBytes = PLAIN_PIECE_BYTES,
): readonly PlannedPiece[] {
  if (byteCount < 1) throw new RangeError(`Expected a file with contents, got ${byteCount} bytes`);
  const count = Math.ceil(byteCount / pieceBytes);
  if (count > MAX_SENT_PIECES)
    throw new AppError(
      'SYNC_FULL',
      `Expected a session file of at most ${MAX_SENT_PIECES * pieceBytes} bytes, found ${byteCount}`,
    );
  return Array.from({ length: count }, (_, index) => {
    const start = index * pieceBytes;
    const end = Math.min(byteCount, start + pieceBytes);
    return { index, start, end, encryptedByteCount: encryptedByteCount(end - start) };
  });
}

/** Bytes of an age file, for one X25519 recipient, that holds `plainByteCount` bytes. */
export function encryptedByteCount(plainByteCount: number): number {
  const chunks = Math.max(1, Math.ceil(plainByteCount / AGE_CHUNK_BYTES));
  return AGE_OVERHEAD_BYTES + plainByteCount + chunks * AGE_TAG_BYTES;
}
