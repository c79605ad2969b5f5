import type { CameraId } from '../../../src/contracts/frame';
import type { FrameTruth } from '../../../src/contracts/street';
import type { ReportedFrame, StreetScoreInput } from './street-score-input';

/** A frame as it was and as the app saw it. */
export interface FramePair {
  readonly truth: FrameTruth;
  readonly frame: ReportedFrame;
}

/** Of one camera, by time. */
export interface CameraFrames {
  readonly cameraId: CameraId;
  readonly pairs: readonly FramePair[];
}

export interface PairedFrames {
  /** In order of their names. */
  readonly cameras: readonly CameraFrames[];
  /** Frames that were rendered and not analysed, and the other way round. */
  readonly unseenCount: number;
  readonly untoldCount: number;
}

/** Brings both sides together by camera and time. Throws RangeError when one side has the same frame twice. */
export function pairFrames({
  truth,
  frames,
}: Pick<StreetScoreInput, 'truth' | 'frames'>): PairedFrames {
  const reported = byCameraAndTime(frames);
  const pairs = [...byCameraAndTime(truth)].flatMap(([key, one]) => {
    const frame = reported.get(key);
    return frame ? [{ truth: one, frame }] : [];
  });
  const cameraIds = [...new Set(pairs.map((pair) => pair.truth.cameraId))].sort();
  return {
    cameras: cameraIds.map((cameraId) => ({
      cameraId,
      pairs: pairs
        .filter((pair) => pair.truth.cameraId === cameraId)
        .sort((a, b) => a.truth.captureTimeUs - b.truth.captureTimeUs),
    })),
    unseenCount: truth.length - pairs.length,
    untoldCount: frames.length - pairs.length,
  };
}

function byCameraAndTime<T extends { readonly cameraId: CameraId; readonly captureTimeUs: number }>(
  frames: readonly T[],
): Map<string, T> {
  const byKey = new Map<string, T>();
  for (const frame of frames) {
    const key = `${frame.cameraId} at ${frame.captureTimeUs} us`;
    if (byKey.has(key)) throw new RangeError(`Expected each frame once, got ${key} twice`);
    byKey.set(key, frame);
  }
  return byKey;
}
