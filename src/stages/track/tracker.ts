import type { Detection, DetectionBatch } from '../../contracts/detection';
import type { EndedTrack, TrackBatch, TrackBridge, TrackId } from '../../contracts/track';
import { boxAreaPx2, clampBox } from '../../core/geometry';
import { findBridges } from './appearance-bridge';
import { Associator, type AssociationRule } from './association';
import { isExplainedBy, isUsableDetection } from './box-conflicts';
import { LiveTrack } from './live-track';
import { TrackIds } from './track-ids';
import {
  resolveTrackerOptions,
  type ResolvedTrackerOptions,
  type TrackerOptions,
} from './tracker-options';

const US_PER_S = 1e6;
/** Visible tracks and strong detections: ByteTrack's first stage admits an overlap of 0.2 as well. */
const VISIBLE_RULE: AssociationRule = { minSimilarity: 0.2, maxReachSides: 1 };
/** Weak detections must fit where a track is expected, or they would lead it astray: ByteTrack's second stage, 0.5. */
const WEAK_RULE: AssociationRule = { minSimilarity: 0.4, maxReachSides: 0.5 };
/** A lost track may come back only near its prediction: a new vehicle must not be taken for it. */
const LOST_RULE: AssociationRule = { minSimilarity: 0.3, maxReachSides: 0.5 };
/** Tentative tracks know their speed least. */
const TENTATIVE_RULE: AssociationRule = { minSimilarity: 0.2, maxReachSides: 1 };
/** Weak boxes that do not line up are noise; a looser rule strings them together into a wandering vehicle. */
const TENTATIVE_WEAK_RULE: AssociationRule = { minSimilarity: 0.4, maxReachSides: 1 };
/** Clutter lies where it always lay; anything that does not fit as well is something else. */
const CLUTTER_RULE: AssociationRule = { minSimilarity: 0.6, maxReachSides: 0.25 };
/**
 * Found weakly in one place for this long, without becoming a vehicle: a hedge, a window, a road marking. On 90 s of Demo
 * street, 1 s left 29 % fewer false boxes than without this rule, 2 s 12 % fewer.
 */
const CLUTTER_AFTER_S = 1;
/** A predicted box with less of it in the frame has left. */
const GONE_INSIDE_FRACTION = 0.25;
/** Boxes cling to the frame's edge for a moment after their prediction has left it. */
const GONE_AFTER_S = 0.4;

/** What one call of `update` works on. */
interface FrameWork {
  readonly nowUs: number;
  readonly secondsSinceFrame: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Detections nobody has taken yet. */
  strong: Detection[];
  weak: Detection[];
  readonly ended: EndedTrack[];
}

/**
 * Follows vehicles from frame to frame: ByteTrack's association in two stages (strong detections, then
 * weak ones for tracks left over), then lost tracks, then tentative ones, then new ones.
 *
 *     first detection -> tentative -> confirmed <-> lost -> ended
 *                            |                        ^ bridged by appearance: ends as `absorbedId`
 *                            +-> ended (was never a vehicle)
 *
 * Synchronous, without a clock: time is `captureTimeUs` of the frames, at any and any varying rate. When
 * time runs backwards every track ends.
 */
export class VehicleTracker {
  readonly #associator = new Associator();
  #options: ResolvedTrackerOptions;
  #tracks: LiveTrack[] = [];
  #lastFrameUs: number | null = null;

  readonly #ids: TrackIds;

  /**
   * `ids`: where new tracks get their ids from; shared by the trackers of several cameras of one run.
   * Throws RangeError for options outside their ranges.
   */
  constructor(options: TrackerOptions, ids: TrackIds = new TrackIds()) {
    this.#options = resolveTrackerOptions(options);
    this.#ids = ids;
  }

  /** Applies from the next frame on. Vehicles of a class that was deselected end there. */
  setOptions(options: TrackerOptions): void {
    this.#options = resolveTrackerOptions(options);
  }

