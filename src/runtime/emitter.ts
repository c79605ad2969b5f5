import type { Unsubscribe } from '../contracts/app';

/** Listeners of one kind of event. A listener that throws does not keep the others from hearing. */
export class Emitter<Arguments extends readonly unknown[]> {
  readonly #listeners = new Set<(...args: Arguments) => void>();

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  add(listener: (...args: Arguments) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(...args: Arguments): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(...args);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
