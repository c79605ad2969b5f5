import type { FrameLedger } from '../../contracts/worker-api';

/** Counts what becomes of the frames a run took in. */
export class FrameCounter {
  #receivedCount = 0;
  #analysedCount = 0;
  #droppedCount = 0;

  get droppedCount(): number {
    return this.#droppedCount;
  }

  noteReceived(): void {
    this.#receivedCount += 1;
  }

  /** A frame was analysed, or its analysis failed, and it was closed. */
  noteAnalysed(): void {
    this.#analysedCount += 1;
  }

  /** A frame was closed unseen. */
  noteDropped(): void {
    this.#droppedCount += 1;
  }

  ledger(): FrameLedger {
    return {
      receivedCount: this.#receivedCount,
      analysedCount: this.#analysedCount,
      droppedCount: this.#droppedCount,
      openCount: this.#receivedCount - this.#analysedCount - this.#droppedCount,
    };
  }
}
