import { ZipWriter } from '@zip.js/zip.js/lib/zip-core-writer.js';
import {
  dosTime,
  FILE_ATTRIBUTES,
  VERSION_MADE_BY,
} from '../../../core/session-format/archive-layout';
import { crc32 } from '../../../core/session-format/crc32';
import { digesting, sha256Hex, Sha256Stream } from '../../../core/session-format/sha256-stream';

/** Up to here a part is read as a whole, and its header tells its length and checksum; larger ones are streamed. */
const MAX_WHOLE_BYTES = 64 * 2 ** 20;

/** An entry that may grow beyond this gets the ZIP64 form from its start: what follows an entry must be decided before it. */
const MAX_32_BIT_ESTIMATE = 2 * 2 ** 30;

/** What the manifest says about a part once it is written. */
export interface WrittenPart {
  readonly byteCount: number;
  readonly sha256: string;
  readonly packedSha256: string | null;
}

/** Writes the entries of a session file one after the other, and digests them on the way. Memory stays flat. */
export class ArchiveWriter {
  readonly #sink: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #zip: ZipWriter<unknown>;
  readonly #signal: AbortSignal;
  /** Of the entry under way, when it is not stored as it is. */
  #packed: Sha256Stream | null = null;
  #byteCount = 0;

  /** Takes `sink`: {@link close} or {@link abort} ends it. `timeUnixMs`: its day becomes that of all entries. */
  constructor(
    sink: WritableStream<Uint8Array<ArrayBuffer>>,
    timeUnixMs: number,
    signal: AbortSignal,
  ) {
    this.#sink = sink.getWriter();
    this.#signal = signal;
    const taker = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: (chunk) => this.#take(chunk),
    });
    this.#zip = new ZipWriter(taker, {
      extendedTimestamp: false,
      rawLastModDate: dosTime(timeUnixMs),
      versionMadeBy: VERSION_MADE_BY,
      externalFileAttributes: FILE_ATTRIBUTES,
      useWebWorkers: false,
      signal,
    });
  }

  /** Bytes written so far. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** Stores contents as they are: what is compressed already, and what must be readable without unpacking. */
  async addStored(path: string, contents: Blob): Promise<WrittenPart> {
    if (contents.size > MAX_WHOLE_BYTES)
      return this.#addStream(path, contents.stream(), { level: 0 });
    const bytes = new Uint8Array(await contents.arrayBuffer());
    this.#signal.throwIfAborted();
    await this.#zip.add(
      path,
      { readable: contents.stream(), size: bytes.length },
      // Told beforehand, so that readers which go from front to back know where the entry ends.
      {
        passThrough: true,
        compressionMethod: 0,
        uncompressedSize: bytes.length,
        crc32: crc32(bytes),
      },
    );
    return { byteCount: bytes.length, sha256: await sha256Hex(bytes), packedSha256: null };
  }

  /** Deflates what `write` writes. `estimatedBytes` need not be exact. */
  async addPacked(
    path: string,
    write: (sink: WritableStream<Uint8Array<ArrayBuffer>>) => Promise<void>,
    estimatedBytes: number,
  ): Promise<WrittenPart> {
    const pipe = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    const size =
      estimatedBytes < MAX_32_BIT_ESTIMATE ? { uncompressedSize: Math.ceil(estimatedBytes) } : {};
    const [part] = await Promise.all([
      this.#addStream(path, pipe.readable, size),
      write(pipe.writable),
    ]);
    return part;
  }

  /** Writes the directory and ends the sink. */
  async close(): Promise<void> {
    await this.#zip.close();
    await this.#sink.close();
  }

  /** Ends the sink so that nothing of the file remains. */
  async abort(reason: unknown): Promise<void> {
    // The reason is thrown by who calls this; a sink that is broken already has nothing to add.
    await this.#sink.abort(reason).catch(() => undefined);
  }

  async #addStream(
    path: string,
    readable: ReadableStream<Uint8Array<ArrayBuffer>>,
    options: { readonly level?: number; readonly uncompressedSize?: number },
  ): Promise<WrittenPart> {
    const contents = new Sha256Stream();
    const packed = new Sha256Stream();
    this.#packed = packed;
    try {
      await this.#zip.add(path, readable.pipeThrough(digesting(contents)), options);
    } finally {
      this.#packed = null;
    }
    const [sha256, packedSha256] = await Promise.all([contents.hex(), packed.hex()]);
    return { byteCount: contents.byteCount, sha256, packedSha256 };
  }

  async #take(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#byteCount += chunk.length;
    // A copy: the sink may transfer the chunk before the digest is made.
    this.#packed?.update(chunk.slice());
    await this.#sink.write(chunk);
  }
}
