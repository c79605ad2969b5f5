import type { Box, VehicleClass } from '../../contracts/detection';
import type { CropGeometryQuality } from '../../contracts/embedding';
import type { Track, TrackBatch, TrackId } from '../../contracts/track';
import { cropGeometry, isWorthCutting, withMargin } from './crop-quality';
import { withRiders } from './rider';

/** A crop worth cutting out of the frame that was just tracked. */
export interface CropPlan {
  readonly trackId: TrackId;
  readonly vehicleClass: VehicleClass;
  /** Detected box, of a motorcycle with its riders, and the embedder's margin; inside the frame, display pixels. */
  readonly box: Box;
  readonly geometry: CropGeometryQuality;
}

/** Room around the detected box, on every side: detectors cut mirrors and bumpers off. */
export const CROP_MARGIN = 0.04;
/** Below 24 px a vehicle is a smear at 128 px; cut or covered by half, it is half another vehicle. */
const MINIMUM = { sidePx: 24, insideFraction: 0.6, maxOverlapFraction: 0.6 };
/** Good enough to be a track's first crop without waiting for a better one: 58 px, whole, uncovered, score 0.6. */
const GOOD_FIRST_SCORE = 0.38;
/** How long a first crop may wait for a good one; a number is wanted within a second of the first sight. */
const FIRST_WAIT_S = 0.4;
/** Every track gets this many crops, a little apart, so that its mean does not hang on one picture. */
const BASE_CROP_COUNT = 3;
const BASE_INTERVAL_S = 0.5;
/** A base crop may be this much worse than the best so far. */
const BASE_SCORE_SHARE = 0.8;
/** Clearly better: worth a crop at any time but the very next frame. */
const BETTER_FACTOR = 1.25;
const BETTER_INTERVAL_S = 0.25;
/** A new view of the vehicle: its outline has changed by this factor since the last crop. */
const POSE_ASPECT_FACTOR = 1.25;
const POSE_SCORE_SHARE = 0.7;
const POSE_INTERVAL_S = 1;
/** No track is worth more than this, however long it stays: only the best five or six count in the end. */
const MAX_CROP_COUNT = 12;
/** A crop costs about 8 ms to embed on one CPU thread: a frame may ask for this many, and this many may be under way. */
const MAX_PLANS_PER_FRAME = 3;
const MAX_IN_FLIGHT = 6;
const US_PER_S = 1e6;

/** What was done for one track so far. */
interface TrackCrops {
  isInFlight: boolean;
  cropCount: number;
  bestScore: number;
  /** When a crop could have been cut first. */
  firstChanceUs: number;
  lastPlannedUs: number;
  lastAspect: number;
}

/** The box that would be cut for each track, without margin. */
type BoxesByTrack = ReadonlyMap<Track, Box>;

/** A plan with what decides who goes first. */
interface Candidate {
  readonly plan: CropPlan;
  readonly crops: TrackCrops;
  readonly aspect: number;
}

/**
 * Decides, frame by frame, which vehicles deserve a crop now. Only confirmed tracks that were seen in
 * the frame do: a tentative one may be nothing. The first good view comes at once, two more soon
 * after, later ones only when they are clearly better or show another side; so a parked car is
 * embedded three times and then left alone. No pixels here: sharpness is judged by the embedder's side.
 */
export class CropScheduler {
  readonly #crops = new Map<TrackId, TrackCrops>();

