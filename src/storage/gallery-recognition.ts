import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { CameraId } from '../contracts/frame';
import type { SightingId, VehicleId } from '../contracts/match';
import type { Adaptation, ConfirmedPair } from '../contracts/recognition';
import type { GallerySpace } from '../contracts/worker-api';
import {
  putConfirmedPair,
  readConfirmedPairsOf,
  readNewestConfirmedPairs,
  removeConfirmedPair,
} from './confirmed-pair-rows';
import { BLOCK_ROW_COUNT, packRecentDescriptors } from './descriptor-rows';
import type { GalleryConnection } from './gallery-connection';
import {
  adoptSpace,
  putAdaptation,
  readAdaptationOf,
  readSearchSpace,
  switchSpace,
} from './gallery-state';
import {
  countReembedding,
  putReembedded,
  readReembedPortion,
  type ReembeddedPicture,
  type ReembedPortion,
} from './reembedding-rows';
import { readSamples } from './sample-rows';
import { ALL_STORES, type GalleryDatabase, type SampleRow } from './schema';
import { readDescriptorsOf, removeDescriptorsBut } from './space-rows';
import { readSightingRow } from './stored-rows';

/** Descriptors written one by one between two looks at whether they want packing. */
const WRITES_PER_PACKING = BLOCK_ROW_COUNT / 4;

/** A sighting that evidence is about. */
export interface EvidenceSighting {
  readonly sightingId: SightingId;
  readonly vehicleId: VehicleId;
  readonly cameraId: CameraId;
  readonly cameraLabel: string;
}

/** What is known of pairs in one space, as it is stored; both lists newest first. */
export interface PairEvidenceRows {
  readonly samples: readonly (EvidenceSighting &
    Pick<SampleRow, 'early' | 'late' | 'companionIds'>)[];
  /** Pairs of which both sightings have a descriptor in the space. */
  readonly confirmed: readonly {
    readonly isSame: boolean;
    readonly sightings: readonly [DescribedSighting, DescribedSighting];
  }[];
}

/** A sighting with its descriptor. */
export interface DescribedSighting extends EvidenceSighting {
  readonly vector: Float32Array;
}

/**
 * The part of the gallery that is about spaces and pairs. Changes are durable as those of the gallery are, and every
 * method may throw what its methods throw.
 */
export class GalleryRecognition {
  readonly #gallery: GalleryConnection;
  #writeCount = 0;

  constructor(gallery: GalleryConnection) {
    this.#gallery = gallery;
  }

