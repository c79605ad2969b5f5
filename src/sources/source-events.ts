import type { SourceEvent } from '../contracts/source';

/** Hands a source's events to whoever listens. */
export class SourceEvents {
  readonly #listeners = new Set<(event: SourceEvent) => void>();

  /** Returns the unsubscriber. */
  add(listener: (event: SourceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: SourceEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
