import type { VehicleClass } from '../../contracts/detection';
import type { EmbeddedCrop } from '../../contracts/embedding';
import type { CameraId } from '../../contracts/frame';
import type { MatchDecision, SightingId, VehicleId } from '../../contracts/match';
import type { EndedTrack, TrackId } from '../../contracts/track';
import { TrackDescriptor } from '../embed/track-descriptor';

/** A picture must be this much better to replace the one held: encoding costs more than a little quality. */
const PICTURE_GAIN = 1.1;

/** One crop of this quality decides at once: near, sharp, whole and alone. */
const VERY_GOOD_QUALITY = 0.6;

/** Otherwise a second crop is waited for, but no longer than this after the track began, microseconds. */
const MAX_WAIT_FOR_SECOND_CROP_US = 1_200_000;

/** Shorter than this and without a usable crop, a track is taken for a flicker of the detector. */
const MIN_UNSEEN_DURATION_US = 400_000;
const MIN_UNSEEN_HIT_COUNT = 3;

/** What is known of a track from the tracker. */
export interface TrackFacts {
  readonly vehicleClass: VehicleClass;
  readonly firstSeenUs: number;
  readonly hitCount: number;
}

/** A vehicle this track founded. */
export interface OwnVehicle {
  readonly vehicleId: VehicleId;
  readonly vehicleNumber: number;
}

/** The best crop as a stored picture. */
interface HeldPicture {
  readonly cropId: string;
  readonly picture: Blob;
  readonly quality: number;
  isWritten: boolean;
}

/** All that is held for one living track: bounded, however long it lives. */
export class TrackRecord {
  trackId: TrackId;
  readonly cameraId: CameraId;
  sightingId: SightingId;
  vehicleClass: VehicleClass;
  firstSeenUs: number;
  lastSeenUs: number;
  hitCount: number;
  /** When the analysis saw it first and last: for recordings, whose own clock is no time of day. */
  firstSeenUnixMs: number;
  lastSeenUnixMs: number;
  readonly descriptor = new TrackDescriptor();
  picture: HeldPicture | null = null;
  decision: MatchDecision | null = null;
  /** The decision the screen was told last. */
  told: MatchDecision | null = null;
  /** Kept when the track is recognised as another vehicle, so that giving that up burns no second number. */
  own: OwnVehicle | null = null;
  /** Crops on their way through the embedder. */
  pendingCropCount = 0;
  /** Set when the tracker ended it and crops are still pending. */
  ended: EndedTrack | null = null;
  /** Source time of the newest state handed to the writer; null before the first. */
  lastWrittenUs: number | null = null;
  readonly #nowUnixMs: () => number;

  constructor(
    trackId: TrackId,
    cameraId: CameraId,
    sightingId: SightingId,
    facts: TrackFacts,
    nowUs: number,
    nowUnixMs: () => number,
  ) {
    this.trackId = trackId;
    this.cameraId = cameraId;
    this.sightingId = sightingId;
    this.vehicleClass = facts.vehicleClass;
    this.firstSeenUs = facts.firstSeenUs;
    this.lastSeenUs = nowUs;
    this.hitCount = facts.hitCount;
    this.firstSeenUnixMs = this.lastSeenUnixMs = nowUnixMs();
    this.#nowUnixMs = nowUnixMs;
  }

  /** Takes over what the tracker says now. */
  update(facts: TrackFacts, lastSeenUs: number): void {
    this.vehicleClass = facts.vehicleClass;
    this.firstSeenUs = Math.min(this.firstSeenUs, facts.firstSeenUs);
    this.#seenAt(lastSeenUs);
    this.hitCount = Math.max(this.hitCount, facts.hitCount);
  }

  addCrop(crop: EmbeddedCrop): void {
    this.descriptor.add(crop);
    this.#seenAt(crop.captureTimeUs);
  }

  /** Whether a crop of this quality should become the picture. */
  wantsPicture(quality: number): boolean {
    return this.picture === null || quality > this.picture.quality * PICTURE_GAIN;
  }

  setPicture(cropId: string, picture: Blob, quality: number): void {
    // Two crops may have been encoded at the same time.
    if (this.wantsPicture(quality)) this.picture = { cropId, picture, quality, isWritten: false };
  }

  /** Whether its crops carry a decision by now. */
  get isConfident(): boolean {
    const { cropCount, bestQuality } = this.descriptor;
    if (cropCount === 0) return false;
    if (cropCount >= 2 || bestQuality >= VERY_GOOD_QUALITY) return true;
    return this.lastSeenUs - this.firstSeenUs >= MAX_WAIT_FOR_SECOND_CROP_US;
  }

  /** Too brief to be called a vehicle: no usable crop, no number yet, hardly any detections. */
  get isFlicker(): boolean {
    if (this.decision || this.descriptor.cropCount > 0) return false;
    return (
      this.hitCount < MIN_UNSEEN_HIT_COUNT ||
      this.lastSeenUs - this.firstSeenUs < MIN_UNSEEN_DURATION_US
    );
  }

  /** Its vehicle was deleted: from here on it is a sighting of its own, to be decided anew. */
  startOver(sightingId: SightingId, cropId: string): void {
    this.sightingId = sightingId;
    this.decision = null;
    this.told = null;
    this.own = null;
    this.lastWrittenUs = null;
    if (this.picture) this.picture = { ...this.picture, cropId, isWritten: false };
  }

  /**
   * The other record turned out to be this track's continuation. It is a few seconds old, too young for an
   * interim sighting: nothing of it was written.
   */
  absorb(other: TrackRecord): void {
    this.update(other, other.lastSeenUs);
    this.firstSeenUnixMs = Math.min(this.firstSeenUnixMs, other.firstSeenUnixMs);
    this.descriptor.absorb(other.descriptor);
    this.pendingCropCount += other.pendingCropCount;
    if (other.picture && this.wantsPicture(other.picture.quality)) this.picture = other.picture;
    this.ended ??= other.ended;
    // A number that was shown first stays; one that nobody has seen yet gives way.
    if (!this.decision) {
      this.decision = other.decision;
      this.own ??= other.own;
    }
  }

  #seenAt(captureTimeUs: number): void {
    if (captureTimeUs <= this.lastSeenUs) return;
    this.lastSeenUs = captureTimeUs;
    this.lastSeenUnixMs = this.#nowUnixMs();
  }
}
