import type { Box } from '../../contracts/detection';
import type { VehicleCrop } from '../../contracts/embedding';
import type { FrameImage, FrameMeta } from '../../contracts/frame';
import type { SourcePace } from '../../contracts/source';
import type { EndedTrack, TrackId } from '../../contracts/track';
import type { CropOutcome, RunStart, TracksUpdate } from '../../contracts/worker-api';
import { clampBox } from '../../core/geometry';
import type { CropPlan } from '../embed/crop-scheduler';

/** The identity worker as this side calls it; see `CropSinkApi` for what each call means. */
export interface CropSink {
  startRun(run: RunStart): void;
  /** Takes the crop's picture. */
  submit(crop: VehicleCrop): Promise<CropOutcome | null>;
  tracksUpdated(update: TracksUpdate): void;
  endRun(ended: readonly EndedTrack[]): Promise<void>;
}

/** Told of each crop's end; null: nothing was embedded. */
export type OnCropAnswer = (trackId: TrackId, outcome: CropOutcome | null) => void;

/** A picture needs at least this many pixels a side to be cut at all. */
const SMALLEST_CROP_PX = 2;

/**
 * Cuts crops out of frames and hands them to the identity worker. Owns every crop until it is submitted.
 *
 * Live: one in flight, the others wait, best first. The crop scheduler plans at most one a track and a
 * handful in all until they are answered, so what waits is bounded. Offline: everything is sent at once.
 */
export class CropCourier {
  readonly #sink: CropSink;
  readonly #pace: SourcePace;
  readonly #onAnswer: OnCropAnswer;
  readonly #waiting = new Map<TrackId, VehicleCrop>();
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;
  #isClosed = false;

  /** `onAnswer` is called once for every plan given to `cut`, unless the courier is closed or failed. */
  constructor(sink: CropSink, pace: SourcePace, onAnswer: OnCropAnswer) {
    this.#sink = sink;
    this.#pace = pace;
    this.#onAnswer = onAnswer;
  }

  /** Cuts the planned crops; borrows the frame until it resolves. Throws what a submission failed with. */
  async cut(image: FrameImage, meta: FrameMeta, plans: readonly CropPlan[]): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const crops = await Promise.all(plans.map((plan) => cutCrop(image, meta, plan)));
    crops.forEach((crop, index) => {
      const trackId = plans[index]?.trackId;
      if (this.#isClosed) crop?.image.close();
      else if (crop) this.#take(crop);
      else if (trackId !== undefined) this.#onAnswer(trackId, null);
    });
    this.#submitNext();
  }

  /** Sends the waiting crops of these tracks now: after their end they would come too late. */
  hurry(trackIds: Iterable<TrackId>): void {
    for (const trackId of trackIds) {
      const crop = this.#waiting.get(trackId);
      this.#waiting.delete(trackId);
      if (crop) this.#submit(crop);
    }
  }

  /** Resolves when every crop was answered, waiting ones included. Throws what a submission failed with. */
  async settle(): Promise<void> {
    this.hurry([...this.#waiting.keys()]);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  /** Drops what waits; answers that still come are ignored. */
  close(): void {
    this.#isClosed = true;
    for (const crop of this.#waiting.values()) crop.image.close();
    this.#waiting.clear();
  }

  #take(crop: VehicleCrop): void {
    if (this.#pace === 'offline') return this.#submit(crop);
    // Only when two tracks were bridged into one can there be another; the newer one is as good.
    this.#waiting.get(crop.trackId)?.image.close();
    this.#waiting.set(crop.trackId, crop);
  }

  /** The best of the waiting, when nothing is under way. */
  #submitNext(): void {
    if (this.#underWay.size > 0 || this.#waiting.size === 0) return;
    const best = [...this.#waiting.values()].reduce((a, b) =>
      b.geometry.score > a.geometry.score ? b : a,
    );
    this.#waiting.delete(best.trackId);
    this.#submit(best);
  }

  #submit(crop: VehicleCrop): void {
    const task = this.#sink.submit(crop).then(
      (outcome) => {
        if (!this.#isClosed) this.#onAnswer(crop.trackId, outcome);
      },
      (error: unknown) => {
        this.#failure ??= { error };
      },
    );
    const tracked = task.finally(() => {
      this.#underWay.delete(tracked);
      this.#submitNext();
    });
    this.#underWay.add(tracked);
  }
}

/** Null when nothing of the planned box is inside the frame. */
async function cutCrop(
  image: FrameImage,
  meta: FrameMeta,
  plan: CropPlan,
): Promise<VehicleCrop | null> {
  const { x1, y1, x2, y2 } = wholePixels(clampBox(plan.box, meta.widthPx, meta.heightPx));
  if (x2 - x1 < SMALLEST_CROP_PX || y2 - y1 < SMALLEST_CROP_PX) return null;
  const { trackId, vehicleClass, box, geometry } = plan;
  const picture = await createImageBitmap(image, x1, y1, x2 - x1, y2 - y1);
  return { trackId, meta, vehicleClass, box, geometry, image: picture };
}

function wholePixels(box: Box): Box {
  return {
    x1: Math.floor(box.x1),
    y1: Math.floor(box.y1),
    x2: Math.ceil(box.x2),
    y2: Math.ceil(box.y2),
  };
}
