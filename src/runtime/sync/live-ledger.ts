/** The ledger has an entry for every so long of live results. */
const INTERVAL_MS = 60_000;

/**
 * Sums up what live results left, so that the ledger has an entry a minute and not one a second. What is summed up and not written is to
 * be flushed when publishing ends, and when the page may go away.
 */
export class LiveLedger {
  readonly #writeDown: (label: string, byteCount: number) => Promise<void>;
  readonly #byteCounts = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `writeDown`: one entry, of one camera. */
  constructor(writeDown: (label: string, byteCount: number) => Promise<void>) {
    this.#writeDown = writeDown;
  }

  /** Bytes left for a camera. */
  note(label: string, byteCount: number): void {
    this.#byteCounts.set(label, (this.#byteCounts.get(label) ?? 0) + byteCount);
    // What cannot be written now is written with the next.
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), INTERVAL_MS);
  }

  /** Writes what there is. Throws what writing throws; nothing is forgotten then. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sums = [...this.#byteCounts];
    // Before anything is awaited: what comes meanwhile is another entry's, and a second flush finds nothing of this one's.
    this.#byteCounts.clear();
    const written = sums.map(async ([label, byteCount]) => {
      try {
        await this.#writeDown(label, byteCount);
      } catch (error) {
        this.note(label, byteCount);
        throw error;
      }
    });
    await Promise.all(written);
  }
}
