import { VEHICLE_CLASSES, type VehicleClass } from '../../contracts/detection';

/** What the tracker can be told. Durations are in seconds, so one setting serves every frame rate. */
export interface TrackerOptions {
  /** Detections at or above it are strong: three in a row make a vehicle. (0, 1). */
  readonly scoreThreshold: number;
  /**
   * Detections below it are ignored. Those between it and `scoreThreshold` are weak: they continue
   * tracks, and make a new one only by persistence and motion together. Default: see
   * {@link defaultLowScoreThreshold}.
   */
  readonly lowScoreThreshold?: number;
  /** Classes that may become vehicles, judged by a track's vote, not by single detections. Default: all. */
  readonly classes?: readonly VehicleClass[];
  /** How long a confirmed track may go unseen and still be called confirmed. Default 0.3. */
  readonly coastSeconds?: number;
  /** How long a lost track is kept, for its return or an appearance bridge. Default 4. */
  readonly lostSeconds?: number;
  /** Cosine at or above which two descriptors bridge an occlusion. Default 0.8. */
  readonly bridgeSimilarity?: number;
}

/** {@link TrackerOptions} with every default filled in. */
export interface ResolvedTrackerOptions {
  readonly scoreThreshold: number;
  readonly lowScoreThreshold: number;
  readonly classes: ReadonlySet<VehicleClass>;
  readonly coastSeconds: number;
  readonly lostSeconds: number;
  readonly bridgeSimilarity: number;
}

/** Two missed frames at 7 frames/s; a flicker of the detector, not yet an absence. */
const DEFAULT_COAST_S = 0.3;
/** Seconds. A car behind a bus at walking pace; longer absences are the gallery's business. */
export const DEFAULT_LOST_S = 4;
/**
 * Not a recognition: position and motion have already left few candidates. On the sample clips a third
 * of pairs seen together pass 0.7 with the first built-in embedder, so the gate needs more than that;
 * 0.8 itself was not tuned.
 */
const DEFAULT_BRIDGE_SIMILARITY = 0.8;
/** ByteTrack's floor for second-stage detections. */
const LOW_SCORE_FLOOR = 0.1;
/** The user's threshold moves the floor as well, or a permissive setting would have no weak detections left. */
const LOW_SCORE_SHARE = 0.5;

/** Score down to which detections are worth handing to the tracker, given the user's threshold. */
export function defaultLowScoreThreshold(scoreThreshold: number): number {
  return Math.min(LOW_SCORE_FLOOR, scoreThreshold * LOW_SCORE_SHARE);
}

/** Fills in the defaults. Throws RangeError for a value outside its range. */
export function resolveTrackerOptions(options: TrackerOptions): ResolvedTrackerOptions {
  const { scoreThreshold } = options;
  if (!(scoreThreshold > 0 && scoreThreshold < 1))
    throw new RangeError(`Expected scoreThreshold in (0, 1), got ${scoreThreshold}`);
  const lowScoreThreshold = options.lowScoreThreshold ?? defaultLowScoreThreshold(scoreThreshold);
  if (!(lowScoreThreshold >= 0 && lowScoreThreshold <= scoreThreshold))
    throw new RangeError(
      `Expected lowScoreThreshold in [0, scoreThreshold], got ${lowScoreThreshold}`,
    );
  return {
    scoreThreshold,
    lowScoreThreshold,
    classes: new Set(options.classes ?? VEHICLE_CLASSES),
    coastSeconds: positive('coastSeconds', options.coastSeconds ?? DEFAULT_COAST_S),
    lostSeconds: positive('lostSeconds', options.lostSeconds ?? DEFAULT_LOST_S),
    bridgeSimilarity: options.bridgeSimilarity ?? DEFAULT_BRIDGE_SIMILARITY,
  };
}

function positive(name: string, seconds: number): number {
  if (!(seconds > 0)) throw new RangeError(`Expected ${name} above 0 s, got ${seconds}`);
  return seconds;
}
