import { ZipWriter } from '@zip.js/zip.js/lib/zip-core-writer.js';
import {
  dosTime,
  FILE_ATTRIBUTES,
  VERSION_MADE_BY,
} from '../../core/session-format/archive-layout';
import { TextOutput, WriterOutput, type ByteOutput } from './byte-output';

/** A ZIP archive written from front to back: nothing of it stays in memory but the list of its entries. */
export class ZipOutput {
  readonly #zip: ZipWriter<unknown>;

  /** `timeUnixMs`: its day is written as that of every entry, so that the same session gives the same bytes. */
  constructor(output: ByteOutput, timeUnixMs: number, signal: AbortSignal) {
    const taker = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: (bytes) => output.write(bytes),
    });
    this.#zip = new ZipWriter(taker, {
      extendedTimestamp: false,
      rawLastModDate: dosTime(timeUnixMs),
      versionMadeBy: VERSION_MADE_BY,
      externalFileAttributes: FILE_ATTRIBUTES,
      // This is a worker already.
      useWebWorkers: false,
      signal,
    });
  }

  /** Compresses what `write` writes. */
  async addText(path: string, write: (text: TextOutput) => Promise<void>): Promise<void> {
    const pipe = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    const writer = pipe.writable.getWriter();
    const written = (async (): Promise<void> => {
      try {
        const text = new TextOutput(new WriterOutput(writer));
        await write(text);
        await text.flush();
        await writer.close();
      } catch (error) {
        // The archive waits for the end of its entry. It fails with this error, unless it failed itself and ended the pipe.
        await writer.abort(error).catch(() => undefined);
        throw error;
      }
    })();
    await Promise.all([this.#zip.add(path, pipe.readable), written]);
  }

  /** Stores as it is what is compressed already. */
  async addStored(path: string, contents: Blob): Promise<void> {
    await this.#zip.add(path, contents.stream(), { level: 0 });
  }

  /** Writes the directory of the archive. The output stays open. */
  async close(): Promise<void> {
    await this.#zip.close();
  }
}
