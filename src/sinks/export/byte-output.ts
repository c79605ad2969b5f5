/** Text is handed on in pieces of about this many characters: fewer writes than lines, and still little memory. */
const TEXT_PIECE_LENGTH = 64 * 1024;

/** Where bytes of an export go, in order. */
export interface ByteOutput {
  readonly byteCount: number;
  /** Resolves when the next piece may come. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Hands bytes to a stream's writer and counts them. The writer stays the caller's. */
export class WriterOutput implements ByteOutput {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #byteCount = 0;

  constructor(writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>) {
    this.#writer = writer;
  }

  get byteCount(): number {
    return this.#byteCount;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#byteCount += bytes.byteLength;
    await this.#writer.write(bytes);
  }
}

/**
 * Collects text into pieces and encodes them as UTF-8. Add what belongs together, then `await drain()` once a
 * frame or row: only a full piece is really written.
 */
export class TextOutput {
  readonly #output: ByteOutput;
  readonly #encoder = new TextEncoder();
  #text = '';

  constructor(output: ByteOutput) {
    this.#output = output;
  }

  add(text: string): void {
    this.#text += text;
  }

  /** True when there is enough for `drain` to write; asking saves a turn of the event loop for each row. */
  get isFull(): boolean {
    return this.#text.length >= TEXT_PIECE_LENGTH;
  }

  async drain(): Promise<void> {
    if (this.isFull) await this.flush();
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    if (this.#text === '') return;
    const bytes = this.#encoder.encode(this.#text);
    this.#text = '';
    await this.#output.write(bytes);
  }
}
