import type { CameraId } from '../../../src/contracts/frame';
import {
  BODY_TYPES,
  type BodyType,
  type VehicleTruth,
  type VehicleView,
} from '../../../src/contracts/street';
import { judgeFinds } from './forgiven-finds';
import type { CameraFrames, FramePair } from './frame-pairs';
import { DETECTION_RULE, fraction, sortTruth } from './what-counts';

const VIEWS: readonly VehicleView[] = ['front', 'rear', 'side'];

/** Fractions are null where there was nothing to divide by. */
export interface DetectionFigures {
  readonly recall: number | null;
  readonly precision: number | null;
  /** Vehicles in frames that had to be found; a vehicle in ten frames counts ten times. */
  readonly vehicleCount: number;
  readonly foundCount: number;
  /** Detections on nothing, and second ones on a vehicle. */
  readonly falseCount: number;
  /** Detections of vehicles that need not be found; neither right nor false. */
  readonly forgivenCount: number;
}

export interface BodyViewFigures {
  readonly bodyType: BodyType;
  readonly view: VehicleView;
  readonly recall: number | null;
  readonly vehicleCount: number;
  readonly foundCount: number;
}

export interface StreetDetectionScores extends DetectionFigures {
  readonly scoreThreshold: number;
  readonly byCamera: readonly ({ readonly cameraId: CameraId } & DetectionFigures)[];
  /** Those body types and views that occurred. */
  readonly byBodyAndView: readonly BodyViewFigures[];
}

/** Vehicles of the body and view that occurred least often; 0 when one did not occur. */
export function leastCountOf(cells: readonly BodyViewFigures[]): number {
  const isComplete = cells.length === BODY_TYPES.length * VIEWS.length;
  return isComplete ? Math.min(...cells.map(({ vehicleCount }) => vehicleCount)) : 0;
}

interface JudgedFrame {
  readonly vehicles: readonly VehicleTruth[];
  readonly found: readonly VehicleTruth[];
  readonly falseCount: number;
  readonly forgivenCount: number;
}

/** Finds at or above the score, against {@link DETECTION_RULE}, whatever class they were taken for. */
export function scoreStreetDetection(
  cameras: readonly CameraFrames[],
  scoreThreshold: number,
): StreetDetectionScores {
  const judged = cameras.map(({ cameraId, pairs }) => ({
    cameraId,
    frames: pairs.map((pair) => judgeFrame(pair, scoreThreshold)),
  }));
  const all = judged.flatMap(({ frames }) => frames);
  return {
    ...figuresOf(all),
    scoreThreshold,
    byCamera: judged.map(({ cameraId, frames }) => ({ cameraId, ...figuresOf(frames) })),
    byBodyAndView: tableOf(all),
  };
}

function judgeFrame({ truth, frame }: FramePair, scoreThreshold: number): JudgedFrame {
  const sorted = sortTruth(truth.vehicles, DETECTION_RULE);
  const detections = frame.detections.filter(({ score }) => score >= scoreThreshold);
  const { foundRows, ...counts } = judgeFinds(sorted, detections);
  return {
    vehicles: sorted.counted,
    found: sorted.counted.filter((_, row) => foundRows.has(row)),
    ...counts,
  };
}

function figuresOf(frames: readonly JudgedFrame[]): DetectionFigures {
  const sum = (count: (frame: JudgedFrame) => number): number =>
    frames.reduce((total, frame) => total + count(frame), 0);
  const vehicleCount = sum(({ vehicles }) => vehicles.length);
  const foundCount = sum(({ found }) => found.length);
  const falseCount = sum((frame) => frame.falseCount);
  return {
    recall: fraction(foundCount, vehicleCount),
    precision: fraction(foundCount, foundCount + falseCount),
    vehicleCount,
    foundCount,
    falseCount,
    forgivenCount: sum((frame) => frame.forgivenCount),
  };
}

function tableOf(frames: readonly JudgedFrame[]): BodyViewFigures[] {
  const vehicles = frames.flatMap((frame) => frame.vehicles);
  const found = frames.flatMap((frame) => frame.found);
  return BODY_TYPES.flatMap((bodyType) =>
    VIEWS.map((view) => {
      const isOfCell = (one: VehicleTruth): boolean =>
        one.bodyType === bodyType && one.view === view;
      const vehicleCount = vehicles.filter(isOfCell).length;
      const foundCount = found.filter(isOfCell).length;
      return {
        bodyType,
        view,
        recall: fraction(foundCount, vehicleCount),
        vehicleCount,
        foundCount,
      };
    }),
  ).filter(({ vehicleCount }) => vehicleCount > 0);
}
