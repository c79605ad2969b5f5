/** Keeps the screen on while wanted; browsers drop the lock when the page hides, so it is asked for again. */
export class WakeLock {
  #isWanted = false;
  #sentinel: WakeLockSentinel | null = null;
  readonly #onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.#acquire();
  };

  /** Safe to call again and again with the same value. */
  set(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return;
    this.#isWanted = isWanted;
    if (isWanted) {
      document.addEventListener('visibilitychange', this.#onVisible);
      void this.#acquire();
    } else {
      document.removeEventListener('visibilitychange', this.#onVisible);
      void this.#sentinel?.release();
      this.#sentinel = null;
    }
  }

  async #acquire(): Promise<void> {
    if (!('wakeLock' in navigator) || (this.#sentinel && !this.#sentinel.released)) return;
    try {
      const sentinel = await navigator.wakeLock.request('screen');
      if (this.#isWanted) this.#sentinel = sentinel;
      else await sentinel.release();
    } catch {
      // Battery saver or a hidden page: the run goes on, the screen may dim.
    }
  }
}
