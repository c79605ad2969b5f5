import type { NewResultSet, NewSession, VideoSegment } from '../../../src/contracts/session';

/** The result set of tests that have one. */
export const LIVE: NewResultSet = {
  id: 'live',
  label: 'live',
  madeUnixMs: 1_772_366_400_000,
  models: [],
  settings: { scoreThreshold: 0.35, classes: ['car'], thresholds: null },
};

/** A session as a recorder begins it; everything may be overridden. */
export function newSession(change: Partial<NewSession> = {}): NewSession {
  return {
    origin: 'recorded',
    title: '',
    kind: 'video',
    sourceKind: 'camera',
    sourceLabel: 'Front door',
    runId: 'run-1',
    cameras: [
      { cameraId: 'camera-1', label: 'Front door', widthPx: 1280, heightPx: 720, position: null },
    ],
    originUnixMs: 1_772_366_400_000,
    timeBase: 'wall',
    createdUnixMs: 1_772_366_400_000,
    appVersion: '1.2.3',
    masks: [],
    blur: { isPlateBlurred: false, isPersonBlurred: false },
    ...change,
  };
}

/** A segment of two seconds as it is told of once its part is closed. */
export function videoSegment(index: number, byteCount: number): VideoSegment {
  return {
    cameraId: 'camera-1',
    index,
    part: `video-0-${index}.mp4`,
    startUs: index * 2_000_000,
    endUs: index * 2_000_000 + 1_900_000,
    frameCount: 20,
    byteCount,
    mimeType: 'video/mp4',
    codec: 'avc1.42001f',
    offsetUs: 0,
  };
}
