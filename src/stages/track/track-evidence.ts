/*
 * When does a tentative track become a vehicle?
 *
 * A count of hits cannot answer it at every frame rate: three hits are a tenth of a second at 30 frames/s,
 * where neighbouring frames repeat each other's mistakes, and a second and a half at 2. So a track
 * gathers evidence. A hit is worth more the higher its score and the longer ago the last frame was; a
 * miss takes away as much, so that something found in fewer than half of the frames never gets there.
 *
 * Weak hits (below the user's threshold) are kept apart. Seen from above a detector is right but unsure
 * (scores near 0.15), and just as unsure about a stain that lies in the same place for ever. Only motion
 * tells them apart, so weak hits count in full for a track that travels, and otherwise at most as much
 * as half of the strong evidence beside them: on their own they make nothing out of a still object.
 */

/** Evidence at which a track is confirmed: two strong hits half a second apart fall just short of it. */
const CONFIRMED_AT = 2;
/** Frames closer than this mostly repeat each other; 63 % of a hit's worth is reached after it. */
const NOVELTY_TIME_CONSTANT_S = 0.15;
/** Fewer hits than this are never a vehicle, whatever their score: two boxes make a line through anything. */
const MIN_HIT_COUNT = 3;
/** A sure detector may do with two hits when they lie far apart: 2 frames/s must show a vehicle within a second. */
const MIN_SURE_HIT_COUNT = 2;
const SURE_HIT_INTERVAL_S = 0.4;
/** Worth of a weak hit at the low threshold, and what is added up to the score threshold. */
const WEAK_BASE = 0.25;
const WEAK_RANGE = 0.5;
/** A strong hit is worth 1 at the threshold and this much more at score 1. */
const STRONG_RANGE = 1;
/** Most weak evidence a still object may pile up, so that old clutter is forgotten soon after it fades. */
const MAX_STILL_WEAK = 1.5;
/** Share of the weak hits of a still object that counts, and their limit relative to the strong evidence. */
const STILL_WEAK_SHARE = 0.5;

/** Thresholds that tell weak from strong, see TrackerOptions. */
export interface EvidenceThresholds {
  readonly scoreThreshold: number;
  readonly lowScoreThreshold: number;
}

/** What speaks for a track being a vehicle. */
export class TrackEvidence {
  #strong = 0;
  #weak = 0;
  #hitCount = 0;

  /**
   * A detection of `score`, `secondsSinceFrame` after the frame before it (Infinity for the first).
   * `isTravelling`: the track has moved by a good part of its own size.
   */
  addHit(
    score: number,
    secondsSinceFrame: number,
    isTravelling: boolean,
    thresholds: EvidenceThresholds,
  ): void {
    const worth = novelty(secondsSinceFrame);
    const { scoreThreshold, lowScoreThreshold } = thresholds;
    this.#hitCount += 1;
    if (score >= scoreThreshold) {
      const surplus = (score - scoreThreshold) / (1 - scoreThreshold);
      this.#strong += worth * (1 + STRONG_RANGE * surplus);
    } else {
      const range = Math.max(scoreThreshold - lowScoreThreshold, Number.EPSILON);
      const height = Math.max(0, score - lowScoreThreshold) / range;
      this.#weak += worth * (WEAK_BASE + WEAK_RANGE * height);
      if (!isTravelling) this.#weak = Math.min(this.#weak, MAX_STILL_WEAK);
    }
  }

  /** A frame without a detection, or with one that belongs to another vehicle's box. */
  addMiss(secondsSinceFrame: number): void {
    const loss = novelty(secondsSinceFrame);
    const fromWeak = Math.min(this.#weak, loss);
    this.#weak -= fromWeak;
    this.#strong -= loss - fromWeak;
  }

  /** True once nothing speaks for the track any more. */
  get isSpent(): boolean {
    return this.#strong + this.#weak <= 0;
  }

  /** True when it suffices; `ageSeconds` since the first hit. */
  isSufficient(isTravelling: boolean, ageSeconds: number): boolean {
    const stillWeak = STILL_WEAK_SHARE * Math.min(this.#weak, this.#strong);
    const total = this.#strong + (isTravelling ? this.#weak : Math.max(0, stillWeak));
    const isSlow = ageSeconds >= SURE_HIT_INTERVAL_S * (this.#hitCount - 1);
    return total >= CONFIRMED_AT && this.#hitCount >= (isSlow ? MIN_SURE_HIT_COUNT : MIN_HIT_COUNT);
  }
}

function novelty(seconds: number): number {
  return 1 - Math.exp(-seconds / NOVELTY_TIME_CONSTANT_S);
}
