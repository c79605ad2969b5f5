import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** What may wait for the disk, to be written at once: 64 KiB at a time, as a network brings them, cost more time than the disk takes. */
const WAITING_BYTES = 512 * 1024;

/** What came of writing to a piece. */
export interface Written {
  /** Bytes that are there now. */
  readonly byteCount: number;
  /** Of all of them, in hexadecimal; null: they were not all written by this call. */
  readonly sha256: string | null;
}

/** Writes into an existing file from `offset` on, as the bytes come. */
export async function writeFile(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  offset: number,
): Promise<Written> {
  const hash = createHash('sha256');
  let byteCount = offset;
  const file = createWriteStream(path, {
    flags: 'r+',
    start: offset,
    highWaterMark: WAITING_BYTES,
  });
  await pipeline(
    bytes,
    async function* (chunks) {
      for await (const chunk of chunks) {
        byteCount += chunk.byteLength;
        if (offset === 0) hash.update(chunk);
        yield chunk;
      }
    },
    file,
  );
  return { byteCount, sha256: offset === 0 ? hash.digest('hex') : null };
}
