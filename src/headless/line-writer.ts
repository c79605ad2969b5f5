/** Lines are handed over in batches of this many: a call into the driving script costs a round trip. */
const BATCH_SIZE = 200;

/** Collects JSON Lines and hands them to the script that drives the page, in order. */
export class LineWriter {
  #lines: string[] = [];
  #sent: Promise<void> = Promise.resolve();

  write(value: object): void {
    this.#lines.push(JSON.stringify(value));
    if (this.#lines.length >= BATCH_SIZE) this.#send();
  }

  /** Resolves when every line has arrived. */
  async end(): Promise<void> {
    this.#send();
    await this.#sent;
  }

  #send(): void {
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) this.#sent = this.#sent.then(() => window.resightEmit?.(lines));
  }
}
