/** How long an export may keep its thread: a cancel must be heard soon, and the pauses must cost next to nothing. */
const MAX_BREATH_MS = 50;

/**
 * Lets a thread hear messages during long work that never waits for anything. Ask `isDue` as often as you like, and `await
 * pause()` when it is.
 */
export class Breathing {
  #lastMs = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#lastMs > MAX_BREATH_MS;
  }

  async pause(): Promise<void> {
    // A promise that is resolved already would let no message in.
    await new Promise<void>((resolve) => setTimeout(resolve));
    this.#lastMs = performance.now();
  }
}
