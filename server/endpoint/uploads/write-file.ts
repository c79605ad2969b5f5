import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** What may wait for the disk, of each upload, to be written at once: a network brings 64 KiB at a time. More takes memory and is no faster. */
const WAITING_BYTES = 128 * 1024;

/** Writes into an existing file from `offset` on, as the bytes come. Answers how many bytes are there now. */
export async function writeFile(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  offset: number,
): Promise<number> {
  const file = createWriteStream(path, {
    flags: 'r+',
    start: offset,
    highWaterMark: WAITING_BYTES,
  });
  await pipeline(bytes, file);
  return offset + file.bytesWritten;
}
