import type { SessionRow } from '../../../src/storage/session-rows';

/** A complete session of a second as it lies in the database; everything may be overridden. */
export function sessionRow(change: Partial<SessionRow> = {}): SessionRow {
  return {
    id: 'session-1',
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
    startUs: 0,
    endUs: 1_000_000,
    createdUnixMs: 1_772_366_400_000,
    appVersion: '1.2.3',
    masks: [],
    blur: { isPlateBlurred: false, isPersonBlurred: false },
    gaps: [],
    resultSets: [],
    videoFrameCount: 0,
    droppedAnalysedCount: 0,
    droppedOtherCount: 0,
    byteCount: 100,
    endedBecause: null,
    isOpen: false,
    storedUnixMs: 1_772_366_400_000,
    resultFiles: [],
    isTidy: true,
    ...change,
  };
}
