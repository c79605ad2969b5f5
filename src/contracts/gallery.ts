import type { VehicleClass } from './detection';
import type { EmbeddingSpaceId } from './embedding';
import type { CameraId } from './frame';
import type { MatchDecision, SightingId, VehicleId } from './match';
import type { SourceKind } from './source';

/** One vehicle at one camera for one stretch of time. Stored; changing it means a migration. */
export interface Sighting {
  readonly id: SightingId;
  readonly vehicleId: VehicleId;
  /** The run it was seen in; co-visibility only counts within one run. */
  readonly runId: string;
  readonly cameraId: CameraId;
  readonly cameraLabel: string;
  readonly sourceKind: SourceKind;
  readonly vehicleClass: VehicleClass;
  /**
   * When it was seen first and last, Unix milliseconds, never in the future. Of a recording: when these
   * stretches of it were analysed, so that sightings of all sources have one order.
   */
  readonly startUnixMs: number;
  readonly endUnixMs: number;
  /**
   * Unix milliseconds at which the source's clock, which `decision.cropTimesUs` are on, showed 0. Of a
   * recording: when its analysis began; its crop times are positions.
   */
  readonly originUnixMs: number;
  /** Positions in the recording, which is what people are shown; null for live sources. */
  readonly startMediaUs: number | null;
  readonly endMediaUs: number | null;
  /** Detections behind it. */
  readonly hitCount: number;
  /**
   * The space of its descriptor at writing; null: it had none and is unidentifiable, see {@link MatchDecision}. The vector itself
   * lives in packed blocks, and is in the gallery's space once that was re-embedded.
   */
  readonly space: EmbeddingSpaceId | null;
  /** Key of the best crop's picture; null when there was none. */
  readonly cropId: string | null;
  readonly decision: MatchDecision;
}

/** A vehicle as the list shows it. */
export interface VehicleSummary {
  readonly id: VehicleId;
  /** Small, stable, never reused. */
  readonly number: number;
  readonly vehicleClass: VehicleClass;
  readonly sightingCount: number;
  readonly firstSeenUnixMs: number;
  readonly lastSeenUnixMs: number;
  /** Position in the recording at which its last sighting ended; null when that was live. */
  readonly lastSeenMediaUs: number | null;
  /** The camera or file of its last sighting, for people. */
  readonly lastSeenLabel: string;
  /** Picture of its best crop; null when there is none. */
  readonly cropId: string | null;
}

/** A vehicle with everything known about it, newest sighting first. */
export interface VehicleDetail extends VehicleSummary {
  readonly sightings: readonly Sighting[];
}

/** What may be kept, and for how long. Zero or null: no limit. */
export interface RetentionPolicy {
  readonly maxAgeDays: number | null;
  readonly maxVehicleCount: number | null;
}

/** What a removal took away, for telling the user. */
export interface RemovalReport {
  readonly vehicleCount: number;
  readonly sightingCount: number;
  readonly cropCount: number;
  readonly vectorCount: number;
}

/** Bytes of this origin as the browser reports them. */
export interface StorageUsage {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  readonly isPersistent: boolean;
  readonly vehicleCount: number;
  readonly sightingCount: number;
  /** Damaged records met since the gallery was opened, and left out of what was shown. */
  readonly unreadableCount: number;
}
