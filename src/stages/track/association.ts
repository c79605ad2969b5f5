import type { Detection } from '../../contracts/detection';
import { AssignmentProblem } from '../../core/assignment';
import type { LiveTrack } from './live-track';

/** How close is close enough in one stage of the association. */
export interface AssociationRule {
  /** Similarity in [0, 1] below which a pair is impossible. */
  readonly minSimilarity: number;
  /** Most that uncertainty may widen a box, in box sides. */
  readonly maxReachSides: number;
}

/** A pair the association chose, as indices into the lists it was given. */
export interface AssociatedPair {
  readonly trackIndex: number;
  readonly detectionIndex: number;
}

/** What a sure detection is preferred by; small, so that it only decides between near equals (ByteTrack's score fusion). */
const SCORE_SHARE = 0.2;
/** How far a mismatch of sizes lowers the similarity. */
const SIZE_SHARE = 0.8;
/** A rider is not a car: a vote against the pair, but no veto. */
const KIND_MISMATCH_FACTOR = 0.8;

/** x1, y1, x2, y2, area. */
const BOX_NUMBERS = 5;
/** Adds reach x, reach y. */
const TRACK_NUMBERS = 7;
const INITIAL_CAPACITY = 256;

/**
 * Pairs tracks with detections at least total cost.
 *
 * Similarity is the intersection over union of both boxes after widening them by the standard deviation
 * of the track's predicted centre (after "buffered IoU", Yang 2023, C-BIoU; here the buffer is the
 * filter's own doubt). At 30 frames/s that is plain IoU within a few percent; at 2 frames/s, or for a
 * track whose speed is not known yet, boxes that do not touch can still meet.
 */
export class Associator {
  readonly #problem = new AssignmentProblem();
  #trackNumbers = new Float64Array(INITIAL_CAPACITY * TRACK_NUMBERS);
  #detectionNumbers = new Float64Array(INITIAL_CAPACITY * BOX_NUMBERS);

  /** The best set of pairs under `rule`; tracks were predicted to the time of the detections. */
  associate(
    tracks: readonly LiveTrack[],
    detections: readonly Detection[],
    rule: AssociationRule,
  ): readonly AssociatedPair[] {
    if (tracks.length === 0 || detections.length === 0) return [];
    this.#loadTracks(tracks, rule.maxReachSides);
    this.#loadDetections(detections);
    this.#problem.begin(detections.length);
    tracks.forEach((track, index) => this.#addPairs(track, index, detections, rule.minSimilarity));
    // Only pairs within the gate were added, and a cost is below 1 for any of them: at this price being matched always wins.
    const detectionOfTrack = this.#problem.solve(1);
    const pairs: AssociatedPair[] = [];
    for (let trackIndex = 0; trackIndex < tracks.length; trackIndex++) {
      const detectionIndex = detectionOfTrack[trackIndex] ?? -1;
      if (detectionIndex >= 0) pairs.push({ trackIndex, detectionIndex });
    }
    return pairs;
  }

  #loadTracks(tracks: readonly LiveTrack[], maxReachSides: number): void {
    if (this.#trackNumbers.length < tracks.length * TRACK_NUMBERS)
      this.#trackNumbers = new Float64Array(tracks.length * 2 * TRACK_NUMBERS);
    const numbers = this.#trackNumbers;
    let at = 0;
    for (const { motion } of tracks) {
      const width = motion.widthPx;
      const height = motion.heightPx;
      const maxReach = maxReachSides * motion.sidePx;
      numbers[at++] = motion.centreXPx - width / 2;
      numbers[at++] = motion.centreYPx - height / 2;
      numbers[at++] = motion.centreXPx + width / 2;
      numbers[at++] = motion.centreYPx + height / 2;
      numbers[at++] = width * height;
      numbers[at++] = Math.min(motion.centreXStdPx, maxReach);
      numbers[at++] = Math.min(motion.centreYStdPx, maxReach);
    }
  }

  #loadDetections(detections: readonly Detection[]): void {
    if (this.#detectionNumbers.length < detections.length * BOX_NUMBERS)
      this.#detectionNumbers = new Float64Array(detections.length * 2 * BOX_NUMBERS);
    const numbers = this.#detectionNumbers;
    let at = 0;
    for (const { box } of detections) {
      numbers[at++] = box.x1;
      numbers[at++] = box.y1;
      numbers[at++] = box.x2;
      numbers[at++] = box.y2;
      numbers[at++] = (box.x2 - box.x1) * (box.y2 - box.y1);
    }
  }

  #addPairs(
    track: LiveTrack,
    trackIndex: number,
    detections: readonly Detection[],
    minSimilarity: number,
  ): void {
    this.#problem.addRow();
    const isMotorcycle = track.vehicleClass === 'motorcycle';
    for (let index = 0; index < detections.length; index++) {
      let similarity = this.#similarity(trackIndex, index);
      if (similarity < minSimilarity) continue;
      const detection = detections[index];
      if (!detection || detection.score < track.usualScore.minScore) continue;
      if ((detection.vehicleClass === 'motorcycle') !== isMotorcycle)
        similarity *= KIND_MISMATCH_FACTOR;
      this.#problem.addPair(index, 1 - similarity * (1 - SCORE_SHARE * (1 - detection.score)));
    }
  }

  /** Widened overlap and likeness of size in one figure, [0, 1]. */
  #similarity(trackIndex: number, detectionIndex: number): number {
    const tracks = this.#trackNumbers;
    const boxes = this.#detectionNumbers;
    const t = trackIndex * TRACK_NUMBERS;
    const d = detectionIndex * BOX_NUMBERS;
    const reachX = 2 * (tracks[t + 5] ?? 0);
    const tx1 = tracks[t] ?? 0;
    const tx2 = tracks[t + 2] ?? 0;
    const dx1 = boxes[d] ?? 0;
    const dx2 = boxes[d + 2] ?? 0;
    // Both boxes grow by the reach on both sides, so what they share grows by twice the reach.
    const sharedWidth = Math.min(tx2, dx2) - Math.max(tx1, dx1) + reachX;
    if (sharedWidth <= 0) return 0;
    const reachY = 2 * (tracks[t + 6] ?? 0);
    const ty1 = tracks[t + 1] ?? 0;
    const ty2 = tracks[t + 3] ?? 0;
    const dy1 = boxes[d + 1] ?? 0;
    const dy2 = boxes[d + 3] ?? 0;
    const sharedHeight = Math.min(ty2, dy2) - Math.max(ty1, dy1) + reachY;
    if (sharedHeight <= 0) return 0;
    const shared = sharedWidth * sharedHeight;
    const trackArea = (tx2 - tx1 + reachX) * (ty2 - ty1 + reachY);
    const detectionArea = (dx2 - dx1 + reachX) * (dy2 - dy1 + reachY);
    const overlap = shared / (trackArea + detectionArea - shared);
    const areaRatio = (tracks[t + 4] ?? 0) / (boxes[d + 4] ?? 1);
    const likeness = Math.sqrt(areaRatio < 1 ? areaRatio : 1 / areaRatio);
    return overlap * (1 - SIZE_SHARE + SIZE_SHARE * likeness);
  }
}
