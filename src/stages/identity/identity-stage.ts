import type { Box } from '../../contracts/detection';
import type { EmbeddedCrop, VehicleCrop } from '../../contracts/embedding';
import type { CameraId } from '../../contracts/frame';
import type { Sighting } from '../../contracts/gallery';
import type { MatchThresholds, SightingId, VehicleId } from '../../contracts/match';
import type { Adaptation, CameraPairThreshold } from '../../contracts/recognition';
import type { EndedTrack, TrackBridge, TrackId } from '../../contracts/track';
import type {
  CropOutcome,
  CropSinkApi,
  IdentityEvent,
  IdentityTimings,
  RunStart,
  TracedSighting,
  TracksUpdate,
} from '../../contracts/worker-api';
import { toErrorData } from '../../core/app-error';
import type { GalleryIndex } from '../match/gallery-index';
import { PairThresholds } from '../match/pair-thresholds';
import { IdentityTeller } from './identity-teller';
import { KnownSightings } from './known-sightings';
import { LastSeenBook } from './last-seen';
import type { CropEmbedder, SightingStore } from './ports';
import { describeSighting, makeSightingWrite } from './sighting-maker';
import type { SightingWriter } from './sighting-writer';
import { TrackBook } from './track-book';
import type { TrackRecord } from './track-record';
import { VehicleAssigner } from './vehicle-assigner';

/** A living track without a usable crop gets a number after this long, microseconds. */
const UNIDENTIFIABLE_AFTER_US = 2_000_000;

/** How much of a long sighting a crash may cost, microseconds of source time. */
const INTERIM_WRITE_US = 30_000_000;

/** What the stage is built from. */
export interface IdentityStageParts {
  readonly embedder: CropEmbedder;
  readonly store: SightingStore;
  readonly writer: SightingWriter;
  readonly thresholds: MatchThresholds;
  readonly pairThresholds: readonly CameraPairThreshold[];
  /** Of the embedder's space; null: none is in use. */
  readonly adaptation: Adaptation | null;
  readonly emit: (event: IdentityEvent) => void;
  /** Borrows the picture; `blurredBoxes` of it, in its pixels, are made unrecognisable. */
  readonly encodePicture: (image: ImageBitmap, blurredBoxes: readonly Box[]) => Promise<Blob>;
  /** Unique for ever. */
  readonly createId: () => string;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
  readonly nowUnixMs: () => number;
}

/**
 * The life of tracks as vehicles: collects crops, decides early and again with every crop, writes a sighting
 * now and then while the track lives and for good when it ends.
 *
 * Only confirmed tracks may be handed in; those that end with `wasConfirmed` false leave no trace.
 */
export class IdentityStage implements CropSinkApi {
  readonly #known: KnownSightings;
  readonly #parts: IdentityStageParts;
  readonly #tracks: TrackBook;
  readonly #assigner: VehicleAssigner;
  readonly #lastSeen: LastSeenBook;
  readonly #teller: IdentityTeller;
  readonly #crops = new Set<Promise<unknown>>();
  #thresholds: readonly [MatchThresholds, readonly CameraPairThreshold[]];
  #run: RunStart | null = null;
  #timings = { matchMsTotal: 0, matchCount: 0 };
  #hasToldFailure = false;

