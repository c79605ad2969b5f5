import type { EmbeddedCrop, EmbeddingSpaceId, VehicleCrop } from '../../contracts/embedding';
import type { CameraId } from '../../contracts/frame';
import type {
  RemovalReport,
  RetentionPolicy,
  Sighting,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from '../../contracts/gallery';
import type { SightingId, VehicleId } from '../../contracts/match';
import type { AppError } from '../../core/app-error';

/** What matching needs to know of a stored sighting. */
export interface KnownDescriptor {
  readonly sightingId: SightingId;
  readonly vehicleId: VehicleId;
  readonly vehicleNumber: number;
  readonly cameraId: CameraId;
  /** Borrowed: copied by who keeps it. */
  readonly vector: Float32Array;
}

/** One sighting to write, with what belongs to it. */
export interface SightingWrite {
  readonly sighting: Sighting;
  readonly vehicleNumber: number;
  /** Null keeps the stored picture when `cropId` did not change. */
  readonly crop: Blob | null;
  /** Null when the sighting has no descriptor. */
  readonly vector: Float32Array | null;
}

/** The gallery on this device as the identity stage uses it; `storage/gallery-store.ts` is one. */
export interface SightingStore {
  readonly vehicleCount: number;
  /** Small, increasing, never handed out twice. */
  allocateVehicleNumber(): number;
  loadDescriptors(space: EmbeddingSpaceId): Promise<readonly KnownDescriptor[]>;
  /** Inserts or rewrites by sighting id; resolves when durable. */
  commitSighting(record: SightingWrite): Promise<VehicleSummary>;
  listVehicles(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<readonly VehicleSummary[]>;
  vehicle(id: VehicleId): Promise<VehicleDetail | null>;
  crop(cropId: string): Promise<Blob | null>;
  forgetVehicle(id: VehicleId): Promise<RemovalReport>;
  deleteEverything(): Promise<RemovalReport>;
  applyRetention(policy: RetentionPolicy, nowUnixMs: number): Promise<RemovalReport>;
  usage(): Promise<StorageUsage>;
}

/** A gallery that may be closed under its user. */
export interface OpenedSightingStore extends SightingStore {
  /** Calls back when the gallery was closed from outside (a newer version, site data cleared). */
  onClosed(listener: (reason: AppError) => void): () => void;
}

/** What embedding has cost so far. */
export interface EmbedTimings {
  /** Preparing crops and running the network, milliseconds; not the wait for a turn. */
  readonly embedMsTotal: number;
  /** Crops looked at, refused ones included. */
  readonly embedCount: number;
}

/** Makes vectors; `embed/embedder.ts` is one. Borrows the crop's picture. */
export interface CropEmbedder {
  readonly space: EmbeddingSpaceId;
  readonly dimension: number;
  readonly timings: EmbedTimings;
  /** Null when the crop is flat or blurred beyond use. */
  embed(crop: VehicleCrop): Promise<EmbeddedCrop | null>;
}

/** Calls back once after a delay; tests give their own clock. */
export type Schedule = (callback: () => void, delayMs: number) => void;
