import type { Database } from '../database/database';
import { writeBatch } from './event-text';
import { eventsAfter, type StoredEvent } from './live-store';
import type { LiveStream } from './live-stream';

/** Events read at once. At most some 60 KiB: less than half of what may wait in a stream. */
export const READ_COUNT = 200;

/** After a failed read. A notification that comes before reads, too. */
const RETRY_MS = 1000;

/**
 * The streams of one camera in this process that have caught up. A notification makes one read, however many streams there are, and a
 * second one only when more came meanwhile; all streams get the same bytes.
 */
export class CameraFeed {
  readonly #database: Database;
  readonly #cameraId: string;
  readonly #onFailure: (error: unknown) => void;
  readonly #streams = new Set<LiveStream>();
  /** Number of the last event that was read for all. */
  #position = 0;
  /** The highest number that was told of. */
  #newest = 0;
  #isReading = false;
  #isAskedAgain = false;
  #retry: NodeJS.Timeout | null = null;
  /** Streams that are here or on their way here. */
  userCount = 0;

  constructor(database: Database, cameraId: string, onFailure: (error: unknown) => void) {
    this.#database = database;
    this.#cameraId = cameraId;
    this.#onFailure = onFailure;
  }

  /** The stream has all that this process has been told of: from here on it gets what is read for all. */
  hasCaughtUp(stream: LiveStream): boolean {
    return stream.position >= Math.max(this.#newest, this.#position);
  }

  /** Only what {@link hasCaughtUp}, without waiting in between. */
  add(stream: LiveStream): void {
    if (this.#streams.size === 0 && !this.#isReading) this.#position = stream.position;
    this.#streams.add(stream);
  }

  delete(stream: LiveStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0 || this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#retry = null;
  }

  /** There are events up to `sequence`. */
  tell(sequence: number): void {
    this.#newest = Math.max(this.#newest, sequence);
    if (this.#newest > this.#position) this.read();
  }

  /** Reads what is new, if anything. */
  read(): void {
    if (this.#streams.size === 0) return;
    if (this.#isReading) this.#isAskedAgain = true;
    else void this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    try {
      do {
        this.#isAskedAgain = false;
        const events = await eventsAfter(
          this.#database,
          this.#cameraId,
          this.#position,
          READ_COUNT,
        );
        this.#deliver(events);
        if (events.length === READ_COUNT) this.#isAskedAgain = true;
      } while (this.#isAskedAgain && this.#streams.size > 0);
    } catch (error) {
      this.#onFailure(error);
      if (this.#streams.size > 0) this.#retry = setTimeout(() => this.read(), RETRY_MS).unref();
    } finally {
      this.#isReading = false;
    }
  }

  #deliver(events: readonly StoredEvent[]): void {
    if (events.length === 0) return;
    const position = this.#position;
    const shared = writeBatch(position, events);
    this.#position = shared.lastSequence;
    for (const stream of this.#streams) {
      if (stream.position >= shared.lastSequence) continue;
      // One that caught up by itself while this was read has some of it already.
      const own =
        stream.position === position
          ? shared
          : writeBatch(
              stream.position,
              events.filter(({ sequence }) => sequence > stream.position),
            );
      stream.position = own.lastSequence;
      stream.write(own.bytes);
    }
  }
}
