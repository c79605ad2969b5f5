import type { AppError } from '../../../src/core/app-error';
import type { EmbeddedCrop, VehicleCrop } from '../../../src/contracts/embedding';
import type { RemovalReport, Sighting, VehicleSummary } from '../../../src/contracts/gallery';
import type { MatchThresholds, TrackIdentity } from '../../../src/contracts/match';
import type { Adaptation } from '../../../src/contracts/recognition';
import type { EndedTrack } from '../../../src/contracts/track';
import type { IdentityEvent, RunStart, TracksUpdate } from '../../../src/contracts/worker-api';
import { toUnitLength } from '../../../src/core/vector';
import type { SourceInfo } from '../../../src/contracts/source';
import { asOneCamera } from '../../../src/core/source-cameras';
import { IdentityStage } from '../../../src/stages/identity/identity-stage';
import type {
  CropEmbedder,
  KnownDescriptor,
  OpenedSightingStore,
  RecognitionStore,
  SightingWrite,
} from '../../../src/stages/identity/ports';
import { SightingWriter } from '../../../src/stages/identity/sighting-writer';

export const SPACE = 'fake:1';
const DIMENSION = 8;
export const THRESHOLDS: MatchThresholds = { accept: 0.85, keep: 0.75 };

/** A unit vector: mostly along one axis, with a share of another. */
export function lookOf(axis: number, otherAxis = axis, share = 0): Float32Array {
  const vector = new Float32Array(DIMENSION);
  vector[axis] = 1 - share;
  vector[otherAxis] = (vector[otherAxis] ?? 0) + share;
  const unit = toUnitLength(vector);
  if (!unit) throw new RangeError('A look needs a direction');
  return unit;
}

/** Keeps sightings in memory; can be told to fail. */
export class FakeStore implements OpenedSightingStore {
  readonly sightings = new Map<string, SightingWrite>();
  readonly pictures = new Map<string, Blob>();
  adaptation: Adaptation | null = null;
  readonly recognition = fakeRecognition(this);
  commitCount = 0;
  failure: Error | null = null;
  /** Set to hold answers of `loadDescriptors` back until it resolves. */
  gate: Promise<void> = Promise.resolve();
  /** Set by a listener of `onClosed`; calling it closes the gallery from outside. */
  closeFromOutside: ((reason: AppError) => void) | null = null;
  #highestNumber = 0;

  get vehicleCount(): number {
    return new Set([...this.sightings.values()].map(({ sighting }) => sighting.vehicleId)).size;
  }

  onClosed(listener: (reason: AppError) => void): () => void {
    this.closeFromOutside = listener;
    return () => (this.closeFromOutside = null);
  }

  allocateVehicleNumber(): number {
    this.#highestNumber += 1;
    return this.#highestNumber;
  }

  async loadDescriptors(space: string): Promise<readonly KnownDescriptor[]> {
    const known: KnownDescriptor[] = [];
    for (const { sighting, vector, vehicleNumber } of this.sightings.values()) {
      if (!vector || sighting.space !== space) continue;
      const { id, vehicleId, cameraId } = sighting;
      known.push({ sightingId: id, vehicleId, vehicleNumber, cameraId, vector });
    }
    await this.gate;
    return known;
  }

  async commitSighting(record: SightingWrite): Promise<VehicleSummary> {
    await Promise.resolve();
    if (this.failure) throw this.failure;
    this.commitCount += 1;
    this.sightings.set(record.sighting.id, record);
    if (record.crop && record.sighting.cropId) {
      this.pictures.set(record.sighting.cropId, record.crop);
    }
    const summary = this.#summary(record.sighting.vehicleId);
    if (!summary) throw new Error('A sighting was written but not found');
    return summary;
  }

