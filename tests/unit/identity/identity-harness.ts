import type { VehicleCrop } from '../../../src/contracts/embedding';
import type { Sighting } from '../../../src/contracts/gallery';
import type { MatchThresholds, TrackIdentity } from '../../../src/contracts/match';
import type { SourceInfo } from '../../../src/contracts/source';
import type { EndedTrack } from '../../../src/contracts/track';
import type { IdentityEvent, RunStart, TracksUpdate } from '../../../src/contracts/worker-api';
import { asOneCamera } from '../../../src/core/source-cameras';
import { IdentityStage } from '../../../src/stages/identity/identity-stage';
import { SightingWriter } from '../../../src/stages/identity/sighting-writer';
import { FakeEmbedder, type FakePicture } from './fake-embedder';
import { FakeStore } from './fake-store';

export const THRESHOLDS: MatchThresholds = { accept: 0.85, keep: 0.75 };

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
