import type { ResultSetId, SessionEvent, SessionWriter } from '../../contracts/session';

/** Microseconds of a block: some seconds, as of a recording; its memory and its loss stay small. */
const BLOCK_US = 10_000_000;

/** Tracks and sightings, which may come all at once, are divided by their number. */
const MAX_EVENT_COUNT = 5000;

/** Gathers events into blocks and hands them to a writer. */
export class EventBlocks {
  readonly #writer: SessionWriter;
  readonly #resultSet: ResultSetId;
  #events: SessionEvent[] = [];
  #startUs: number | null = null;

  constructor(writer: SessionWriter, resultSet: ResultSetId) {
    this.#writer = writer;
    this.#resultSet = resultSet;
  }

  /** Resolves when the next event may come. */
  async add(event: SessionEvent): Promise<void> {
    if (event.type === 'frame') {
      const { captureTimeUs } = event.frame;
      if (this.#startUs !== null && captureTimeUs - this.#startUs >= BLOCK_US) await this.flush();
      this.#startUs ??= captureTimeUs;
    }
    this.#events.push(event);
    if (this.#events.length >= MAX_EVENT_COUNT) await this.flush();
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    const events = this.#events;
    this.#events = [];
    this.#startUs = null;
    if (events.length > 0) await this.#writer.append(this.#resultSet, events);
  }
}
