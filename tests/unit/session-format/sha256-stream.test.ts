import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sha256Stream } from '../../../src/core/session-format/sha256-stream';

/** Bytes that do not repeat with any power of two. */
function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 167 + (index >> 7)) % 251;
  return bytes;
}

describe('the digest of a stream', () => {
  // The browser's digest up to 16 MiB, JavaScript's beyond: at the border both must give the same.
  it.each([0, 1, 63, 64, 1000, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, 2 ** 24 + 70_000])(
    'is SHA-256, of %i bytes in pieces',
    async (length) => {
      const bytes = bytesOf(length);
      const stream = new Sha256Stream();
      for (let at = 0; at < length; at += 65_521) stream.update(bytes.subarray(at, at + 65_521));
      expect(await stream.hex()).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(stream.byteCount).toBe(length);
    },
  );
});
