import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { CameraId } from '../contracts/frame';
import type {
  RemovalReport,
  RetentionPolicy,
  Sighting,
  StorageUsage,
  VehicleDetail,
  VehicleSummary,
} from '../contracts/gallery';
import type { SightingId, VehicleId } from '../contracts/match';
import { AppError } from '../core/app-error';

/** What matching needs to know of a stored sighting. */
export interface StoredDescriptor {
  readonly sightingId: SightingId;
  readonly vehicleId: VehicleId;
  readonly vehicleNumber: number;
  readonly cameraId: CameraId;
  readonly runId: string;
  readonly startUnixMs: number;
  readonly endUnixMs: number;
  /** A view into a shared buffer: read it or copy it, never transfer it. */
  readonly vector: Float32Array;
}

/** One sighting to write, with what belongs to it. */
export interface SightingRecord {
  readonly sighting: Sighting;
  readonly vehicleNumber: number;
  /** New picture for `sighting.cropId`; null keeps the stored one when `cropId` did not change. */
  readonly crop: Blob | null;
  /** New descriptor in `sighting.space`; null keeps the stored one when `space` did not change. */
  readonly vector: Float32Array | null;
}

function unbuilt(): never {
  throw new AppError('INTERNAL', 'The gallery store is still being built');
}

/** The gallery on this device. One context has it open at a time. */
export class GalleryStore {
  /** Throws AppError STORAGE_UNAVAILABLE, STORAGE_BLOCKED, STORAGE_NEWER, STORAGE_FULL, GALLERY_IN_USE. */
  static open(databaseName: string): Promise<GalleryStore> {
    return unbuilt();
  }
  get vehicleCount(): number {
    return unbuilt();
  }
  /** Small, increasing, never handed out twice. */
  allocateVehicleNumber(): number {
    return unbuilt();
  }
  loadDescriptors(space: EmbeddingSpaceId): Promise<readonly StoredDescriptor[]> {
    return unbuilt();
  }
  /** Inserts or rewrites one sighting in one durable transaction; resolves with its vehicle as it is now. */
  commitSighting(record: SightingRecord): Promise<VehicleSummary> {
    return unbuilt();
  }
  /** Newest last-seen first. */
  listVehicles(range: {
    readonly offset: number;
    readonly count: number;
  }): Promise<readonly VehicleSummary[]> {
    return unbuilt();
  }
  vehicle(id: VehicleId): Promise<VehicleDetail | null> {
    return unbuilt();
  }
  crop(cropId: string): Promise<Blob | null> {
    return unbuilt();
  }
  forgetVehicle(id: VehicleId): Promise<RemovalReport> {
    return unbuilt();
  }
  deleteEverything(): Promise<RemovalReport> {
    return unbuilt();
  }
  applyRetention(policy: RetentionPolicy, nowUnixMs: number): Promise<RemovalReport> {
    return unbuilt();
  }
  usage(): Promise<StorageUsage> {
    return unbuilt();
  }
  /** Told once when the gallery was closed by something other than `close`. */
  onClosed(listener: (reason: AppError) => void): () => void {
    return unbuilt();
  }
  close(): void {
    unbuilt();
  }
}
