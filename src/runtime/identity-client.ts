import { transfer, type Remote } from 'comlink';
import type { GalleryClient, Unsubscribe } from '../contracts/app';
import type {
  RemovalReport,
  RetentionPolicy,
  Sighting,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from '../contracts/gallery';
import type { MatchThresholds, SightingId, VehicleId } from '../contracts/match';
import type {
  Adaptation,
  CameraPairThreshold,
  ConfirmedPair,
  PairSet,
} from '../contracts/recognition';
import type {
  GallerySpace,
  IdentityApi,
  IdentityConfig,
  IdentityEvent,
  IdentityReady,
  IdentityTimings,
  ReembedConfig,
  TracedSighting,
} from '../contracts/worker-api';
import type { AppError } from '../core/app-error';
import { deleteDatabase } from '../storage/delete-database';
import { Emitter } from './emitter';
import { GalleryWorker } from './gallery-worker';

/** Sightings of one gallery that cannot be written now, and why. */
type StorageTrouble = Pick<
  Extract<IdentityEvent, { type: 'storage-error' }>,
  'error' | 'pendingCount'
>;

/**
 * Recognition and gallery as the page sees them: the gallery at any time, the embedder once configured.
 *
 * Beside the user's own gallery there may be a guest for a while, made empty and thrown away afterwards. All
 * calls then go to the guest; the own one's worker lives on and finishes what it still has to write.
 */
export class IdentityClient implements GalleryClient {
  readonly #createWorker: () => Worker;
  readonly #events = new Emitter<[IdentityEvent]>();
  readonly #gone = new Emitter<[AppError, boolean]>();
  readonly #trouble = new Map<GalleryWorker, StorageTrouble>();
  readonly #own: GalleryWorker;
  #guest: GalleryWorker | null = null;

  constructor(createWorker: () => Worker, databaseName: string) {
    this.#createWorker = createWorker;
    this.#own = this.#galleryWorker(databaseName);
  }

  /** A guest gallery is in use. */
  get isGuest(): boolean {
    return this.#guest !== null;
  }

  /**
   * Goes over to an empty gallery of this name; one that is there is deleted first. No run may be going on. Throws AppError
   * GALLERY_IN_USE when another tab uses it, STORAGE_*; then the own gallery is in use.
   */
  async enterGuest(databaseName: string): Promise<void> {
    this.leaveGuest();
    await deleteDatabase(databaseName);
    this.#guest = this.#galleryWorker(databaseName);
    this.#events.emit({ type: 'gallery-changed' });
  }

  /** Back to the user's own gallery. What the guest holds is deleted with the next `enterGuest`, or now if that can be. */
  leaveGuest(): void {
    const guest = this.#guest;
    if (!guest) return;
    this.#guest = null;
    guest.dispose();
    this.#endTrouble(guest);
    // Deleting it is a courtesy to the disk: `enterGuest` does it again before it matters.
    deleteDatabase(guest.databaseName).catch(() => undefined);
    this.#events.emit({ type: 'gallery-changed' });
  }

  /** Opens the gallery; a failed opening is tried again by the next call. */
  ready(): Promise<void> {
    return this.#inUse.ready();
  }

  /** Loads the embedder unless the same one is loaded. */
  async configure(config: Omit<IdentityConfig, 'databaseName'>): Promise<IdentityReady> {
    const worker = this.#inUse;
    await worker.ready();
    const key = JSON.stringify([config.manifest.sha256, config.backend, config.modelUrl]);
    if (worker.configured?.key === key) {
      await this.setThresholds(config.thresholds, config.pairThresholds);
      return worker.configured.ready;
    }
    const { databaseName } = worker;
    const ready = await worker.call((remote) => remote.configure({ ...config, databaseName }));
    worker.configured = { key, ready };
    return ready;
  }

  /** In which space the gallery in use is searched. */
  gallerySpace(): Promise<GallerySpace> {
    return this.#call((remote) => remote.gallerySpace());
  }

  /** For the own gallery, as `setRetention` is. */
  reembed(config: ReembedConfig): Promise<void> {
    return this.#own.call((remote) => remote.reembed(config));
  }

  setReembeddingPaused(isPaused: boolean): Promise<void> {
    return this.#own.call((remote) => remote.setReembeddingPaused(isPaused));
  }

  cancelReembedding(): Promise<void> {
    return this.#own.call((remote) => remote.cancelReembedding());
  }

  pairSet(): Promise<PairSet> {
    return this.#call((remote) => remote.pairSet());
  }

  confirmPair(pair: ConfirmedPair): Promise<void> {
    return this.#call((remote) => remote.confirmPair(pair));
  }

  takeBackPair(sightings: ConfirmedPair['sightings']): Promise<void> {
    return this.#call((remote) => remote.takeBackPair(sightings));
  }

  confirmedPairs(sightingId: SightingId): Promise<readonly ConfirmedPair[]> {
    return this.#call((remote) => remote.confirmedPairs(sightingId));
  }

  /** Pairs of the own gallery, whichever is in use; null: all. */
  ownPairs(sightingId: SightingId | null): Promise<readonly ConfirmedPair[]> {
    return this.#own.call((remote) => remote.confirmedPairs(sightingId));
  }

  /** As {@link confirmPair}, for the own gallery. */
  keepOwnPair(pair: ConfirmedPair): Promise<void> {
    return this.#own.call((remote) => remote.confirmPair(pair));
  }

  /** As {@link takeBackPair}, for the own gallery. */
  takeBackOwnPair(sightings: ConfirmedPair['sightings']): Promise<void> {
    return this.#own.call((remote) => remote.takeBackPair(sightings));
  }

  setAdaptation(adaptation: Adaptation | null): Promise<void> {
    return this.#call((remote) => remote.setAdaptation(adaptation));
  }

  connectPerception(port: MessagePort): Promise<void> {
    return this.#call((remote) => remote.connectPerception(transfer(port, [port])));
  }

  setThresholds(
    thresholds: MatchThresholds,
    pairThresholds: readonly CameraPairThreshold[],
  ): Promise<void> {
    return this.#call((remote) => remote.setThresholds(thresholds, pairThresholds));
  }

  /** For the own gallery, also while a guest is in use: that one does not live long enough. */
  setRetention(policy: RetentionPolicy): Promise<RemovalReport> {
    return this.#own.call((remote) => remote.setRetention(policy));
  }

  list(range: { offset: number; count: number }): Promise<readonly VehicleSummary[]> {
    return this.#call((remote) => remote.listVehicles(range));
  }

  vehicle(id: VehicleId): Promise<VehicleDetail | null> {
    return this.#call((remote) => remote.vehicle(id));
  }

  crop(cropId: string): Promise<Blob | null> {
    return this.#call((remote) => remote.crop(cropId));
  }

  forget(id: VehicleId): Promise<RemovalReport> {
    return this.#call((remote) => remote.forgetVehicle(id));
  }

  deleteEverything(): Promise<RemovalReport> {
    return this.#call((remote) => remote.deleteEverything());
  }

  usage(): Promise<StorageUsage> {
    return this.#call((remote) => remote.usage());
  }

  timings(): Promise<IdentityTimings> {
    return this.#call((remote) => remote.timings());
  }

  livingSightings(): Promise<readonly TracedSighting[]> {
    return this.#call((remote) => remote.livingSightings());
  }

  /** Ends tracks that still live; resolves when every sighting so far is durable. */
  finishRun(): Promise<void> {
    return this.#call((remote) => remote.finishRun());
  }

  onEvent(listener: (event: IdentityEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  /** A worker died by itself; the next call starts another. `isInUse`: of the gallery that calls go to now. */
  onGone(listener: (reason: AppError, isInUse: boolean) => void): Unsubscribe {
    return this.#gone.add(listener);
  }

  onSighting(listener: (vehicle: VehicleSummary, sighting: Sighting) => void): Unsubscribe {
    return this.#events.add((event) => {
      if (event.type === 'sighting') listener(event.vehicle, event.sighting);
    });
  }

  onChanged(listener: () => void): Unsubscribe {
    return this.#events.add((event) => {
      if (event.type === 'gallery-changed') listener();
    });
  }

  get #inUse(): GalleryWorker {
    return this.#guest ?? this.#own;
  }

  #galleryWorker(databaseName: string): GalleryWorker {
    const worker = new GalleryWorker(this.#createWorker, databaseName, {
      onEvent: (event) => {
        if (event.type === 'storage-error') this.#noteTrouble(worker, event);
        else if (event.type === 'storage-recovered') this.#endTrouble(worker);
        // Re-embedding is always the own gallery's, and goes on while a guest is in use.
        else if (worker === this.#inUse || event.type === 'reembedding') this.#events.emit(event);
      },
      onGone: (reason) => {
        // What it still had to write is lost with it: nothing waits any more.
        this.#endTrouble(worker);
        this.#gone.emit(reason, worker === this.#inUse);
      },
    });
    return worker;
  }

  /** Told of both galleries as one: the own one may still wait for room while a guest is in use. */
  #noteTrouble(worker: GalleryWorker, trouble: StorageTrouble): void {
    this.#trouble.set(worker, trouble);
    this.#tellTrouble(trouble.error);
  }

  #endTrouble(worker: GalleryWorker): void {
    if (!this.#trouble.delete(worker)) return;
    const [other] = this.#trouble.values();
    if (other) this.#tellTrouble(other.error);
    else this.#events.emit({ type: 'storage-recovered' });
  }

  #tellTrouble(error: StorageTrouble['error']): void {
    const counts = [...this.#trouble.values()].map(({ pendingCount }) => pendingCount);
    const pendingCount = counts.reduce((a, b) => a + b, 0);
    this.#events.emit({ type: 'storage-error', error, pendingCount });
  }

  #call<T>(invoke: (remote: Remote<IdentityApi>) => T | PromiseLike<T>): Promise<T> {
    return this.#inUse.call(invoke);
  }
}
