/** Whether a run is going on, for who waits until none is. */
export class RunGate {
  #generation = 0;
  #isOn = false;
  #waiting: (() => void)[] = [];

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Rises with every run that begins. */
  get generation(): number {
    return this.#generation;
  }

  /** A run begins, or the one that is going on is begun once more. */
  open(): void {
    this.#generation += 1;
    this.#isOn = true;
  }

  /** A run is over. `generation`: as it was when its end began; one that has begun since goes on. */
  close(generation: number): void {
    if (generation !== this.#generation) return;
    this.#isOn = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when no run is going on. */
  async whenClosed(): Promise<void> {
    while (this.#isOn) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
