import type { SightingId, VehicleId } from '../../contracts/match';
import type { IdentityEvent } from '../../contracts/worker-api';
import { AppError, toErrorData } from '../../core/app-error';
import type { Schedule, SightingStore, TracedWrite } from './ports';

/** First wait after a failure, doubled each time. */
const FIRST_RETRY_MS = 1000;
/** Often enough to notice that the user made room. */
const MAX_RETRY_MS = 60_000;

/** Sightings that may wait, about 12 KB each with picture and vector: some 24 MB. */
const MAX_PENDING_COUNT = 2000;

/**
 * Writes sightings one after another. What cannot be written waits in memory and is tried again with
 * growing pauses; a newer state of a waiting sighting takes its place.
 */
export class SightingWriter {
  readonly #store: Pick<SightingStore, 'commitSighting'>;
  readonly #emit: (event: IdentityEvent) => void;
  readonly #schedule: Schedule;
  readonly #pending = new Map<SightingId, TracedWrite>();
  #writing: Promise<void> | null = null;
  #retryMs = FIRST_RETRY_MS;
  #isRetryScheduled = false;
  #lastError: unknown = null;
  /** A failure was told that is not over. */
  #hasFailed = false;
  #isClosed = false;

  constructor(
    store: Pick<SightingStore, 'commitSighting'>,
    emit: (event: IdentityEvent) => void,
    schedule: Schedule,
  ) {
    this.#store = store;
    this.#emit = emit;
    this.#schedule = schedule;
  }

  /** What is not stored yet. */
  waiting(): readonly TracedWrite[] {
    return [...this.#pending.values()];
  }

  /** The gallery was closed: nothing can be stored until `resume`. */
  noteClosed(reason: AppError): void {
    this.#isClosed = true;
    this.#lastError = reason;
    this.#tellFailure(reason);
  }

  /** The gallery is open again: stores what waits, and tells when that is done. */
  resume(): void {
    this.#isClosed = false;
    this.#retryMs = FIRST_RETRY_MS;
    this.#start();
  }

  /** Queues a sighting. When too many wait, the oldest is given up and said so. */
  write(record: TracedWrite): void {
    const { id } = record.sighting;
    const waiting = this.#pending.get(id);
    // The waiting state may hold the only copy of the picture.
    const crop =
      record.crop ?? (waiting?.sighting.cropId === record.sighting.cropId ? waiting.crop : null);
    this.#pending.set(id, { ...record, crop });
    this.#limitPending();
    if (!this.#isRetryScheduled) this.#start();
  }

  /** Gives up what waits for a vehicle that was forgotten. */
  dropVehicle(vehicleId: VehicleId): void {
    for (const [id, { sighting }] of this.#pending) {
      if (sighting.vehicleId === vehicleId) this.#pending.delete(id);
    }
  }

  dropAll(): void {
    this.#pending.clear();
  }

  /** Resolves once no write is under way: what was queued before is written or still waits. */
  async settle(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  /** Tries everything that waits, now. Rejects with the reason when some of it still waits. */
  async flush(): Promise<void> {
    await this.settle();
    this.#start();
    await this.settle();
    if (this.#pending.size === 0) return;
    const { code, message } = toErrorData(this.#lastError);
    throw new AppError(code, `${this.#pending.size} sightings are not stored yet: ${message}`, {
      cause: this.#lastError,
    });
  }

  #start(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      const [next] = this.#pending;
      if (!next) return this.#tellRecovery();
      const [id, record] = next;
      try {
        const vehicle = await this.#store.commitSighting(record);
        // A newer state that came in meanwhile stays queued.
        if (this.#pending.get(id) === record) this.#pending.delete(id);
        this.#retryMs = FIRST_RETRY_MS;
        const { sighting, vector, crop } = record;
        const trace = { ...record.trace, descriptor: vector, crop };
        this.#emit({ type: 'sighting', vehicle, sighting, trace });
      } catch (error) {
        if (isTransient(error)) return this.#retryLater(error);
        this.#giveUp(id, record, error);
      }
    }
  }

  /** A record the gallery will never take must not keep those behind it waiting. */
  #giveUp(id: SightingId, record: TracedWrite, error: unknown): void {
    if (this.#pending.get(id) === record) this.#pending.delete(id);
    this.#tellFailure(error);
  }

  #retryLater(error: unknown): void {
    this.#lastError = error;
    this.#tellFailure(error);
    if (this.#isRetryScheduled) return;
    this.#isRetryScheduled = true;
    this.#schedule(() => {
      this.#isRetryScheduled = false;
      this.#start();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
  }

  #limitPending(): void {
    const [oldest] = this.#pending;
    if (this.#pending.size <= MAX_PENDING_COUNT || !oldest) return;
    this.#pending.delete(oldest[0]);
    const { code, message } = toErrorData(this.#lastError);
    const lost = `More than ${MAX_PENDING_COUNT} sightings wait, the oldest was lost: ${message}`;
    this.#tellFailure(new AppError(code, lost));
  }

  #tellRecovery(): void {
    if (!this.#hasFailed || this.#isClosed) return;
    this.#hasFailed = false;
    this.#emit({ type: 'storage-recovered' });
  }

  #tellFailure(error: unknown): void {
    // A record that is refused is lost: nothing recovers from that.
    if (isTransient(error)) this.#hasFailed = true;
    this.#emit({
      type: 'storage-error',
      error: toErrorData(error),
      pendingCount: this.#pending.size,
    });
  }
}

/** Room may be made and a blocked database freed; a record that contradicts itself stays as it is. */
function isTransient(error: unknown): boolean {
  return toErrorData(error).code.startsWith('STORAGE_');
}
