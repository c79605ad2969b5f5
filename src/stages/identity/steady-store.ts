import type { EmbeddingSpaceId } from '../../contracts/embedding';
import type { RetentionPolicy } from '../../contracts/gallery';
import type { VehicleId } from '../../contracts/match';
import { AppError, toErrorData } from '../../core/app-error';
import type { OpenedSightingStore, Schedule, SightingStore, SightingWrite } from './ports';

/** First wait before the gallery is opened again, doubled each time. */
const FIRST_REOPEN_MS = 250;
/** With the doubling about a minute: what a browser that frees a disk or clears data may take. */
const MAX_REOPEN_COUNT = 8;

/** What the store needs around it. */
export interface SteadyStoreParts {
  readonly open: () => Promise<OpenedSightingStore>;
  readonly schedule: Schedule;
  /** The connection was lost, or could not be had again. */
  readonly onLost: (reason: AppError) => void;
  /** The gallery is open again; it may hold less than before. */
  readonly onReopened: () => void;
}

/**
 * A gallery that is opened again when the browser drops it (the disk was busy, site data was cleared), so that
 * a camera that runs for days goes on being stored. One that a newer version of the app has upgraded, or
 * another tab has taken, stays closed: its calls throw the reason.
 */
export class SteadyStore implements SightingStore {
  readonly #parts: SteadyStoreParts;
  #store: OpenedSightingStore;
  #isLost = false;
  #attemptCount = 0;
  #reopening: Promise<void> | null = null;
  #highestNumber = 0;

  private constructor(store: OpenedSightingStore, parts: SteadyStoreParts) {
    this.#store = store;
    this.#parts = parts;
    this.#watch(store);
  }

  /** Throws what `open` throws. */
  static async open(parts: SteadyStoreParts): Promise<SteadyStore> {
    return new SteadyStore(await parts.open(), parts);
  }

  /** Opens a gallery that was lost once more, now. Throws AppError when it cannot be had. */
  async ensureOpen(): Promise<void> {
    if (this.#isLost) await this.#reopen();
  }

  get vehicleCount(): number {
    return this.#store.vehicleCount;
  }

  /** Of the gallery as it is open now: asked for anew each time. */
  get recognition() {
    return this.#store.recognition;
  }

  /** Never the same twice, also when what held the highest number was lost with the gallery. */
  allocateVehicleNumber(): number {
    let number = this.#store.allocateVehicleNumber();
    while (number <= this.#highestNumber) number = this.#store.allocateVehicleNumber();
    this.#highestNumber = number;
    return number;
  }

  loadDescriptors(space: EmbeddingSpaceId) {
    return this.#store.loadDescriptors(space);
  }

  commitSighting(record: SightingWrite) {
    return this.#store.commitSighting(record);
  }

  listVehicles(range: { readonly offset: number; readonly count: number }) {
    return this.#store.listVehicles(range);
  }

  vehicle(id: VehicleId) {
    return this.#store.vehicle(id);
  }

  crop(cropId: string) {
    return this.#store.crop(cropId);
  }

  forgetVehicle(id: VehicleId) {
    return this.#store.forgetVehicle(id);
  }

  deleteEverything() {
    return this.#store.deleteEverything();
  }

  applyRetention(policy: RetentionPolicy, nowUnixMs: number) {
    return this.#store.applyRetention(policy, nowUnixMs);
  }

  usage() {
    return this.#store.usage();
  }

  #watch(store: OpenedSightingStore): void {
    store.onClosed((reason) => {
      if (store !== this.#store) return;
      this.#isLost = true;
      this.#attemptCount = 0;
      this.#parts.onLost(reason);
      if (reason.code === 'STORAGE_UNAVAILABLE') this.#reopenLater();
    });
  }

  #reopenLater(): void {
    const delayMs = FIRST_REOPEN_MS * 2 ** this.#attemptCount;
    this.#attemptCount += 1;
    this.#parts.schedule(() => {
      if (!this.#isLost) return;
      this.#reopen().catch((error: unknown) => {
        const { code, message } = toErrorData(error);
        const isFinal = code === 'STORAGE_NEWER' || this.#attemptCount >= MAX_REOPEN_COUNT;
        if (isFinal) this.#parts.onLost(new AppError(code, message, { cause: error }));
        else this.#reopenLater();
      });
    }, delayMs);
  }

  #reopen(): Promise<void> {
    this.#reopening ??= this.#openAgain().finally(() => {
      this.#reopening = null;
    });
    return this.#reopening;
  }

  async #openAgain(): Promise<void> {
    const store = await this.#parts.open();
    this.#store = store;
    this.#isLost = false;
    this.#watch(store);
    this.#parts.onReopened();
  }
}
