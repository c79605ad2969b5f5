import type { SessionEvent } from '../contracts/session';
import { AppError } from '../core/app-error';
import { encodeBlock } from '../core/session-format/encode-block';
import { ResultsFile } from '../core/session-format/results-file';
import { ResultCounter } from './result-counter';
import type { SyncFile } from './sync-file';

/** How much of an imported file is copied at once. */
const COPY_BYTES = 2 ** 20;

/** The results file of one result set while it is written. */
export class ResultPart {
  readonly fileName: string;
  readonly counter = new ResultCounter();
  readonly #file: SyncFile;
  #byteCount = 0;
  #blockCount = 0;

  /** `file` is emptied, and closed by {@link close}. */
  constructor(file: SyncFile, fileName: string) {
    this.#file = file;
    this.fileName = fileName;
    file.truncate(0);
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  /** The next block: it is not counted before {@link append}. Throws RangeError, TypeError for events that could not be read back. */
  encode(events: readonly SessionEvent[]): Uint8Array<ArrayBuffer> {
    return encodeBlock(events, this.#blockCount);
  }

  /** Writes what {@link encode} made of these events; on disk when it returns, or not there at all. Throws AppError STORAGE_*. */
  append(block: Uint8Array<ArrayBuffer>, events: readonly SessionEvent[]): void {
    this.#put(block, events);
    this.#file.flush();
  }

  /** Copies events block by block, as `change` makes them; blocks that become empty are left out. On disk at the end only. */
  async rewrite(
    source: ResultsFile,
    change: (events: readonly SessionEvent[]) => readonly SessionEvent[],
  ): Promise<void> {
    for await (const events of source.blocks()) {
      const changed = change(events);
      if (changed.length > 0) this.#put(this.encode(changed), changed);
    }
    this.#file.flush();
  }

  /** Copies all blocks of another file, which is read to its end first. Throws AppError SESSION_DAMAGED, STORAGE_*. */
  async copy(results: Blob): Promise<void> {
    if (this.#byteCount > 0) throw new RangeError('Expected an empty result set to copy into');
    const source = new ResultsFile(results);
    const { blocks, tornByteCount } = await source.index();
    if (tornByteCount > 0)
      throw new AppError(
        'SESSION_DAMAGED',
        `Expected whole results blocks, found ${tornByteCount} bytes of another`,
      );
    for await (const event of source.events()) this.counter.add(event);
    for (let start = 0; start < results.size; start += COPY_BYTES)
      this.#write(new Uint8Array(await results.slice(start, start + COPY_BYTES).arrayBuffer()));
    this.#file.flush();
    this.#blockCount = blocks.length;
  }

  close(): void {
    this.#file.close();
  }

  #put(block: Uint8Array<ArrayBuffer>, events: readonly SessionEvent[]): void {
    this.#write(block);
    this.#blockCount += 1;
    for (const event of events) this.counter.add(event);
  }

  #write(bytes: Uint8Array): void {
    try {
      this.#file.write(bytes, this.#byteCount);
    } catch (error) {
      // What was written of it would be in the way of the next block.
      this.#file.truncate(this.#byteCount);
      throw error;
    }
    this.#byteCount += bytes.length;
  }
}
