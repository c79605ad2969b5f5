import type { Readable } from 'node:stream';
import type { Upload } from '@tus/server';

/** Both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Where the bytes of pieces are. It knows nothing of what they should be: that is in the database. Shared by all processes of an
 * endpoint; calls that change one piece are made by the holder of its lock.
 */
export interface PieceStore {
  /** An empty piece, in place of what is there under its name. */
  create(upload: Upload): Promise<void>;
  /** Adds to a piece from `offset` on. Answers how many bytes are there now. Throws what `disk-full.ts` knows when there is no room. */
  write(bytes: AsyncIterable<Uint8Array>, id: string, offset: number): Promise<number>;
  /** Bytes that are there; null: no such piece. */
  receivedBytes(id: string): Promise<number | null>;
  /** Returns once all of it would survive a power cut. */
  secure(id: string): Promise<void>;
  /** In hexadecimal, of all bytes that are there. */
  sha256Of(id: string): Promise<string>;
  /** Null: all of it. Whoever takes the stream reads it to its end or destroys it. */
  read(id: string, range: ByteRange | null): Promise<Readable>;
  /** Not an error when there is no such piece. */
  remove(id: string): Promise<void>;
  /** All pieces there, some twice; other things are left out. `byteCount` null: it is not known to be whole. */
  pieces(): AsyncIterable<{ readonly id: string; readonly byteCount: number | null }>;
  /** A word kept there, by which a database knows its own store again; null: none yet. */
  readMark(): Promise<string | null>;
  writeMark(mark: string): Promise<void>;
}
