import type { Embedding, EmbeddingSpaceId } from '../../contracts/embedding';
import type { SightingId, VehicleId } from '../../contracts/match';
import { GalleryIndex, type IndexedSighting } from '../match/gallery-index';
import type { SightingStore, SightingWrite } from './ports';

/** Where finished sightings are read from. */
export interface KnownSightingsParts {
  readonly space: EmbeddingSpaceId;
  readonly dimension: number;
  readonly store: Pick<SightingStore, 'loadDescriptors'>;
  /** Sightings that are finished, but not stored yet. */
  readonly waiting: () => readonly SightingWrite[];
}

/**
 * The index of all finished sightings, kept right while the gallery is read anew: what finishes or is
 * forgotten meanwhile is not in what was read, so it is done once more afterwards.
 */
export class KnownSightings {
  readonly index: GalleryIndex;
  readonly #parts: KnownSightingsParts;
  /** For each reading under way, the changes since it began. */
  readonly #changes = new Set<(() => void)[]>();

  constructor(parts: KnownSightingsParts) {
    this.#parts = parts;
    this.index = new GalleryIndex(parts.space, parts.dimension);
  }

  /** Adds a sighting or replaces it. Keeps the vector while a reading is under way. */
  put(sighting: IndexedSighting, embedding: Embedding): void {
    this.#change(() => {
      this.index.put(sighting, embedding);
    });
  }

  forgetVehicle(vehicleId: VehicleId): void {
    this.#change(() => {
      this.index.removeVehicle(vehicleId);
    });
  }

  forgetEverything(): void {
    this.#change(() => {
      this.index.clear();
    });
  }

  /**
   * Reads the gallery anew, but for the sightings of living tracks: a track must not be recognised as what it
   * wrote a moment ago. Throws STORAGE_*; the index is then as it was.
   */
  async load(livingIds: () => ReadonlySet<SightingId>): Promise<void> {
    const { space, store } = this.#parts;
    const changes: (() => void)[] = [];
    this.#changes.add(changes);
    // Taken now: by the time the gallery is read they may have been stored, too late to be in what was read.
    const waiting = this.#parts.waiting();
    try {
      const known = await store.loadDescriptors(space);
      const living = livingIds();
      this.index.clear();
      for (const sighting of known) {
        if (!living.has(sighting.sightingId))
          this.index.put(sighting, { space, vector: sighting.vector });
      }
      for (const { sighting, vehicleNumber, vector } of waiting) {
        if (!vector || sighting.space !== space || living.has(sighting.id)) continue;
        const { id, vehicleId } = sighting;
        this.index.put({ sightingId: id, vehicleId, vehicleNumber }, { space, vector });
      }
      for (const change of changes) change();
    } finally {
      this.#changes.delete(changes);
    }
  }

  #change(change: () => void): void {
    change();
    for (const changes of this.#changes) changes.push(change);
  }
}