  listVehicles(): Promise<readonly VehicleSummary[]> {
    const ids = new Set([...this.sightings.values()].map(({ sighting }) => sighting.vehicleId));
    return Promise.resolve([...ids].flatMap((id) => this.#summary(id) ?? []));
  }

  vehicle(id: string) {
    const summary = this.#summary(id);
    return Promise.resolve(summary && { ...summary, sightings: this.sightingsOf(id) });
  }

  crop(cropId: string): Promise<Blob | null> {
    return Promise.resolve(this.pictures.get(cropId) ?? null);
  }

  forgetVehicle(id: string): Promise<RemovalReport> {
    const gone = this.sightingsOf(id);
    for (const sighting of gone) this.sightings.delete(sighting.id);
    return Promise.resolve(removal(gone.length));
  }

  deleteEverything(): Promise<RemovalReport> {
    const sightingCount = this.sightings.size;
    this.sightings.clear();
    return Promise.resolve(removal(sightingCount));
  }

  applyRetention(): Promise<RemovalReport> {
    return Promise.resolve(removal(0));
  }

  usage() {
    return Promise.resolve({
      usedBytes: 0,
      quotaBytes: 0,
      isPersistent: false,
      vehicleCount: this.vehicleCount,
      sightingCount: this.sightings.size,
      unreadableCount: 0,
    });
  }

  sightingsOf(vehicleId: string): Sighting[] {
    return [...this.sightings.values()]
      .map(({ sighting }) => sighting)
      .filter((sighting) => sighting.vehicleId === vehicleId);
  }

  #summary(vehicleId: string): VehicleSummary | null {
    const records = [...this.sightings.values()].filter((r) => r.sighting.vehicleId === vehicleId);
    const [first] = records;
    if (!first) return null;
    const last = records.reduce((a, b) => (a.sighting.endUnixMs > b.sighting.endUnixMs ? a : b));
    return {
      id: vehicleId,
      number: first.vehicleNumber,
      vehicleClass: first.sighting.vehicleClass,
      sightingCount: records.length,
      firstSeenUnixMs: Math.min(...records.map(({ sighting }) => sighting.startUnixMs)),
      lastSeenUnixMs: last.sighting.endUnixMs,
      lastSeenMediaUs: last.sighting.endMediaUs,
      lastSeenLabel: last.sighting.cameraLabel,
      cropId: first.sighting.cropId,
    };
  }
}

/** All in one space; jobs and pairs are tested with a real gallery. */
function fakeRecognition(store: FakeStore): RecognitionStore {
  const notFaked = (): Promise<never> => Promise.reject(new Error('Not faked'));
  return {
    gallerySpace: () => Promise.resolve({ space: SPACE, adaptation: store.adaptation }),
    adoptSpace: () => Promise.resolve(),
    setAdaptation: (adaptation) => {
      store.adaptation = adaptation;
      return Promise.resolve();
    },
    countReembedding: notFaked,
    reembedPortion: notFaked,
    putReembedded: notFaked,
    switchSpace: notFaked,
    dropOtherSpaces: notFaked,
    confirmPair: notFaked,
    confirmedPairs: notFaked,
    pairEvidence: notFaked,
  };
}

function removal(sightingCount: number): RemovalReport {
  return { vehicleCount: 0, sightingCount, cropCount: 0, vectorCount: 0 };
}

/** A picture that says which vector it turns into. */
interface FakePicture {
  readonly look: Float32Array | null;
  readonly quality: number;
  isClosed: boolean;
}

/** The vector is written on the picture; a null look is a crop blurred beyond use. */
export class FakeEmbedder implements CropEmbedder {
  readonly space = SPACE;
  readonly dimension = DIMENSION;
  /** Set to hold answers back until it resolves. */
  gate: Promise<void> = Promise.resolve();
  readonly timings = { embedMsTotal: 0, embedCount: 0 };

  async embed(crop: VehicleCrop): Promise<EmbeddedCrop | null> {
    await this.gate;
    const picture = crop.image as unknown as FakePicture; // made by `crop` below
    if (picture.isClosed) throw new Error('The picture was closed before it was embedded');
    if (!picture.look) return null;
    return {
      trackId: crop.trackId,
      captureTimeUs: crop.meta.captureTimeUs,
      embedding: { space: SPACE, vector: picture.look },
      sharpness: 1,
      quality: picture.quality,
    };
  }
}

const SECOND_US = 1_000_000;

/** One stage with everything around it faked, and short words for what perception does. */
export class IdentityHarness {
  readonly store: FakeStore;
  readonly embedder = new FakeEmbedder();
  readonly events: IdentityEvent[] = [];
  readonly pictures: FakePicture[] = [];
  readonly scheduled: (() => void)[] = [];
  readonly writer: SightingWriter;
  readonly stage: IdentityStage;
  /** The time of day as the stage reads it. */
  nowUnixMs = 9_000_000;
  #epoch = 0;
  /** The camera that frames and crops come from: `gate` or `exit`. */
  cameraId = 'gate';

  constructor(store = new FakeStore()) {
    this.store = store;
    let idCount = 0;
    const emit = (event: IdentityEvent) => this.events.push(event);
    this.writer = new SightingWriter(store, emit, (callback) => this.scheduled.push(callback));
    this.stage = new IdentityStage({
      embedder: this.embedder,
      store,
      writer: this.writer,
      thresholds: THRESHOLDS,
      pairThresholds: [],
      adaptation: null,
      emit,
      encodePicture: () => Promise.resolve(new Blob(['picture'])),
      createId: () => `${store.sightings.size}-${(idCount += 1)}-${this.#epoch}`,
      nowMs: () => 0,
      nowUnixMs: () => this.nowUnixMs,
    });
  }

