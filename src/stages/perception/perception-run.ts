import type { CameraId, FrameImage, FrameMeta } from '../../contracts/frame';
import type { EndedTrack, Track, TrackBatch, TrackId } from '../../contracts/track';
import type {
  CropOutcome,
  FrameResult,
  PerceptionOptions,
  RunStart,
  TracksUpdate,
} from '../../contracts/worker-api';
import type { Detector } from '../detect/detector';
import { TrackIds } from '../track/track-ids';
import { CameraLane } from './camera-lane';
import { CropCourier, type CropSink } from './crop-courier';
import { FrameCounter } from './frame-counter';

/**
 * Detection, tracking and cropping of one run, frame after frame, for as many cameras as its source has. Holds
 * all that a new run forgets.
 */
export class PerceptionRun {
  readonly start: RunStart;
  readonly counter = new FrameCounter();
  readonly #detector: Detector;
  #courier: CropCourier | null = null;
  readonly #lanes = new Map<CameraId, CameraLane>();
  readonly #ids = new TrackIds();
  #options: PerceptionOptions;
  #lastCaptureUs = 0;

  /** Borrows detector and sink. Without a sink no crops are cut. */
  constructor(
    start: RunStart,
    detector: Detector,
    sink: CropSink | null,
    options: PerceptionOptions,
  ) {
    this.start = start;
    this.#detector = detector;
    this.#options = options;
    if (sink) this.connectSink(sink);
  }

  /** Crops go here from now on; those that another sink had are given up. Borrows the sink. */
  connectSink(sink: CropSink): void {
    if (this.#courier) return this.#courier.replaceSink(sink);
    this.#courier = new CropCourier(sink, this.start, (trackId, outcome) => {
      this.#learn(trackId, outcome);
    });
  }

  /** Applies from the next frame on. */
  setOptions(options: PerceptionOptions): void {
    this.#options = options;
    for (const lane of this.#lanes.values()) lane.tracker.setOptions(options);
  }

  /** Takes the frame and closes it, whatever happens. One call at a time. */
  async analyze(image: FrameImage, meta: FrameMeta, receivedUnixMs: number): Promise<FrameResult> {
    try {
      const found = await this.#detector.detect(image, meta);
      const detectedMs = performance.now();
      const lane = this.#laneOf(meta.cameraId);
      const tracks = lane.tracker.update(found.batch);
      const trackedMs = performance.now();
      await this.#cutCrops(image, lane, tracks);
      const cutMs = performance.now();
      this.#lastCaptureUs = meta.captureTimeUs;
      this.#report(tracks);
      return {
        meta,
        detections: found.batch.detections,
        tracks: tracks.tracks,
        ended: tracks.ended,
        bridges: tracks.bridges,
        stageMs: {
          prepare: found.timings.prepareMs,
          detect: found.timings.detectMs,
          track: trackedMs - detectedMs,
          crop: cutMs - trackedMs,
        },
        framePath: found.framePath,
        droppedCount: this.counter.droppedCount,
        receivedUnixMs,
      };
    } finally {
      image.close();
      this.counter.noteAnalysed();
    }
  }

  /** Offline runs: waits until the crops sent so far were embedded. */
  async settleCrops(): Promise<void> {
    await this.#courier?.settle();
  }

  /**
   * Ends every track and tells the identity worker; resolves when its sightings are durable, or after
   * `abandon`. Offline: throws what a crop failed with.
   */
  async finish(): Promise<readonly EndedTrack[]> {
    const ended = [...this.#lanes.values()].flatMap(({ tracker }) =>
      tracker.finish(this.#lastCaptureUs),
    );
    try {
      await this.#courier?.settle();
    } finally {
      // Sightings are written even when the last crops were not embedded.
      await this.#courier?.endRun(ended);
      this.#courier?.close();
    }
    return ended;
  }

  /** Drops the crops and waits for nobody any more: the run is void or the identity worker does not answer. */
  abandon(): void {
    this.#courier?.close();
  }

  #laneOf(cameraId: CameraId): CameraLane {
    let lane = this.#lanes.get(cameraId);
    if (!lane) {
      lane = new CameraLane(this.#options, this.#ids);
      this.#lanes.set(cameraId, lane);
    }
    return lane;
  }

  async #cutCrops(image: FrameImage, lane: CameraLane, tracks: TrackBatch): Promise<void> {
    if (!this.#courier || !this.#options.isEmbeddingEnabled) return;
    await this.#courier.cut(image, tracks.meta, lane.scheduler.select(tracks));
  }

  #report(tracks: TrackBatch): void {
    this.#courier?.hurry(tracks.ended.map(({ id }) => id));
    this.#courier?.tracksUpdated(toUpdate(tracks));
  }

  #learn(trackId: TrackId, outcome: CropOutcome | null): void {
    // Ids are of one lane only; the others do not know them.
    for (const { tracker, scheduler } of this.#lanes.values()) {
      scheduler.noteEmbedded(trackId, outcome?.crop.quality);
      // A bridge may have given the crop to another track while it was embedded.
      if (outcome) tracker.setAppearance(outcome.crop.trackId, outcome.trackDescriptor);
    }
  }
}

function toUpdate({ meta, tracks, ended, bridges }: TrackBatch): TracksUpdate {
  return {
    epoch: meta.epoch,
    cameraId: meta.cameraId,
    captureTimeUs: meta.captureTimeUs,
    seen: tracks.filter(isSeen).map(({ id, vehicleClass, firstSeenUs, hitCount }) => ({
      trackId: id,
      vehicleClass,
      firstSeenUs,
      hitCount,
    })),
    ended,
    bridges,
  };
}

/** In this very frame, and a vehicle for certain. */
function isSeen({ state, score }: Track): boolean {
  return state === 'confirmed' && score !== null;
}
