import type { Box } from '../../contracts/detection';
import type { CameraId, FrameImage, FrameMeta } from '../../contracts/frame';
import type { BlurChoice } from '../../contracts/session';
import type { EndedTrack, Track, TrackBatch, TrackId } from '../../contracts/track';
import type {
  CropOutcome,
  FrameResult,
  PerceptionOptions,
  RunStart,
  TracksUpdate,
} from '../../contracts/worker-api';
import { personRegion, plateRegion } from '../../core/private-regions';
import type { Detector, DetectResult } from '../detect/detector';
import { TrackIds } from '../track/track-ids';
import { CameraLane } from './camera-lane';
import { CropCourier, type CropSink } from './crop-courier';
import { FrameCounter } from './frame-counter';
import type { FrameMasker } from './frame-masker';
import { unanalysedFacts, type RecorderOutlet } from './recorder-outlet';

/** What is done with pictures beside looking for vehicles; the same through all runs. */
export interface PictureKeeping {
  readonly masker: FrameMasker;
  readonly recorder: RecorderOutlet;
  blur: BlurChoice;
}

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
  readonly #pictures: PictureKeeping;
  readonly #abandoned = new AbortController();
  #options: PerceptionOptions;
  #lastCaptureUs = 0;

  /** Borrows detector, picture keeping and sink. Without a sink no crops are cut. */
  constructor(
    start: RunStart,
    detector: Detector,
    pictures: PictureKeeping,
    sink: CropSink | null,
    options: PerceptionOptions,
  ) {
    this.start = start;
    this.#detector = detector;
    this.#pictures = pictures;
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
    let shown = image;
    try {
      shown = this.#pictures.masker.apply(image, meta.cameraId);
      if (!this.#isBlurring) await this.#record(shown, meta, []);
      const found = await this.#detector.detect(shown, meta);
      const detectedMs = performance.now();
      const lane = this.#laneOf(meta.cameraId);
      const tracks = lane.tracker.update(found.batch);
      const trackedMs = performance.now();
      const blurred = this.#blurredBoxes(found, tracks);
      await this.#cutCrops(shown, lane, { tracks, persons: found.personBoxes }, blurred);
      const cutMs = performance.now();
      // Only now is it known where to blur it.
      if (this.#isBlurring) await this.#record(shown, meta, blurred);
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
      shown.close();
      this.counter.noteAnalysed();
    }
  }

  /** Takes a live frame that nobody will analyse: at most it is recorded. */
  passOver(image: FrameImage, { cameraId, captureTimeUs }: FrameMeta): void {
    const { masker, recorder } = this.#pictures;
    let shown = image;
    try {
      // Nobody knows where it would have to be blurred.
      if (!recorder.isEveryFrameWanted || this.#isBlurring) return;
      shown = masker.apply(image, cameraId);
      recorder.sendNow(shown, unanalysedFacts(cameraId, captureTimeUs));
    } finally {
      shown.close();
      this.counter.noteDropped();
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
    this.#abandoned.abort();
    this.#courier?.close();
  }

  get #isBlurring(): boolean {
    const { isPlateBlurred, isPersonBlurred } = this.#pictures.blur;
    return isPlateBlurred || isPersonBlurred;
  }

  async #record(image: FrameImage, meta: FrameMeta, blurredBoxes: readonly Box[]): Promise<void> {
    const { cameraId, captureTimeUs } = meta;
    const facts = { cameraId, captureTimeUs, isAnalysed: true, blurredBoxes };
    const { pace } = this.start.source;
    await this.#pictures.recorder.send(image, facts, pace, this.#abandoned.signal);
  }

  /** Everything the detector or the tracker takes for a vehicle, unsure boxes too: hiding too much costs less. */
  #blurredBoxes(found: DetectResult, { tracks }: TrackBatch): readonly Box[] {
    const { isPlateBlurred, isPersonBlurred } = this.#pictures.blur;
    const vehicles = isPlateBlurred ? [...found.batch.detections, ...tracks] : [];
    const persons = isPersonBlurred ? found.personBoxes : [];
    return [...vehicles.map(({ box }) => plateRegion(box)), ...persons.map(personRegion)];
  }

  #laneOf(cameraId: CameraId): CameraLane {
    let lane = this.#lanes.get(cameraId);
    if (!lane) {
      lane = new CameraLane(this.#options, this.#ids);
      this.#lanes.set(cameraId, lane);
    }
    return lane;
  }

  async #cutCrops(
    image: FrameImage,
    lane: CameraLane,
    seen: { readonly tracks: TrackBatch; readonly persons: readonly Box[] },
    blurredBoxes: readonly Box[],
  ): Promise<void> {
    if (!this.#courier || !this.#options.isEmbeddingEnabled) return;
    const plans = lane.scheduler.select(seen.tracks, seen.persons);
    await this.#courier.cut(image, seen.tracks.meta, plans, blurredBoxes);
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