  constructor(parts: IdentityStageParts) {
    this.#parts = parts;
    const { space, dimension } = parts.embedder;
    this.#tracks = new TrackBook(parts.createId, parts.nowUnixMs);
    const { store, writer, createId } = parts;
    const waiting = () => writer.waiting();
    this.#known = new KnownSightings({ space, dimension, store, waiting }, parts.adaptation);
    this.#thresholds = [parts.thresholds, parts.pairThresholds];
    const { coVisibility } = this.#tracks;
    this.#assigner = new VehicleAssigner(
      { known: this.#known, coVisibility, store, createId },
      new PairThresholds(...this.#thresholds, this.index.space),
    );
    this.#lastSeen = new LastSeenBook(parts.store);
    this.#teller = new IdentityTeller(parts.emit, this.#lastSeen);
  }

  /** Finished sightings that can be recognised. */
  get index(): GalleryIndex {
    return this.#known.index;
  }

  /** Crops that are being embedded. */
  get pendingCropCount(): number {
    return this.#crops.size;
  }

  /** Resolves once no crop is being embedded. */
  async cropsSettled(): Promise<void> {
    while (this.#crops.size > 0) await Promise.all(this.#crops);
  }

  /** Reads the gallery's descriptors of this space anew. Throws STORAGE_*. */
  async loadGallery(): Promise<void> {
    this.#lastSeen.clear();
    await this.#known.load(() => new Set(this.#tracks.all().map(({ sightingId }) => sightingId)));
  }

  get timings(): IdentityTimings {
    const { embedMsTotal, embedCount } = this.#parts.embedder.timings;
    return { embedMsTotal, embedCount, ...this.#timings };
  }

  /** Begins a run; what lived in the one before is finished first. The one that is going on goes on. */
  startRun(run: RunStart): void {
    if (run.epoch === this.#run?.epoch && run.runId === this.#run.runId) return;
    for (const record of this.#tracks.all()) this.#finish(record);
    this.#tracks.clear();
    this.#assigner.clear();
    this.#hasToldFailure = false;
    this.#run = run;
  }

  /** Applies at once: every living track is decided again. */
  setThresholds(thresholds: MatchThresholds, pairThresholds: readonly CameraPairThreshold[]): void {
    this.#thresholds = [thresholds, pairThresholds];
    this.#decideAll();
  }

  /**
   * Applies once the gallery was read anew: every living track is decided again. Null: vectors are compared as they are.
   * Throws AppError EMBEDDING_SPACE_MISMATCH for one of another space; STORAGE_*, and then it applies with the next
   * reading.
   */
  async setAdaptation(adaptation: Adaptation | null): Promise<void> {
    this.#known.setAdaptation(adaptation);
    await this.loadGallery();
    this.#decideAll();
  }

  submit(crop: VehicleCrop): Promise<CropOutcome | null> {
    const outcome = this.#embedAndNote(crop).finally(() => {
      this.#crops.delete(settled);
      crop.image.close();
    });
    // Waited for by endRun, which is not the one to tell of a failure.
    const settled = outcome.catch(() => null);
    this.#crops.add(settled);
    return outcome;
  }

  tracksUpdated(update: TracksUpdate): void {
    if (update.epoch !== this.#run?.epoch) return;
    for (const bridge of update.bridges) this.#bridge(bridge);
    this.#tracks.coVisibility.noteFrame(update.seen.map(({ trackId }) => trackId));
    for (const { trackId, ...facts } of update.seen) {
      const record = this.#tracks.open(trackId, update.cameraId, facts, update.captureTimeUs);
      record?.update(facts, update.captureTimeUs);
    }
    for (const ended of update.ended) this.#end(ended, update.cameraId);
    for (const record of this.#tracks.all()) this.#lookAfter(record, update.captureTimeUs);
  }

  /** See `IdentityApi.livingSightings`. */
  livingSightings(): readonly TracedSighting[] {
    const run = this.#run;
    if (!run) return [];
    return this.#tracks.all().flatMap((record) => {
      const trackIds = this.#tracks.idsOf(record.trackId);
      const now = describeSighting({ record, run, trackIds });
      if (!now) return [];
      const { sighting, trace, vector, crop } = now;
      return [{ sighting, trace: { ...trace, descriptor: vector, crop } }];
    });
  }

  async endRun(ended: readonly EndedTrack[]): Promise<void> {
    for (const track of ended) this.#end(track, null);
    await Promise.all(this.#crops);
    for (const record of this.#tracks.all()) this.#finish(record);
    await this.#teller.settle();
    await this.#parts.writer.flush();
  }

  /** A vehicle was deleted by the user: living tracks that were it become new ones. */
  forgetVehicle(vehicleId: VehicleId): void {
    this.#known.forgetVehicle(vehicleId);
    this.#lastSeen.forget(vehicleId);
    for (const record of this.#tracks.all()) {
      if (record.decision?.vehicleId === vehicleId || record.own?.vehicleId === vehicleId) {
        this.#startOver(record);
      }
    }
  }

  /** Everything was deleted. */
  forgetEverything(): void {
    this.#known.forgetEverything();
    this.#lastSeen.clear();
    this.#assigner.clear();
    for (const record of this.#tracks.all()) this.#startOver(record);
  }

  async #embedAndNote(crop: VehicleCrop): Promise<CropOutcome | null> {
    const run = this.#run;
    const record = this.#recordForCrop(crop);
    if (!run || !record) return null;
    record.pendingCropCount += 1;
    let embedded: EmbeddedCrop | null = null;
    try {
      embedded = await this.#parts.embedder.embed(crop);
      if (embedded && run === this.#run) await this.#offerPicture(crop, embedded.quality);
    } catch (error) {
      this.#tellFailure(run, error);
      throw error;
    } finally {
      if (run === this.#run) this.#cropDone(crop.trackId, embedded);
    }
    if (!embedded || run !== this.#run) return null;
    const mean = this.#tracks.find(crop.trackId)?.descriptor.mean();
    return { crop: embedded, trackDescriptor: mean?.vector ?? embedded.embedding.vector };
  }

  /** Offline the frame fails and is told of; a live run goes on and would hide it. */
  #tellFailure(run: RunStart, error: unknown): void {
    if (run !== this.#run || run.source.pace !== 'live' || this.#hasToldFailure) return;
    this.#hasToldFailure = true;
    this.#parts.emit({ type: 'embedding-error', error: toErrorData(error) });
  }

  #recordForCrop({ meta, trackId, vehicleClass }: VehicleCrop): TrackRecord | null {
    if (meta.epoch !== this.#run?.epoch) return null;
    const facts = { vehicleClass, firstSeenUs: meta.captureTimeUs, hitCount: 1 };
    return this.#tracks.open(trackId, meta.cameraId, facts, meta.captureTimeUs);
  }

  async #offerPicture(crop: VehicleCrop, quality: number): Promise<void> {
    if (!this.#tracks.find(crop.trackId)?.wantsPicture(quality)) return;
    // A vehicle without a picture is a state the gallery knows; losing the vehicle would be worse.
    const { image, blurredBoxes } = crop;
    const picture = await this.#parts.encodePicture(image, blurredBoxes).catch(() => null);
    const record = this.#tracks.find(crop.trackId);
    if (picture) record?.setPicture(this.#parts.createId(), picture, quality);
  }

  #cropDone(trackId: TrackId, embedded: EmbeddedCrop | null): void {
    const record = this.#tracks.find(trackId);
    if (!record) return;
    record.pendingCropCount -= 1;
    if (embedded) record.addCrop(embedded);
    if (record.ended && record.pendingCropCount === 0) this.#finish(record);
    else if (embedded && (record.decision || record.isConfident)) this.#decide(record);
  }

  #bridge(bridge: TrackBridge): void {
    const absorbed = this.#tracks.bridge(bridge);
    const survivor = this.#tracks.find(bridge.survivorId);
    if (!survivor) return;
    if (!absorbed) return this.#tell(survivor);
    this.#assigner.release(absorbed);
    this.#assigner.release(survivor);
    survivor.absorb(absorbed);
    this.#assigner.hold(survivor);
    if (survivor.decision || survivor.isConfident) this.#decide(survivor);
  }

  /** `cameraId` null: told at the end of the run. A vehicle was told of with its camera before. */
  #end(ended: EndedTrack, cameraId: CameraId | null): void {
    const { id, wasConfirmed, lastSeenUs, ...facts } = ended;
    if (this.#tracks.isAbsorbed(id)) return;
    if (!wasConfirmed) return this.#discard(id);
    const record =
      cameraId === null
        ? this.#tracks.find(id)
        : this.#tracks.open(id, cameraId, facts, lastSeenUs);
    if (!record) return;
    record.update(facts, lastSeenUs);
    record.ended = ended;
    if (record.pendingCropCount === 0) this.#finish(record);
  }

  #discard(trackId: TrackId): void {
    const record = this.#tracks.find(trackId);
    if (record) this.#assigner.release(record);
    this.#tracks.end(trackId, null);
  }

  #finish(record: TrackRecord): void {
    if (record.descriptor.cropCount > 0) this.#decide(record);
    else if (record.isFlicker) return this.#discard(record.trackId);
    else if (!record.decision) this.#decideUnidentifiable(record);
    const { coVisibility } = this.#tracks;
    const sighting = this.#write(record, coVisibility.sightingsBeside(record.trackId));
    if (sighting) this.#lastSeen.note(sighting);
    const { decision, sightingId, cameraId } = record;
    const embedding = record.descriptor.mean();
    if (decision && embedding && decision.outcome !== 'unidentifiable') {
      const { vehicleId, vehicleNumber } = decision;
      this.#known.put({ sightingId, vehicleId, vehicleNumber, cameraId }, embedding);
    }
    this.#assigner.release(record);
    const end = decision && { vehicleId: decision.vehicleId, sightingId };
    this.#tracks.end(record.trackId, end);
  }

  #lookAfter(record: TrackRecord, nowUs: number): void {
    if (!record.decision && record.pendingCropCount === 0) {
      if (record.isConfident) this.#decide(record);
      else if (
        record.descriptor.cropCount === 0 &&
        nowUs - record.firstSeenUs >= UNIDENTIFIABLE_AFTER_US
      ) {
        this.#decideUnidentifiable(record);
      }
    }
    const writtenUs = record.lastWrittenUs ?? record.firstSeenUs;
    if (record.decision && record.lastSeenUs - writtenUs >= INTERIM_WRITE_US)
      this.#write(record, null);
  }

  #decideAll(): void {
    // The space may be another one: pairs of cameras have their thresholds by space.
    this.#assigner.thresholds = new PairThresholds(...this.#thresholds, this.index.space);
    for (const record of this.#tracks.all()) if (record.decision) this.#decide(record);
  }

  #decide(record: TrackRecord): void {
    const startMs = this.#parts.nowMs();
    const changed = this.#assigner.decide(record);
    this.#timings.matchMsTotal += this.#parts.nowMs() - startMs;
    this.#timings.matchCount += 1;
    for (const one of changed) this.#tell(one);
  }

  #decideUnidentifiable(record: TrackRecord): void {
    this.#assigner.decideUnidentifiable(record);
    this.#tell(record);
  }

  #startOver(record: TrackRecord): void {
    this.#assigner.release(record);
    record.startOver(this.#parts.createId(), this.#parts.createId());
    if (record.isConfident) this.#decide(record);
  }

  #tell(record: TrackRecord): void {
    if (this.#run) this.#teller.tell(record, this.#run.epoch);
  }

  /** `companionIds`: the track is over; null: it lives. */
  #write(record: TrackRecord, companionIds: readonly SightingId[] | null): Sighting | null {
    const run = this.#run;
    if (!run) return null;
    const trackIds = this.#tracks.idsOf(record.trackId);
    const write = makeSightingWrite({ record, run, trackIds }, companionIds);
    if (!write) return null;
    record.lastWrittenUs = record.lastSeenUs;
    this.#parts.writer.write(write);
    return write.sighting;
  }
}
