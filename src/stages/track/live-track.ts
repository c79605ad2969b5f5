import type { Box, Detection, VehicleClass } from '../../contracts/detection';
import { VEHICLE_CLASSES } from '../../contracts/detection';
import type { EndedTrack, Track, TrackId, TrackState } from '../../contracts/track';
import { KalmanBox } from '../../core/kalman-box';
import { TrackEvidence } from './track-evidence';
import { Travel } from './travel';
import { UsualScore } from './usual-score';

/** A detection of score 0 is trusted this many times less than one of score 1. */
const LOWEST_SCORE_NOISE_FACTOR = 2.5;

/** A track while the tracker works on it: mutable, never handed out. */
export class LiveTrack {
  readonly id: TrackId;
  readonly motion: KalmanBox;
  readonly evidence = new TrackEvidence();
  readonly travel: Travel;
  usualScore: UsualScore;
  state: TrackState = 'tentative';
  firstSeenUs: number;
  lastSeenUs: number;
  hitCount = 0;
  /** Frames in a row without a detection. */
  missedFrameCount = 0;
  /** Detection matched in the current frame; null when none was. */
  detection: Detection | null = null;
  /** Detected box at the beginning, and the newest. */
  firstBox: Box;
  lastBox: Box;
  /** Mean appearance, unit length, once the embedder told. */
  descriptor: Float32Array | null = null;
  #secondsSinceFrame = 0;
  #votes = new Float64Array(VEHICLE_CLASSES.length);

  constructor(id: TrackId, detection: Detection, captureTimeUs: number) {
    this.id = id;
    this.motion = new KalmanBox(detection.box);
    this.firstSeenUs = captureTimeUs;
    this.lastSeenUs = captureTimeUs;
    this.usualScore = new UsualScore(detection.score);
    this.travel = new Travel(this.motion, captureTimeUs);
    this.firstBox = detection.box;
    this.lastBox = detection.box;
    this.#note(detection, captureTimeUs);
  }

  get isConfirmed(): boolean {
    return this.state !== 'tentative';
  }

  /** The class with the most score behind it; the earlier of {@link VEHICLE_CLASSES} on a tie. */
  get vehicleClass(): VehicleClass {
    let best: VehicleClass = VEHICLE_CLASSES[0];
    let bestVotes = -1;
    VEHICLE_CLASSES.forEach((vehicleClass, index) => {
      const votes = this.#votes[index] ?? 0;
      if (votes > bestVotes) [best, bestVotes] = [vehicleClass, votes];
    });
    return best;
  }

  /** Moves `seconds` ahead, to the time of a new frame, and waits for a detection. */
  advance(seconds: number): void {
    this.motion.predict(seconds);
    this.usualScore.advance(seconds);
    this.#secondsSinceFrame = seconds;
    this.detection = null;
  }

  /** Takes the detection of the current frame; the motion was predicted to its time already. */
  match(detection: Detection, captureTimeUs: number): void {
    this.motion.correct(detection.box, 1 + (LOWEST_SCORE_NOISE_FACTOR - 1) * (1 - detection.score));
    this.travel.add(this.motion, captureTimeUs);
    this.lastBox = detection.box;
    this.missedFrameCount = 0;
    this.usualScore.add(detection.score, this.#secondsSinceFrame);
    this.#note(detection, captureTimeUs);
  }

  /** Continues as `other`: its motion, its detections, its votes. `other` is not used afterwards. */
  absorb(other: LiveTrack): void {
    this.motion.copyFrom(other.motion);
    this.state = this.state === 'tentative' ? other.state : 'confirmed';
    this.lastBox = other.lastBox;
    this.lastSeenUs = other.lastSeenUs;
    this.usualScore = other.usualScore;
    this.missedFrameCount = other.missedFrameCount;
    this.detection = other.detection;
    this.hitCount += other.hitCount;
    other.#votes.forEach((votes, index) => {
      this.#votes[index] = (this.#votes[index] ?? 0) + votes;
    });
  }

  /** As others see it in this frame. */
  toTrack(): Track {
    return {
      id: this.id,
      state: this.state,
      box: this.motion.box(),
      velocityXPxPerS: this.motion.velocityXPxPerS,
      velocityYPxPerS: this.motion.velocityYPxPerS,
      vehicleClass: this.vehicleClass,
      score: this.detection?.score ?? null,
      detectedBox: this.detection?.box ?? null,
      firstSeenUs: this.firstSeenUs,
      lastSeenUs: this.lastSeenUs,
      hitCount: this.hitCount,
    };
  }

  /** As others see it when it is over. */
  toEnded(): EndedTrack {
    return {
      id: this.id,
      wasConfirmed: this.isConfirmed,
      vehicleClass: this.vehicleClass,
      firstSeenUs: this.firstSeenUs,
      lastSeenUs: this.lastSeenUs,
      hitCount: this.hitCount,
    };
  }

  #note(detection: Detection, captureTimeUs: number): void {
    const index = VEHICLE_CLASSES.indexOf(detection.vehicleClass);
    this.#votes[index] = (this.#votes[index] ?? 0) + detection.score;
    this.detection = detection;
    this.lastSeenUs = captureTimeUs;
    this.hitCount += 1;
  }
}
