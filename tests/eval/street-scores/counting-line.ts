import type { Box } from '../../../src/contracts/detection';
import type { CameraId } from '../../../src/contracts/frame';
import type { VehicleId } from '../../../src/contracts/match';
import type { FrameTruth } from '../../../src/contracts/street';
import type { CameraFrames } from './frame-pairs';
import { median } from './what-counts';

/** Crossings closer together than this across the picture say nothing about the line's slope. */
const MIN_BASE_PX = 20;

/** A camera's counting line in its picture: y = offsetPx + slope x, for the middles of boxes. */
export interface CountingLine {
  readonly offsetPx: number;
  readonly slope: number;
}

/** A vehicle's middle truly crossed the counting line. */
export interface TrueCrossing {
  readonly cameraId: CameraId;
  readonly identity: number;
  readonly direction: 'away' | 'towards';
  /** On the clock of `captureTimeUs`. */
  readonly captureTimeUs: number;
}

/** A track crossed the counting line in the picture. */
export interface CountedCrossing {
  readonly cameraId: CameraId;
  readonly direction: 'away' | 'towards';
  readonly captureTimeUs: number;
  readonly vehicleId: VehicleId | null;
  /** Whom the track followed. */
  readonly identity: number | null;
}

/** A point of the picture, display pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The true crossings of one camera, by time. */
export function trueCrossings({ pairs }: CameraFrames): TrueCrossing[] {
  return pairs
    .flatMap(({ truth }) =>
      truth.events.flatMap((event) => {
        if (event.type !== 'crossing') return [];
        const { identity, direction, cameraId, timeUs } = event;
        return [{ identity, direction, cameraId, captureTimeUs: toCaptureTimeUs(truth, timeUs) }];
      }),
    )
    .sort((a, b) => a.captureTimeUs - b.captureTimeUs);
}

/**
 * Where a camera's counting line is in its picture: through the middles of the boxes of the vehicles that were
 * truly on it. A robust line (Theil 1950, Sen 1968), because a bus has its middle higher than a car. Null where
 * nothing crossed.
 */
export function findCountingLine(camera: CameraFrames): CountingLine | null {
  const points = trueCrossings(camera).flatMap((crossing) => placeOf(crossing, camera));
  if (points.length === 0) return null;
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).flatMap((b) => {
      return Math.abs(b.x - a.x) < MIN_BASE_PX ? [] : [(b.y - a.y) / (b.x - a.x)];
    }),
  );
  const slope = median(slopes) ?? 0;
  return { slope, offsetPx: median(points.map(({ x, y }) => y - slope * x)) ?? 0 };
}

/** Pixels the point is below the line. */
export function belowLinePx({ x, y }: Point, line: CountingLine): number {
  return y - line.offsetPx - line.slope * x;
}

export function middleOf({ x1, y1, x2, y2 }: Box): Point {
  return { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
}

/** The middle of the vehicle's box at that time, between the frames before and after; none where it was in neither. */
function placeOf({ identity, captureTimeUs }: TrueCrossing, { pairs }: CameraFrames): Point[] {
  const after = pairs.findIndex(({ truth }) => truth.captureTimeUs >= captureTimeUs);
  const [next, last] = [pairs[after]?.truth, pairs[after - 1]?.truth];
  const pointIn = (truth: FrameTruth | undefined): Point | null => {
    const vehicle = truth?.vehicles.find((one) => one.identity === identity);
    return vehicle ? middleOf(vehicle.box) : null;
  };
  const [from, to] = [pointIn(last), pointIn(next)];
  if (!from || !to || !last || !next) return [from, to].flatMap((point) => (point ? [point] : []));
  const part = (captureTimeUs - last.captureTimeUs) / (next.captureTimeUs - last.captureTimeUs);
  return [{ x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }];
}

function toCaptureTimeUs(truth: FrameTruth, sceneTimeUs: number): number {
  return truth.captureTimeUs - (truth.sceneTimeUs - sceneTimeUs);
}
