import type { CameraId } from '../../../src/contracts/frame';
import type { VehicleTruth } from '../../../src/contracts/street';
import { countTracking, scoreTracking, type TrackingScores } from '../tracking/score-tracking';
import { withoutIgnored, type TrackingFrame } from '../tracking/tracking-sequence';
import type { CameraFrames, FramePair } from './frame-pairs';
import { sortTruth, TRACKING_RULE } from './what-counts';

/** All cameras together: each is a sequence of its own, combined as TrackEval's COMBINED row. */
export interface StreetTrackingScores extends TrackingScores {
  readonly byCamera: readonly ({ readonly cameraId: CameraId } & TrackingScores)[];
}

/**
 * Scores the tracks that a person sees followed, against {@link TRACKING_RULE}: confirmed ones. The box of a lost track is
 * drawn as a guess and is none here either; that a vehicle keeps its number through it still shows, because ids
 * are compared over the whole run.
 */
export function scoreStreetTracking(cameras: readonly CameraFrames[]): StreetTrackingScores {
  const counts = cameras.map(({ pairs }) => countTracking(pairs.map(toTrackingFrame)));
  return {
    ...scoreTracking(counts),
    byCamera: cameras.map(({ cameraId }, index) => ({
      cameraId,
      ...scoreTracking(counts.slice(index, index + 1)),
    })),
  };
}

function toTrackingFrame({ truth, frame }: FramePair): TrackingFrame {
  const { counted, ignored, tooHidden } = sortTruth(truth.vehicles, TRACKING_RULE);
  const toObject = ({ identity, box }: VehicleTruth) => ({ id: identity, box });
  return withoutIgnored({
    truth: counted.map(toObject),
    predictions: frame.tracks.filter(({ state }) => state === 'confirmed'),
    ignoredTruth: ignored.map(toObject),
    ignoreRegions: tooHidden.map(({ box }) => box),
  });
}
