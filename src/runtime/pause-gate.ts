/** Lets work through while open; whoever comes while it is paused waits. */
export class PauseGate {
  #isPaused = false;
  #waiters: (() => void)[] = [];

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resume of waiters) resume();
  }

  /** Resolves at once while not paused. */
  whenOpen(): Promise<void> {
    if (!this.#isPaused) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }
}
