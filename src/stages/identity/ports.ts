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
import type { Adaptation, ConfirmedPair } from '../../contracts/recognition';
import type { GallerySpace, SightingTrace } from '../../contracts/worker-api';
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
  /** What its crops tell about pairs, with the last state of a sighting; null keeps what is stored. */
  readonly sample: TrackSample | null;
}

/** A sighting to write, with what a recording wants to know of it. */
export interface TracedWrite extends SightingWrite {
  readonly trace: Pick<SightingTrace, 'epoch' | 'trackIds' | 'startUs' | 'endUs'>;
}

/** What a track's crops tell about pairs: of one vehicle, and of those seen beside it. */
export interface TrackSample {
  /** Mean of the earlier half of the crops; unit length, the embedder's own space. */
  readonly early: Float32Array;
  /** Mean of the later half; null when there was one crop. */
  readonly late: Float32Array | null;
  /** Sightings that ended before and were seen in one frame with it. */
  readonly companionIds: readonly SightingId[];
}

/** A sighting that evidence is about. */
export interface EvidenceSighting {
  readonly sightingId: SightingId;
  readonly vehicleId: VehicleId;
  readonly cameraId: CameraId;
  readonly cameraLabel: string;
}

/** What is known of pairs, as it is stored; both lists newest first. */
export interface StoredEvidence {
  readonly samples: readonly (EvidenceSighting & TrackSample)[];
  readonly confirmed: readonly {
    readonly isSame: boolean;
    readonly sightings: readonly [DescribedSighting, DescribedSighting];
  }[];
}

/** A sighting with its descriptor. */
export interface DescribedSighting extends EvidenceSighting {
  readonly vector: Float32Array;
}

/** The part of the gallery that is about spaces and pairs; `storage/gallery-recognition.ts` is one. */
export interface RecognitionStore {
  gallerySpace(): Promise<GallerySpace>;
  /** A gallery without descriptors is searched in this space from now on. */
  adoptSpace(space: EmbeddingSpaceId): Promise<void>;
  /** Throws AppError EMBEDDING_SPACE_MISMATCH for one of another space than that searched now. */
  setAdaptation(adaptation: Adaptation | null): Promise<void>;
  countReembedding(
    space: EmbeddingSpaceId,
  ): Promise<{ readonly totalCount: number; readonly doneCount: number }>;
  /** Sightings after `afterId` without a descriptor in the space; `lastId` null: that was all. */
  reembedPortion(
    space: EmbeddingSpaceId,
    afterId: SightingId | null,
  ): Promise<{
    readonly items: readonly { readonly sightingId: SightingId; readonly cropId: string | null }[];
    readonly lastId: SightingId | null;
  }>;
  /** False: the picture is no longer the sighting's. */
  putReembedded(picture: {
    readonly sightingId: SightingId;
    readonly cropId: string;
    readonly space: EmbeddingSpaceId;
    readonly vector: Float32Array;
  }): Promise<boolean>;
  /** One transaction; what other spaces hold goes, and the adaptation. */
  switchSpace(space: EmbeddingSpaceId): Promise<void>;
  dropOtherSpaces(): Promise<void>;
  confirmPair(pair: ConfirmedPair): Promise<void>;
  takeBackPair(sightings: ConfirmedPair['sightings']): Promise<void>;
  /** Null: all. */
  confirmedPairs(sightingId: SightingId | null): Promise<readonly ConfirmedPair[]>;
  pairEvidence(space: EmbeddingSpaceId, maxConfirmedCount: number): Promise<StoredEvidence>;
}

/** The gallery on this device as the identity stage uses it; `storage/gallery-store.ts` is one. */
export interface SightingStore {
  readonly vehicleCount: number;
  readonly recognition: RecognitionStore;
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
