import { scoreCounts, type StreetCountScores } from './counts';
import { scoreCrossCamera, type CrossCameraScores } from './cross-camera';
import { scoreStreetDetection, type StreetDetectionScores } from './detection';
import { followTracks } from './followed-tracks';
import { pairFrames } from './frame-pairs';
import type { StreetScoreInput } from './street-score-input';
import { scoreStreetTracking, type StreetTrackingScores } from './tracking';

/** How well the app did on a street. Fractions are null where there was nothing to divide by. */
export interface StreetScores {
  readonly detection: StreetDetectionScores;
  readonly tracking: StreetTrackingScores;
  readonly crossCamera: CrossCameraScores;
  readonly counts: StreetCountScores;
  readonly frames: {
    readonly scoredCount: number;
    /** Rendered and never analysed, and the other way round: both 0 when every frame is waited for. */
    readonly unseenCount: number;
    readonly untoldCount: number;
  };
}

/** Scores a whole run. Throws RangeError when a frame is in it twice. */
export function scoreStreet(input: StreetScoreInput): StreetScores {
  const { cameras, unseenCount, untoldCount } = pairFrames(input);
  const tracks = followTracks(cameras, input.decisions);
  return {
    detection: scoreStreetDetection(cameras, input.scoreThreshold),
    tracking: scoreStreetTracking(cameras),
    crossCamera: scoreCrossCamera(input.sightings, tracks, cameras),
    counts: scoreCounts(cameras, tracks),
    frames: {
      scoredCount: cameras.reduce((sum, { pairs }) => sum + pairs.length, 0),
      unseenCount,
      untoldCount,
    },
  };
}
