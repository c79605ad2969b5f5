import type { Box } from '../../contracts/detection';
import type { VehicleCrop } from '../../contracts/embedding';
import type { FrameImage, FrameMeta } from '../../contracts/frame';
import type { EndedTrack, TrackId } from '../../contracts/track';
import type { CropOutcome, RunStart, TracksUpdate } from '../../contracts/worker-api';
import { clampBox, intersectionAreaPx2 } from '../../core/geometry';
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

/** A sink in use, and the means to stop waiting for it: a worker that died leaves its calls pending for ever. */
interface Connection {
  readonly sink: CropSink;
  /** Resolves with null when nothing more is expected of the sink. */
  readonly gone: Promise<null>;
  readonly letGo: () => void;
}

/**
 * Cuts crops out of frames and hands them to the identity worker, and tells it of the run. Owns every crop
 * until it is submitted. No wait outlasts `replaceSink` or `close`.
 *
 * Live: one in flight, the others wait, best first. The crop scheduler plans at most one a track and a
 * handful in all until they are answered, so what waits is bounded; a crop that fails is answered as
 * refused, for one picture must not end a run. Offline: everything is sent at once and failures are told.
 */
export class CropCourier {
  readonly #start: RunStart;
  readonly #onAnswer: OnCropAnswer;
  readonly #waiting = new Map<TrackId, VehicleCrop>();
  readonly #underWay = new Set<Promise<void>>();
  #connection: Connection;
  #failure: { readonly error: unknown } | null = null;
  #isClosed = false;

  /** `onAnswer` is called once for every plan given to `cut`, unless the courier is closed or failed. */
  constructor(sink: CropSink, start: RunStart, onAnswer: OnCropAnswer) {
    this.#start = start;
    this.#onAnswer = onAnswer;
    this.#connection = connect(sink);
    sink.startRun(start);
  }

  /** Goes on with another sink: it is told of the run, crops that the old one had are answered as refused. */
  replaceSink(sink: CropSink): void {
    this.#connection.letGo();
    this.#connection = connect(sink);
    sink.startRun(this.#start);
  }

  /**
   * Cuts the planned crops; borrows the frame until it resolves. `blurredBoxes`, in the frame's pixels, are to be made
   * unrecognisable wherever a crop is stored. Offline: throws what a submission failed with.
   */
  async cut(
    image: FrameImage,
    meta: FrameMeta,
    plans: readonly CropPlan[],
    blurredBoxes: readonly Box[],
  ): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const crops = await Promise.all(plans.map((plan) => cutCrop(image, meta, plan, blurredBoxes)));
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

  tracksUpdated(update: TracksUpdate): void {
    this.#connection.sink.tracksUpdated(update);
  }

  /** Resolves when every crop was answered, waiting ones included. Offline: throws what a submission failed with. */
  async settle(): Promise<void> {
    this.hurry([...this.#waiting.keys()]);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
  }

  /** Tells the end of the run; resolves when its sightings are durable, or nobody waits for it any more. */
  async endRun(ended: readonly EndedTrack[]): Promise<void> {
    const { sink, gone } = this.#connection;
    await Promise.race([sink.endRun(ended), gone]);
  }

  /** Drops what waits and releases whoever waits; answers that still come are ignored. */
  close(): void {
    this.#isClosed = true;
    for (const crop of this.#waiting.values()) crop.image.close();
    this.#waiting.clear();
    this.#connection.letGo();
  }

  #take(crop: VehicleCrop): void {
    if (this.#start.source.pace === 'offline') return this.#submit(crop);
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
    const { sink, gone } = this.#connection;
    const tracked = Promise.race([sink.submit(crop), gone])
      .catch((error: unknown) => {
        // Live: the identity worker tells of it, once; see IdentityEvent `embedding-error`.
        if (this.#start.source.pace === 'offline') this.#failure ??= { error };
        return null;
      })
      .then((outcome) => {
        if (!this.#isClosed && !this.#failure) this.#onAnswer(crop.trackId, outcome);
      })
      .finally(() => {
        this.#underWay.delete(tracked);
        this.#submitNext();
      });
    this.#underWay.add(tracked);
  }
}

function connect(sink: CropSink): Connection {
  let letGo = (): void => undefined;
  const gone = new Promise<null>((resolve) => {
    letGo = () => {
      resolve(null);
    };
  });
  return { sink, gone, letGo };
}

/** Null when nothing of the planned box is inside the frame. */
async function cutCrop(
  image: FrameImage,
  meta: FrameMeta,
  plan: CropPlan,
  blurredBoxes: readonly Box[],
): Promise<VehicleCrop | null> {
  const cut = wholePixels(clampBox(plan.box, meta.widthPx, meta.heightPx));
  const { x1, y1, x2, y2 } = cut;
  if (x2 - x1 < SMALLEST_CROP_PX || y2 - y1 < SMALLEST_CROP_PX) return null;
  const { trackId, vehicleClass, box, geometry } = plan;
  const picture = await createImageBitmap(image, x1, y1, x2 - x1, y2 - y1);
  const blurred = blurredBoxes
    .filter((one) => intersectionAreaPx2(one, cut) > 0)
    .map((one) => ({ x1: one.x1 - x1, y1: one.y1 - y1, x2: one.x2 - x1, y2: one.y2 - y1 }));
  return { trackId, meta, vehicleClass, box, geometry, image: picture, blurredBoxes: blurred };
}

function wholePixels(box: Box): Box {
  return {
    x1: Math.floor(box.x1),
    y1: Math.floor(box.y1),
    x2: Math.ceil(box.x2),
    y2: Math.ceil(box.y2),
  };
}
