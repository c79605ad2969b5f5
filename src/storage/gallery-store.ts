import type { EmbeddingSpaceId } from '../contracts/embedding';
import type {
  RemovalReport,
  RetentionPolicy,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from '../contracts/gallery';
import type { VehicleId } from '../contracts/match';
import type { AppError } from '../core/app-error';
import { commitSighting, type SightingRecord } from './commit-sighting';
import { BLOCK_ROW_COUNT, loadDescriptors, packRecentDescriptors } from './descriptor-rows';
import { GalleryConnection } from './gallery-connection';
import { GalleryRecognition } from './gallery-recognition';
import { readCrop, readHighestNumber, readVehicle, readVehicleList } from './gallery-queries';
import { originUsage } from './quota';
import {
  addReports,
  NOTHING_REMOVED,
  removeEverything,
  removeSightings,
  removeVehicle,
} from './removal';
import { agedSightings, oldestEndUnixMs, surplusVehicles } from './retention';
import type { GalleryWrite } from './schema';
import type { StoredDescriptor } from './vector-blocks';
import { summaryOf } from './vehicle-summary';

/** Commits between two looks at whether descriptors want packing; counting them takes a moment. */
const COMMITS_PER_PACKING = BLOCK_ROW_COUNT / 4;

/**
 * The gallery on this device, open in one context at a time. Every change is one transaction that is
 * on disk when the promise resolves, or did not happen. Every method may throw AppError
 * STORAGE_UNAVAILABLE, STORAGE_FULL (what was stored before is intact; try again after making room)
 * and, once the gallery was closed from outside, the reason given to `onClosed`.
 */
export class GalleryStore {
  /** Spaces, adaptation, and what is known of pairs. */
  readonly recognition: GalleryRecognition;
  readonly #gallery: GalleryConnection;
  #vehicleCount = 0;
  #highestNumber = 0;
  #unreadableCount = 0;
  #commitCount = 0;

  private constructor(gallery: GalleryConnection) {
    this.#gallery = gallery;
    this.recognition = new GalleryRecognition(gallery);
  }

  /**
   * Opens the gallery, making or upgrading its database. Throws AppError GALLERY_IN_USE (another tab
   * has it), STORAGE_NEWER (made by a newer version of the app; nothing is touched), STORAGE_BLOCKED
   * (another tab holds on to the older version), STORAGE_UNAVAILABLE, STORAGE_FULL.
   */
  static async open(databaseName: string): Promise<GalleryStore> {
    const store = new GalleryStore(await GalleryConnection.open(databaseName));
    try {
      await store.#readCounts();
    } catch (error) {
      store.close();
      throw error;
    }
    return store;
  }

  /** Vehicles in the gallery. */
  get vehicleCount(): number {
    return this.#vehicleCount;
  }

  /** False where the browser has no Web Locks: nothing then keeps a second tab from writing too. */
  get isExclusive(): boolean {
    return this.#gallery.isExclusive;
  }

  /**
   * A number for a new vehicle: 1, 2, 3, ..., never handed out twice while the gallery is open. Once a
   * sighting with it was committed it is never handed out again, whatever is removed later. Only
   * `deleteEverything` forgets it: numbers go on until the gallery is closed, because vehicles on
   * screen keep theirs, and a gallery that is opened without any sighting in it starts at 1.
   */
  allocateVehicleNumber(): number {
    this.#highestNumber += 1;
    return this.#highestNumber;
  }

  /** All descriptors of one space, in no particular order; those of other spaces stay where they are. */
  async loadDescriptors(space: EmbeddingSpaceId): Promise<readonly StoredDescriptor[]> {
    const { descriptors, skippedCount } = await this.#gallery.read(
      'read the descriptors',
      (database) => loadDescriptors(database, space),
    );
    this.#unreadableCount += skippedCount;
    return descriptors;
  }

  /**
   * Inserts a sighting, or rewrites the one of that id; its vehicle may be another than before, and
   * the earlier one goes when that was its last sighting. Resolves with the vehicle as it is now.
   * Throws also AppError EMBEDDING_SPACE_MISMATCH, and RangeError for a record that contradicts
   * itself, see {@link SightingRecord}.
   */
  async commitSighting(record: SightingRecord): Promise<VehicleSummary> {
    const isTimeToPack = this.#commitCount % COMMITS_PER_PACKING === 0;
    this.#commitCount += 1;
    const result = await this.#gallery.write('write a sighting', async (transaction) => {
      const committed = await commitSighting(transaction, record);
      const { space } = record.sighting;
      if (isTimeToPack && space !== null) await packRecentDescriptors(transaction, space);
      return committed;
    });
    this.#vehicleCount += result.vehicleCountChange;
    this.#highestNumber = Math.max(this.#highestNumber, result.vehicle.number);
    return summaryOf(result.vehicle);
  }

  /** A stretch of the list of vehicles, newest last-seen first. */
  async listVehicles(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<readonly VehicleSummary[]> {
    const { vehicles, skippedCount } = await this.#gallery.read('list the vehicles', (database) =>
      readVehicleList(database, range.offset, range.count),
    );
    this.#unreadableCount += skippedCount;
    return vehicles;
  }

  /** A vehicle with its sightings, newest first; null when there is none of that id. */
  async vehicle(id: VehicleId): Promise<VehicleDetail | null> {
    const { vehicle, skippedCount } = await this.#gallery.read('read a vehicle', (database) =>
      readVehicle(database, id),
    );
    this.#unreadableCount += skippedCount;
    return vehicle;
  }

  /** A sighting's picture; null when there is none of that id. */
  crop(cropId: string): Promise<Blob | null> {
    return this.#gallery.read('read a picture', (database) => readCrop(database, cropId));
  }

  /** Removes a vehicle: its sightings, pictures, vectors, and its name in other vehicles' evidence. */
  async forgetVehicle(id: VehicleId): Promise<RemovalReport> {
    return this.#remove('forget a vehicle', (transaction) => removeVehicle(transaction, id));
  }

  /** Leaves nothing in any store. */
  async deleteEverything(): Promise<RemovalReport> {
    return this.#remove('delete everything', removeEverything);
  }

  /**
   * Removes sightings that ended too long ago, then the vehicles longest unseen beyond the allowed
   * number. Works in steps: when one fails, those before it stay done.
   */
  async applyRetention(policy: RetentionPolicy, nowUnixMs: number): Promise<RemovalReport> {
    const doing = 'remove what is kept too long';
    let report = NOTHING_REMOVED;
    const oldest = oldestEndUnixMs(policy, nowUnixMs);
    while (oldest !== null) {
      const ids = await this.#gallery.read(doing, (database) => agedSightings(database, oldest));
      if (ids.length === 0) break;
      const step = await this.#remove(doing, (transaction) => removeSightings(transaction, ids));
      report = addReports(report, step);
    }
    const keepCount = policy.maxVehicleCount;
    while (keepCount) {
      const ids = await this.#gallery.read(doing, (database) =>
        surplusVehicles(database, keepCount),
      );
      if (ids.length === 0) break;
      const step = await this.#remove(doing, async (transaction) => {
        let removed = NOTHING_REMOVED;
        for (const id of ids) removed = addReports(removed, await removeVehicle(transaction, id));
        return removed;
      });
      report = addReports(report, step);
    }
    return report;
  }

  /** Bytes of this origin, and what the gallery holds. */
  async usage(): Promise<StorageUsage> {
    const [origin, sightingCount] = await Promise.all([
      originUsage(),
      this.#gallery.read('count the sightings', (database) => database.count('sightings')),
    ]);
    return {
      ...origin,
      vehicleCount: this.#vehicleCount,
      sightingCount,
      unreadableCount: this.#unreadableCount,
    };
  }

  /**
   * Calls back once when the gallery was closed by something other than `close`, with the reason; at
   * once when that has happened already. Returns the unsubscriber.
   */
  onClosed(listener: (reason: AppError) => void): () => void {
    return this.#gallery.onClosed(listener);
  }

  /** Closes after the changes under way are through, and lets another context open it. Safe to call twice. */
  close(): void {
    this.#gallery.close();
  }

  async #readCounts(): Promise<void> {
    const [vehicleCount, highestNumber] = await this.#gallery.read('open the gallery', (database) =>
      Promise.all([database.count('vehicles'), readHighestNumber(database)]),
    );
    this.#vehicleCount = vehicleCount;
    this.#highestNumber = highestNumber;
  }

  async #remove(
    doing: string,
    work: (transaction: GalleryWrite) => Promise<RemovalReport>,
  ): Promise<RemovalReport> {
    const report = await this.#gallery.write(doing, work);
    this.#vehicleCount -= report.vehicleCount;
    return report;
  }
}
