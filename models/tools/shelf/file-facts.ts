import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isMissing } from '../files';

/** Length and checksums of a file, checksums as lower-case hexadecimal digits. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
  readonly sha384: string;
}

/** Reads a file once, never holding it whole; null when there is none. */
export async function fileFacts(file: string): Promise<FileFacts | null> {
  const [sha256, sha384] = [createHash('sha256'), createHash('sha384')];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      // without an encoding a file stream gives buffers; its type does not say so
      bytes += chunk.byteLength;
      sha256.update(chunk);
      sha384.update(chunk);
    }
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  return { bytes, sha256: sha256.digest('hex'), sha384: sha384.digest('hex') };
}
