/** One place to go to. */
export interface SeekRequest {
  readonly timeUs: number;
  readonly isSteppingBack: boolean;
  /** Something that is quickly there may be shown first. */
  readonly isQuickFirst: boolean;
}

/** Goes somewhere; `isQuick` asks for something near that is there soon. Returns whether it is there exactly. */
export type SeekStep = (
  request: SeekRequest,
  isQuick: boolean,
  signal: AbortSignal,
) => Promise<boolean>;

/**
 * Serves requests to go somewhere, of which only the last counts. A quick step is always finished, so that somebody who drags without
 * a pause sees something; an exact one is given up as soon as there is another request.
 */
export class SeekQueue {
  readonly #step: SeekStep;
  #wanted: SeekRequest | null = null;
  #exact: AbortController | null = null;
  #running: Promise<void> | null = null;
  readonly #closing = new AbortController();

  constructor(step: SeekStep) {
    this.#step = step;
  }

  /** Something was asked for that is not shown exactly yet. */
  get isBusy(): boolean {
    return this.#running !== null;
  }

  /** Resolves when nothing is left to do: this request was served, or a later one was. */
  request(request: SeekRequest): Promise<void> {
    this.#wanted = request;
    this.#exact?.abort();
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Gives up what is under way; later requests do nothing. */
  close(): void {
    this.#closing.abort();
    this.#wanted = null;
    this.#exact?.abort();
  }

  async #run(): Promise<void> {
    try {
      while (this.#wanted && !this.#closing.signal.aborted) {
        const request = this.#wanted;
        this.#wanted = null;
        await this.#serve(request);
      }
    } finally {
      // At once, and not when this promise is told of: a request between the two would be lost.
      this.#running = null;
    }
  }

  async #serve(request: SeekRequest): Promise<void> {
    const exact = new AbortController();
    this.#exact = exact;
    const isThere = request.isQuickFirst && (await this.#step(request, true, this.#closing.signal));
    if (!isThere && !exact.signal.aborted) await this.#step(request, false, exact.signal);
    this.#exact = null;
  }
}