  /** In which space the gallery is searched, and what is applied to its vectors. */
  gallerySpace(): Promise<GallerySpace> {
    return this.#gallery.read('read the space of the gallery', async (database) => {
      const transaction = database.transaction(ALL_STORES, 'readonly');
      const space = await readSearchSpace(transaction);
      const adaptation = space === null ? null : await readAdaptationOf(transaction, space);
      return { space, adaptation };
    });
  }

  /** An embedder of this space was loaded: a gallery without descriptors is searched in it from now on. */
  adoptSpace(space: EmbeddingSpaceId): Promise<void> {
    return this.#gallery.write('note the space of the gallery', (transaction) =>
      adoptSpace(transaction, space),
    );
  }

  /** Puts an adaptation of the space searched now in use; null: none. Throws AppError EMBEDDING_SPACE_MISMATCH. */
  setAdaptation(adaptation: Adaptation | null): Promise<void> {
    return this.#gallery.write('write the adaptation', (transaction) =>
      putAdaptation(transaction, adaptation),
    );
  }

  /** How many sightings should have a descriptor in a space, and how many have. */
  countReembedding(
    space: EmbeddingSpaceId,
  ): Promise<{ readonly totalCount: number; readonly doneCount: number }> {
    return this.#gallery.read('count what is to be embedded again', (database) =>
      countReembedding(database, space),
    );
  }

  /** Some sightings without a descriptor in a space, among those after `afterId` in key order (null: from the first). */
  reembedPortion(space: EmbeddingSpaceId, afterId: SightingId | null): Promise<ReembedPortion> {
    return this.#gallery.read('find what is to be embedded again', (database) =>
      readReembedPortion(database, space, afterId),
    );
  }

  /** Writes a descriptor made from a stored picture; false when that picture is no longer the sighting's. */
  putReembedded(picture: ReembeddedPicture): Promise<boolean> {
    const isTimeToPack = this.#writeCount % WRITES_PER_PACKING === 0;
    this.#writeCount += 1;
    return this.#gallery.write('write a descriptor', async (transaction) => {
      const isWritten = await putReembedded(transaction, picture);
      if (isTimeToPack) await packRecentDescriptors(transaction, picture.space);
      return isWritten;
    });
  }

  /** Searches the gallery in this space from now on; descriptors and samples of others, and the adaptation, go. */
  switchSpace(space: EmbeddingSpaceId): Promise<void> {
    return this.#gallery.write('change the space of the gallery', (transaction) =>
      switchSpace(transaction, space),
    );
  }

  /** Removes the descriptors of all spaces but the one searched now. */
  dropOtherSpaces(): Promise<void> {
    return this.#gallery.write('remove unfinished descriptors', async (transaction) => {
      const space = await readSearchSpace(transaction);
      if (space !== null) await removeDescriptorsBut(transaction, space);
    });
  }

  /** Keeps what the user said of a pair. Throws RangeError for sightings that are not two of the gallery. */
  confirmPair(pair: ConfirmedPair): Promise<void> {
    return this.#gallery.write('write a confirmed pair', (transaction) =>
      putConfirmedPair(transaction, pair),
    );
  }

  /** Forgets what the user said of a pair; nothing is no error. */
  takeBackPair(sightings: ConfirmedPair['sightings']): Promise<void> {
    return this.#gallery.write('take back a confirmed pair', (transaction) =>
      removeConfirmedPair(transaction, sightings),
    );
  }

  /** What the user said of pairs with a sighting; null: of all pairs. */
  confirmedPairs(sightingId: SightingId | null): Promise<readonly ConfirmedPair[]> {
    return this.#gallery.read('read confirmed pairs', (database) =>
      readConfirmedPairsOf(database, sightingId),
    );
  }

  /** What is known of pairs in a space, confirmed ones up to a number. Sightings removed meanwhile are left out. */
  pairEvidence(space: EmbeddingSpaceId, maxConfirmedCount: number): Promise<PairEvidenceRows> {
    return this.#gallery.read('read what is known of pairs', (database) =>
      readPairEvidence(database, space, maxConfirmedCount),
    );
  }
}

async function readPairEvidence(
  database: GalleryDatabase,
  space: EmbeddingSpaceId,
  maxConfirmedCount: number,
): Promise<PairEvidenceRows> {
  const sampleRows = await readSamples(database, space);
  const pairs = await readNewestConfirmedPairs(database, maxConfirmedCount);
  const transaction = database.transaction(ALL_STORES, 'readonly');
  const sightings = new Map<SightingId, EvidenceSighting>();
  for (const id of [
    ...sampleRows.map((row) => row.sightingId),
    ...pairs.flatMap((p) => p.sightings),
  ]) {
    const row = readSightingRow(await transaction.objectStore('sightings').get(id));
    if (!row) continue;
    const { vehicleId, cameraId, cameraLabel } = row;
    sightings.set(id, { sightingId: id, vehicleId, cameraId, cameraLabel });
  }
  const paired = new Set(pairs.flatMap((pair) => pair.sightings));
  const descriptors = await readDescriptorsOf(transaction, space, paired);
  const describe = (id: SightingId): DescribedSighting | null => {
    const [sighting, descriptor] = [sightings.get(id), descriptors.get(id)];
    return sighting && descriptor ? { ...sighting, vector: descriptor.vector } : null;
  };
  return {
    samples: sampleRows.flatMap(({ sightingId, early, late, companionIds }) => {
      const sighting = sightings.get(sightingId);
      return sighting ? [{ ...sighting, early, late, companionIds }] : [];
    }),
    confirmed: pairs.flatMap(({ sightings: [a, b], isSame }) => {
      const [first, second] = [describe(a), describe(b)];
      return first && second ? [{ isSame, sightings: [first, second] as const }] : [];
    }),
  };
}
