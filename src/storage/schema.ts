import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { VehicleClass } from '../contracts/detection';
import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { Sighting, VehicleSummary } from '../contracts/gallery';
import type { SightingId, VehicleId } from '../contracts/match';
import type { ConfirmedPair } from '../contracts/recognition';
import type { DescriptorFacts, VectorBlock } from './vector-blocks';

/*
 * What lies in the database, as of the newest migration. Rows are written with these types and read
 * back as `unknown`, see stored-rows.ts.
 */

/** A vehicle, with what is needed to bring its summary up to date without reading all its sightings. */
export interface VehicleRow extends VehicleSummary {
  /** Detections of all its sightings by class: the class with most is the vehicle's. */
  readonly hitCountByClass: Readonly<Partial<Record<VehicleClass, number>>>;
  /** The sighting whose picture stands for the vehicle; null when no sighting has a picture. */
  readonly cropSightingId: SightingId | null;
  /** Detections behind that sighting. */
  readonly cropHitCount: number;
  /** The sighting that ended last: where and when the vehicle was seen last is told by it. */
  readonly lastSightingId: SightingId;
}

/** A sighting, and the vehicles its evidence names, so that a forgotten one can be struck out. */
export interface SightingRow extends Sighting {
  readonly candidateVehicleIds: readonly VehicleId[];
}

/** The picture of a sighting. */
export interface CropRow {
  /** {@link Sighting.cropId}. */
  readonly id: string;
  readonly sightingId: SightingId;
  readonly picture: Blob;
}

/** A descriptor that was written not long ago and is not packed yet. */
export interface RecentDescriptorRow extends DescriptorFacts {
  /** Assigned by the database: rises with every write, so the lowest was untouched for longest. */
  readonly sequence?: number;
  readonly space: EmbeddingSpaceId;
  readonly vector: Float32Array;
}

/** Many descriptors in one record. */
export interface VectorBlockRow extends VectorBlock {
  /** Assigned by the database. */
  readonly id?: number;
}

/** What a track's crops tell about pairs; of the newest sightings only. */
export interface SampleRow {
  readonly sightingId: SightingId;
  /** The embedder's own, never an adapted one. */
  readonly space: EmbeddingSpaceId;
  /** {@link Sighting.endUnixMs}. */
  readonly endUnixMs: number;
  /** Mean of the earlier half of the crops; unit length. */
  readonly early: Float32Array;
  /** Mean of the later half; null when there was one crop. */
  readonly late: Float32Array | null;
  /** Sightings that ended before this one and were seen in one frame with it, and have samples. */
  readonly companionIds: readonly SightingId[];
}

/** The gallery's stores and indexes. */
export interface GallerySchema extends DBSchema {
  vehicles: {
    key: VehicleId;
    value: VehicleRow;
    indexes: {
      /** `[lastSeenUnixMs, number]`: the list, newest first. */
      byLastSeen: [number, number];
      /** Unique: a number is never given to two vehicles. */
      byNumber: number;
    };
  };
  sightings: {
    key: SightingId;
    value: SightingRow;
    indexes: {
      /** `[vehicleId, startUnixMs]`: a vehicle's history. */
      byVehicle: [VehicleId, number];
      /** `endUnixMs`: retention by age. */
      byEnd: number;
      /** Each of `candidateVehicleIds`: striking a forgotten vehicle out of the evidence. */
      byCandidate: VehicleId;
      /** `space`: those that have, or had, a descriptor. */
      bySpace: EmbeddingSpaceId;
    };
  };
  crops: {
    key: string;
    value: CropRow;
    indexes: { bySighting: SightingId };
  };
  recentDescriptors: {
    key: number;
    value: RecentDescriptorRow;
    indexes: {
      /** `[sightingId, space]`. Unique. */
      bySighting: [SightingId, EmbeddingSpaceId];
      /** `[space, sequence]`: longest untouched first. */
      bySpace: [EmbeddingSpaceId, number];
    };
  };
  vectorBlocks: {
    key: number;
    value: VectorBlockRow;
    indexes: {
      bySpace: EmbeddingSpaceId;
      /** Each of `sightingIds`: a sighting may be in blocks of two spaces, once in each. */
      bySighting: SightingId;
    };
  };
  /** Single values by name, see {@link HIGHEST_VEHICLE_NUMBER}. */
  meta: {
    key: string;
    value: number;
  };
  samples: {
    key: SightingId;
    value: SampleRow;
    indexes: {
      /** `endUnixMs`: oldest first. */
      byEnd: number;
      /** Each of `companionIds`: striking a removed sighting out. */
      byCompanion: SightingId;
    };
  };
  /** What the user said of pairs. */
  confirmedPairs: {
    key: [SightingId, SightingId];
    value: ConfirmedPair;
    indexes: {
      /** Both. */
      bySighting: SightingId;
      /** `confirmedUnixMs`. */
      byTime: number;
    };
  };
  /** Single values by name, see gallery-state.ts. */
  state: {
    key: string;
    value: unknown;
  };
}

/** Key in `meta` of the highest vehicle number a committed sighting ever had. */
export const HIGHEST_VEHICLE_NUMBER = 'highestVehicleNumber';

/** Every store: changes of the gallery are made in one transaction over all of them. */
export const ALL_STORES = [
  'vehicles',
  'sightings',
  'crops',
  'recentDescriptors',
  'vectorBlocks',
  'meta',
  'samples',
  'confirmedPairs',
  'state',
] as const;

export type GalleryStoreName = (typeof ALL_STORES)[number];
export type GalleryDatabase = IDBPDatabase<GallerySchema>;
/** A transaction that may write every store. */
export type GalleryWrite = IDBPTransaction<GallerySchema, typeof ALL_STORES, 'readwrite'>;
