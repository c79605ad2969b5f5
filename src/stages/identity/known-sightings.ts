import type { Embedding, EmbeddingSpaceId } from '../../contracts/embedding';
import type { SightingId, VehicleId } from '../../contracts/match';
import type { Adaptation } from '../../contracts/recognition';
import { AppError } from '../../core/app-error';
import { projectionOf } from '../../core/projection';
import type { Project } from '../../core/separation';
import { GalleryIndex, type IndexedSighting, type VehicleScore } from '../match/gallery-index';
import type { SightingStore, SightingWrite } from './ports';

/** Where finished sightings are read from. */
export interface KnownSightingsParts {
  readonly space: EmbeddingSpaceId;
  readonly dimension: number;
  readonly store: Pick<SightingStore, 'loadDescriptors'>;
  /** Sightings that are finished, but not stored yet. */
  readonly waiting: () => readonly SightingWrite[];
}

/** Vectors in the form they are compared in: the embedder's own, or projected by an adaptation. */
interface Form {
  readonly index: GalleryIndex;
  /** Null: vectors are compared as they are. */
  readonly project: Project | null;
}

/**
 * The index of all finished sightings, kept right while the gallery is read anew: what finishes or is
 * forgotten meanwhile is not in what was read, so it is done once more afterwards. Vectors come in and are asked
 * for in the embedder's own space, whatever the index holds them in.
 */
export class KnownSightings {
  readonly #parts: KnownSightingsParts;
  /** For each reading under way, the changes since it began. */
  readonly #changes = new Set<(() => void)[]>();
  #form: Form;
  #adaptation: Adaptation | null;

  /** Throws as {@link setAdaptation} does. */
  constructor(parts: KnownSightingsParts, adaptation: Adaptation | null) {
    this.#parts = parts;
    this.#adaptation = adaptation;
    this.#form = formOf(parts, adaptation);
  }

  /** Finished sightings that can be recognised, in the space they are compared in. */
  get index(): GalleryIndex {
    return this.#form.index;
  }

  /** How much each vehicle resembles a query in the embedder's own space, best first. Throws AppError EMBEDDING_SPACE_MISMATCH. */
  rank(query: Embedding): readonly VehicleScore[] {
    return this.index.rank(this.#formed(query));
  }

  /** Adds a sighting or replaces it. Keeps the vector while a reading is under way. */
  put(sighting: IndexedSighting, embedding: Embedding): void {
    this.#change(() => {
      this.index.put(sighting, this.#formed(embedding));
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
   * From the next reading of the gallery on, vectors are compared as this adaptation projects them; null: as they are.
   * Throws AppError EMBEDDING_SPACE_MISMATCH for one of another space.
   */
  setAdaptation(adaptation: Adaptation | null): void {
    formOf(this.#parts, adaptation);
    this.#adaptation = adaptation;
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
      // Filled without a pause: nobody asks of it while it is half full.
      this.#form = formOf(this.#parts, this.#adaptation);
      const put = (sighting: IndexedSighting, vector: Float32Array): void => {
        if (!living.has(sighting.sightingId))
          this.index.put(sighting, this.#formed({ space, vector }));
      };
      for (const { sightingId, vehicleId, vehicleNumber, cameraId, vector } of known) {
        put({ sightingId, vehicleId, vehicleNumber, cameraId }, vector);
      }
      for (const { sighting, vehicleNumber, vector } of waiting) {
        if (!vector || sighting.space !== space) continue;
        const { id, vehicleId, cameraId } = sighting;
        put({ sightingId: id, vehicleId, vehicleNumber, cameraId }, vector);
      }
      for (const change of changes) change();
    } finally {
      this.#changes.delete(changes);
    }
  }

  #formed(embedding: Embedding): Embedding {
    const { index, project } = this.#form;
    if (!project || embedding.space !== this.#parts.space) return embedding;
    return { space: index.space, vector: project(embedding.vector) };
  }

  #change(change: () => void): void {
    change();
    for (const changes of this.#changes) changes.push(change);
  }
}

function formOf({ space, dimension }: KnownSightingsParts, adaptation: Adaptation | null): Form {
  if (!adaptation) return { index: new GalleryIndex(space, dimension), project: null };
  const { baseSpace, inputDimension, outputDimension, id } = adaptation;
  if (baseSpace !== space || inputDimension !== dimension) {
    throw new AppError(
      'EMBEDDING_SPACE_MISMATCH',
      `Expected an adaptation of ${dimension} values in space ${space}, ` +
        `got one of ${inputDimension} values in ${baseSpace}`,
    );
  }
  return {
    index: new GalleryIndex(`${space}~${id}`, outputDimension),
    project: projectionOf(adaptation),
  };
}