  /** Takes in one frame. Unusable boxes (NaN, empty, outside the frame) are ignored. */
  update(batch: DetectionBatch): TrackBatch {
    const { meta } = batch;
    const work = this.#beginFrame(batch);
    const bridges = this.#bridge();
    this.#predict(work);
    this.#associateAll(work);
    for (const track of this.#tracks) if (track.detection === null) this.#miss(track, work);
    this.#weighTentative(work);
    this.#startTracks(work);
    this.#endTracks(work);
    this.#lastFrameUs = work.nowUs;
    return {
      meta,
      tracks: this.#tracks.map((track) => track.toTrack()),
      ended: work.ended,
      bridges,
    };
  }

  /**
   * Tells a track's mean descriptor: unit length, always of one embedding space. May come late: unknown
   * ids are ignored. A bridge it makes possible is reported by the next `update`.
   */
  setAppearance(trackId: TrackId, descriptor: Float32Array): void {
    const track = this.#tracks.find(({ id }) => id === trackId);
    if (track) track.descriptor = descriptor;
  }

  /** Ends every track, at the end of a run. `captureTimeUs`: when the run ended; later frames must not be earlier. */
  finish(captureTimeUs: number): readonly EndedTrack[] {
    const ended = this.#tracks.map((track) => track.toEnded());
    this.#tracks = [];
    this.#lastFrameUs = captureTimeUs;
    return ended;
  }

  #beginFrame(batch: DetectionBatch): FrameWork {
    const { captureTimeUs: nowUs, widthPx, heightPx } = batch.meta;
    const ended: EndedTrack[] = [];
    let secondsSinceFrame = this.#lastFrameUs === null ? 0 : (nowUs - this.#lastFrameUs) / US_PER_S;
    if (secondsSinceFrame < 0) {
      ended.push(...this.finish(nowUs));
      secondsSinceFrame = 0;
    }
    const { scoreThreshold, lowScoreThreshold } = this.#options;
    const usable = batch.detections.filter((detection) =>
      isUsableDetection(detection, widthPx, heightPx),
    );
    return {
      nowUs,
      secondsSinceFrame,
      widthPx,
      heightPx,
      strong: usable.filter(({ score }) => score >= scoreThreshold),
      weak: usable.filter(({ score }) => score < scoreThreshold && score >= lowScoreThreshold),
      ended,
    };
  }