  startRun(
    runId = 'run',
    originUnixMs = 1_000_000,
    timeBase: 'wall' | 'media' = 'wall',
    epoch = this.#epoch + 1,
    pace: 'live' | 'offline' = 'live',
  ): void {
    this.#epoch = epoch;
    this.stage.startRun(this.#runOf(runId, originUnixMs, timeBase, pace));
  }

  /** A run of the next epoch, for who starts it elsewhere. */
  makeRun(): RunStart {
    this.#epoch += 1;
    return this.#runOf(`run ${this.#epoch}`, 1_000_000, 'wall', 'live');
  }

  #runOf(
    runId: string,
    originUnixMs: number,
    timeBase: 'wall' | 'media',
    pace: 'live' | 'offline',
  ): RunStart {
    return {
      epoch: this.#epoch,
      runId,
      source: withExit(
        asOneCamera({
          kind: 'camera',
          pace,
          cameraId: 'gate',
          label: 'Gate',
          widthPx: 640,
          heightPx: 360,
          framesPerSecond: 10,
          durationUs: null,
          originUnixMs,
          timeBase,
          codec: null,
          notice: null,
        }),
      ),
    };
  }

  /** Submits a crop; resolves when it was dealt with. */
  crop(
    trackId: number,
    atS: number,
    look: Float32Array | null,
    quality = 0.5,
    epoch = this.#epoch,
  ) {
    return this.stage.submit(this.makeCrop(trackId, atS, look, quality, epoch));
  }

  /** A crop whose picture says what vector it turns into. */
  makeCrop(
    trackId: number,
    atS: number,
    look: Float32Array | null,
    quality: number,
    epoch: number,
  ): VehicleCrop {
    const picture: FakePicture & { close(): void } = {
      look,
      quality,
      isClosed: false,
      close() {
        if (this.isClosed) throw new Error('Closed twice');
        this.isClosed = true;
      },
    };
    this.pictures.push(picture);
    return {
      trackId,
      meta: {
        epoch,
        cameraId: this.cameraId,
        frameId: 0,
        captureTimeUs: atS * SECOND_US,
        widthPx: 640,
        heightPx: 360,
      },
      vehicleClass: 'car',
      box: { x1: 0, y1: 0, x2: 80, y2: 60 },
      geometry: {
        sidePx: 70,
        insideFraction: 1,
        overlapFraction: 0,
        detectionScore: 0.9,
        score: quality,
      },
      image: picture as unknown as ImageBitmap, // only FakeEmbedder looks at it
      blurredBoxes: [],
    };
  }

  /** A frame in which these tracks were seen; `firstSeenS` by track, default the frame's time. */
  frame(
    atS: number,
    trackIds: readonly number[],
    change: Partial<Pick<TracksUpdate, 'bridges' | 'ended'>> = {},
  ): void {
    this.stage.tracksUpdated({
      epoch: this.#epoch,
      cameraId: this.cameraId,
      captureTimeUs: atS * SECOND_US,
      seen: trackIds.map((trackId) => ({
        trackId,
        vehicleClass: 'car',
        firstSeenUs: atS * SECOND_US,
        hitCount: 10,
      })),
      ended: [],
      bridges: [],
      ...change,
    });
  }

  ended(trackId: number, fromS: number, toS: number, change: Partial<EndedTrack> = {}): EndedTrack {
    return {
      id: trackId,
      wasConfirmed: true,
      vehicleClass: 'car',
      firstSeenUs: fromS * SECOND_US,
      lastSeenUs: toS * SECOND_US,
      hitCount: 20,
      ...change,
    };
  }

  /** A whole visit: seen, two crops, gone. */
  async visit(trackId: number, fromS: number, toS: number, look: Float32Array): Promise<void> {
    this.frame(fromS, [trackId]);
    await this.crop(trackId, fromS, look);
    await this.crop(trackId, toS, look);
    this.frame(toS, [], { ended: [this.ended(trackId, fromS, toS)] });
    await this.writer.flush();
  }

  get identities(): TrackIdentity[] {
    return this.events.flatMap((event) => (event.type === 'identity' ? [event.identity] : []));
  }

  /** What the screen was told last about a track. */
  told(trackId: number): TrackIdentity {
    const identity = this.identities.filter((one) => one.trackId === trackId).at(-1);
    if (!identity) throw new Error(`Nothing was told of track ${trackId}`);
    return identity;
  }

  /** Stored sightings, in the order of their first writing. */
  get stored(): Sighting[] {
    return [...this.store.sightings.values()].map(({ sighting }) => sighting);
  }
}

/** The same source with a second camera. */
function withExit(source: SourceInfo): SourceInfo {
  const exit = { cameraId: 'exit', label: 'Exit', widthPx: 640, heightPx: 360 };
  return { ...source, cameras: [...source.cameras, exit] };
}