  /**
   * Plans for this frame, most wanted first. Each must be answered by `noteEmbedded` or `forget`. `persons`: boxes of
   * those found in the frame, riders among them.
   */
  select(batch: TrackBatch, persons: readonly Box[] = []): readonly CropPlan[] {
    for (const { survivorId, absorbedId } of batch.bridges) this.#merge(survivorId, absorbedId);
    for (const { id } of batch.ended) this.forget(id);
    const room = Math.min(MAX_PLANS_PER_FRAME, MAX_IN_FLIGHT - this.#inFlightCount());
    if (room <= 0) return [];
    const nowUs = batch.meta.captureTimeUs;
    const boxes = boxesByTrack(batch, persons);
    const candidates: Candidate[] = [];
    for (const track of batch.tracks) {
      const candidate = this.#candidate(track, batch, boxes);
      if (candidate && isDue(candidate, nowUs)) candidates.push(candidate);
    }
    candidates.sort(byNeed);
    return candidates.slice(0, room).map(({ plan, crops, aspect }) => {
      crops.isInFlight = true;
      crops.cropCount += 1;
      crops.lastPlannedUs = nowUs;
      crops.lastAspect = aspect;
      crops.bestScore = Math.max(crops.bestScore, plan.geometry.score);
      return plan;
    });
  }

  /**
   * The planned crop of a track has been dealt with. `quality` as the embedder judged it; absent: it was
   * refused (blurred, dropped), and another one is wanted as soon as the interval allows.
   */
  noteEmbedded(trackId: TrackId, quality?: number): void {
    const crops = this.#crops.get(trackId);
    if (!crops) return;
    crops.isInFlight = false;
    // What was refused is no standard for the next one. It still counts against the limit: a camera out of focus refuses for ever.
    if (quality === undefined) crops.bestScore = 0;
  }

  /** The track is over, or its crops were dropped. */
  forget(trackId: TrackId): void {
    this.#crops.delete(trackId);
  }

  /** Forgets every track. */
  reset(): void {
    this.#crops.clear();
  }

  #candidate(track: Track, batch: TrackBatch, boxes: BoxesByTrack): Candidate | null {
    const { detectedBox, score } = track;
    const whole = boxes.get(track);
    if (track.state !== 'confirmed' || !detectedBox || !whole || score === null) return null;
    const known = this.#crops.get(track.id);
    if (known && (known.isInFlight || known.cropCount >= MAX_CROP_COUNT)) return null;
    const geometry = cropGeometry(whole, score, batch.meta, [...boxes.values()]);
    if (!isWorthCutting(geometry, MINIMUM)) return null;
    const crops = known ?? this.#begin(track.id, batch.meta.captureTimeUs);
    const aspect = (whole.x2 - whole.x1) / (whole.y2 - whole.y1);
    const box = withMargin(whole, CROP_MARGIN, batch.meta);
    const plan = { trackId: track.id, vehicleClass: track.vehicleClass, box, geometry };
    return { plan, crops, aspect };
  }

  #begin(trackId: TrackId, nowUs: number): TrackCrops {
    const crops = {
      isInFlight: false,
      cropCount: 0,
      bestScore: 0,
      firstChanceUs: nowUs,
      lastPlannedUs: nowUs,
      lastAspect: 0,
    };
    this.#crops.set(trackId, crops);
    return crops;
  }

  /** The absorbed track's crops are the survivor's from here on. */
  #merge(survivorId: TrackId, absorbedId: TrackId): void {
    const absorbed = this.#crops.get(absorbedId);
    if (!absorbed) return;
    this.#crops.delete(absorbedId);
    const survivor = this.#crops.get(survivorId);
    this.#crops.set(survivorId, {
      ...absorbed,
      isInFlight: survivor?.isInFlight ?? false,
      cropCount: absorbed.cropCount + (survivor?.cropCount ?? 0),
      bestScore: Math.max(absorbed.bestScore, survivor?.bestScore ?? 0),
    });
  }

  #inFlightCount(): number {
    let count = 0;
    for (const { isInFlight } of this.#crops.values()) if (isInFlight) count += 1;
    return count;
  }
}

/** Of all tracks but the tentative ones. */
function boxesByTrack({ tracks }: TrackBatch, persons: readonly Box[]): BoxesByTrack {
  return new Map(
    tracks
      .filter(({ state }) => state !== 'tentative')
      .map((track) => {
        const box = track.detectedBox ?? track.box;
        return [track, track.vehicleClass === 'motorcycle' ? withRiders(box, persons) : box];
      }),
  );
}

function isDue({ plan, crops, aspect }: Candidate, nowUs: number): boolean {
  const { score } = plan.geometry;
  if (crops.cropCount === 0)
    return score >= GOOD_FIRST_SCORE || nowUs - crops.firstChanceUs >= FIRST_WAIT_S * US_PER_S;
  const sinceLastS = (nowUs - crops.lastPlannedUs) / US_PER_S;
  if (sinceLastS >= BETTER_INTERVAL_S && score >= BETTER_FACTOR * crops.bestScore) return true;
  if (
    crops.cropCount < BASE_CROP_COUNT &&
    sinceLastS >= BASE_INTERVAL_S &&
    score >= BASE_SCORE_SHARE * crops.bestScore
  )
    return true;
  const turned = Math.max(aspect / crops.lastAspect, crops.lastAspect / aspect);
  return (
    turned >= POSE_ASPECT_FACTOR &&
    sinceLastS >= POSE_INTERVAL_S &&
    score >= POSE_SCORE_SHARE * crops.bestScore
  );
}

/** Those with the fewest crops first, then the better view. */
function byNeed(a: Candidate, b: Candidate): number {
  return a.crops.cropCount - b.crops.cropCount || b.plan.geometry.score - a.plan.geometry.score;
}
