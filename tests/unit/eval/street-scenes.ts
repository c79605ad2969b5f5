import type { Sighting } from '../../../src/contracts/gallery';
import type { MatchDecision, VehicleId } from '../../../src/contracts/match';
import type { FrameTruth, VehicleTruth } from '../../../src/contracts/street';
import type {
  ReportedFrame,
  ReportedTrack,
  StreetScoreInput,
} from '../../eval/street-scores/street-score-input';
import { scoreStreet, type StreetScores } from '../../eval/street-scores/score-street';

/** Wall time at which the clock of these scenes showed 0. */
const ORIGIN_UNIX_MS = 1_700_000_000_000;

/** A car of 60 x 50 px with its top left corner there, whole and near unless changed. */
export function car(identity: number, x: number, change: Partial<VehicleTruth> = {}): VehicleTruth {
  return {
    identity,
    bodyType: 'hatchback',
    vehicleClass: 'car',
    box: { x1: x, y1: 100, x2: x + 60, y2: 150 },
    heightPx: 50,
    visibleFraction: 1,
    view: 'rear',
    speedMps: 10,
    isParked: false,
    ...change,
  };
}

export function truthAt(
  cameraId: string,
  frameIndex: number,
  vehicles: readonly VehicleTruth[],
  events: FrameTruth['events'] = [],
): FrameTruth {
  const captureTimeUs = frameIndex * 100_000;
  // The scene's clock differs from the source's, as it may.
  const sceneTimeUs = captureTimeUs + 5_000_000;
  return { cameraId, frameIndex, captureTimeUs, sceneTimeUs, vehicles, events };
}

/** What an app that sees perfectly reports: a detection and a track on each vehicle of the truth. */
export function reportOf(
  { cameraId, captureTimeUs, vehicles }: FrameTruth,
  change: Partial<ReportedFrame> = {},
  trackIdOf: (identity: number) => number = (identity) => identity,
): ReportedFrame {
  return {
    cameraId,
    captureTimeUs,
    detections: vehicles.map(({ box, vehicleClass }) => ({ box, vehicleClass, score: 0.8 })),
    tracks: vehicles.map(({ box, identity }): ReportedTrack => {
      return { id: trackIdOf(identity), state: 'confirmed', box };
    }),
    ...change,
  };
}

export function decisionFor(
  vehicleId: VehicleId,
  outcome: MatchDecision['outcome'],
): MatchDecision {
  return {
    outcome,
    vehicleId,
    vehicleNumber: 1,
    similarity: outcome === 'matched' ? 0.8 : null,
    thresholds: { accept: 0.6, keep: 0.5 },
    requiredSimilarity: null,
    candidates: [],
    cropTimesUs: [],
    revisionCount: 0,
  };
}

export function sightingOf(
  cameraId: string,
  vehicleId: VehicleId,
  startUs: number,
  endUs: number,
): Sighting {
  return {
    id: `${cameraId} ${vehicleId} ${startUs}`,
    vehicleId,
    runId: 'run',
    cameraId,
    cameraLabel: cameraId,
    sourceKind: 'street',
    vehicleClass: 'car',
    startUnixMs: ORIGIN_UNIX_MS + Math.round(startUs / 1000),
    endUnixMs: ORIGIN_UNIX_MS + Math.round(endUs / 1000),
    originUnixMs: ORIGIN_UNIX_MS,
    startMediaUs: null,
    endMediaUs: null,
    hitCount: 5,
    space: null,
    cropId: null,
    decision: decisionFor(vehicleId, 'matched'),
  };
}

export function scored(input: Partial<StreetScoreInput>): StreetScores {
  return scoreStreet({
    truth: [],
    frames: [],
    decisions: [],
    sightings: [],
    scoreThreshold: 0.5,
    ...input,
  });
}