  #bridge(): readonly TrackBridge[] {
    if (this.#lastFrameUs === null) return [];
    const found = findBridges(this.#tracks, this.#lastFrameUs, this.#options.bridgeSimilarity);
    for (const { survivor, absorbed } of found) {
      survivor.absorb(absorbed);
      this.#tracks = this.#tracks.filter((track) => track !== absorbed);
    }
    return found.map(({ survivorId, absorbedId, similarity }) => ({
      survivorId,
      absorbedId,
      similarity,
    }));
  }

  /** Moves every track to now, after ending those unseen for too long: a gap in time is no motion to predict over. */
  #predict(work: FrameWork): void {
    const { lostSeconds, classes } = this.#options;
    this.#endWhere(work, (track) => {
      const isDeselected = track.isConfirmed && !classes.has(track.vehicleClass);
      return isDeselected || secondsUnseen(track, work) > lostSeconds;
    });
    for (const track of this.#tracks) track.advance(work.secondsSinceFrame);
  }

  #associateAll(work: FrameWork): void {
    const isVisible = (track: LiveTrack): boolean =>
      track.state === 'confirmed' || (track.state === 'lost' && track.missedFrameCount <= 1);
    const visible = this.#tracks.filter(isVisible);
    const lost = this.#tracks.filter((track) => track.state === 'lost' && !isVisible(track));
    const tentative = this.#tracks.filter((track) => track.state === 'tentative');
    // A new vehicle that is already on its way must not be taken for one that was lost where it passes.
    const arriving = tentative.filter((track) => track.travel.isTravelling);
    const clutter = tentative.filter((track) => isSettledClutter(track, work));
    work.strong = this.#associate(visible, work.strong, VISIBLE_RULE, work);
    work.weak = this.#associate(clutter, work.weak, CLUTTER_RULE, work);
    work.weak = this.#associate(visible, work.weak, WEAK_RULE, work);
    work.strong = this.#associate(arriving, work.strong, TENTATIVE_RULE, work);
    work.strong = this.#associate(lost, work.strong, LOST_RULE, work);
    work.weak = this.#associate(lost, work.weak, WEAK_RULE, work);
    work.strong = this.#associate(tentative, work.strong, TENTATIVE_RULE, work);
    work.weak = this.#associate(tentative, work.weak, TENTATIVE_WEAK_RULE, work);
  }

  /** Matches those of `tracks` that have no detection yet; returns the detections left over. */
  #associate(
    tracks: readonly LiveTrack[],
    detections: Detection[],
    rule: AssociationRule,
    work: FrameWork,
  ): Detection[] {
    const waiting = tracks.filter((track) => track.detection === null);
    const pairs = this.#associator.associate(waiting, detections, rule);
    if (pairs.length === 0) return detections;
    const taken = new Set<Detection>();
    for (const { trackIndex, detectionIndex } of pairs) {
      const track = waiting[trackIndex];
      const detection = detections[detectionIndex];
      if (!track || !detection) continue;
      track.match(detection, work.nowUs);
      if (track.state === 'lost') track.state = 'confirmed';
      taken.add(detection);
    }
    return detections.filter((detection) => !taken.has(detection));
  }

  #miss(track: LiveTrack, work: FrameWork): void {
    track.missedFrameCount += 1;
    if (track.state === 'tentative') track.evidence.addMiss(work.secondsSinceFrame);
    if (track.state === 'confirmed' && secondsUnseen(track, work) > this.#options.coastSeconds) {
      track.state = 'lost';
      track.motion.steady();
      track.usualScore.endPoorScores();
    }
  }

  /** Adds this frame's evidence to matched tentative tracks and confirms those that have enough. */
  #weighTentative(work: FrameWork): void {
    for (const track of this.#tracks) {
      if (track.state !== 'tentative' || track.detection === null) continue;
      if (this.#isExplained(track.detection, track)) {
        track.evidence.addMiss(work.secondsSinceFrame);
        continue;
      }
      const isTravelling = track.travel.isTravelling;
      track.evidence.addHit(
        track.detection.score,
        work.secondsSinceFrame,
        isTravelling,
        this.#options,
      );
      const ageSeconds = (work.nowUs - track.firstSeenUs) / US_PER_S;
      const isSelected = this.#options.classes.has(track.vehicleClass);
      if (isSelected && track.evidence.isSufficient(isTravelling, ageSeconds))
        track.state = 'confirmed';
    }
  }

  #startTracks(work: FrameWork): void {
    for (const detection of [...work.strong, ...work.weak]) {
      if (this.#isExplained(detection, null)) continue;
      const track = new LiveTrack(this.#ids.next(), detection, work.nowUs);
      track.evidence.addHit(detection.score, Infinity, false, this.#options);
      this.#tracks.push(track);
    }
  }

  /** True when a vehicle that is already followed accounts for the detection. */
  #isExplained(detection: Detection, owner: LiveTrack | null): boolean {
    const isWeak = detection.score < this.#options.scoreThreshold;
    return this.#tracks.some((other) => {
      if (other === owner || other.state === 'lost') return false;
      const box = other.detection?.box ?? null;
      if (other.state === 'confirmed')
        return isExplainedBy(detection.box, isWeak, box ?? other.motion.box());
      const isStronger = (other.detection?.score ?? 0) >= this.#options.scoreThreshold;
      return isWeak && isStronger && box !== null && isExplainedBy(detection.box, true, box);
    });
  }

  #endTracks(work: FrameWork): void {
    this.#endWhere(work, (track) => {
      if (track.state === 'tentative') return track.evidence.isSpent;
      if (track.detection !== null) return false;
      return secondsUnseen(track, work) > GONE_AFTER_S && hasLeft(track, work);
    });
  }

  #endWhere(work: FrameWork, isOver: (track: LiveTrack) => boolean): void {
    this.#tracks = this.#tracks.filter((track) => {
      if (!isOver(track)) return true;
      work.ended.push(track.toEnded());
      return false;
    });
  }
}

function secondsUnseen(track: LiveTrack, work: FrameWork): number {
  return (work.nowUs - track.lastSeenUs) / US_PER_S;
}

/**
 * Clutter keeps its own detections: a vehicle that passes it would else leave its track behind on it, with number and
 * picture, as a vehicle that stands there for ever.
 */
function isSettledClutter(track: LiveTrack, work: FrameWork): boolean {
  const ageSeconds = (work.nowUs - track.firstSeenUs) / US_PER_S;
  return !track.travel.isTravelling && ageSeconds >= CLUTTER_AFTER_S;
}

function hasLeft(track: LiveTrack, { widthPx, heightPx }: FrameWork): boolean {
  const box = track.motion.box();
  return boxAreaPx2(clampBox(box, widthPx, heightPx)) < GONE_INSIDE_FRACTION * boxAreaPx2(box);
}
