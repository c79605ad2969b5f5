/** How much is read at once: about half a minute of results, so that reading an hour takes some seventy reads. */
const WINDOW_BYTES = 256 * 1024;

/** Reads stretches of a blob, mostly one after the other, with few reads and little memory. */
export class BlobWindow {
  readonly #blob: Blob;
  #start = 0;
  #bytes = new Uint8Array();

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  /** Fewer bytes than asked for only at the blob's end. A view: valid until the next call. */
  async read(offset: number, byteCount: number): Promise<Uint8Array> {
    const end = Math.min(offset + byteCount, this.#blob.size);
    if (offset < this.#start || end > this.#start + this.#bytes.length) {
      const readEnd = Math.max(end, offset + WINDOW_BYTES);
      this.#bytes = new Uint8Array(await this.#blob.slice(offset, readEnd).arrayBuffer());
      this.#start = offset;
    }
    return this.#bytes.subarray(offset - this.#start, Math.max(0, end - this.#start));
  }
}
