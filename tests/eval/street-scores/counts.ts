import type { CameraId } from '../../../src/contracts/frame';
import { boxHeightPx } from '../../../src/core/geometry';
import {
  belowLinePx,
  findCountingLine,
  middleOf,
  trueCrossings,
  type CountedCrossing,
  type CountingLine,
  type TrueCrossing,
} from './counting-line';
import type { FollowedTrack } from './followed-tracks';
import type { CameraFrames } from './frame-pairs';
import { scoreTravel, type TravelFigures } from './travel-times';
import { fraction } from './what-counts';

const DIRECTIONS = ['away', 'towards'] as const;

/** A track is on one side of the line only this part of its height from it: boxes tremble. */
const MIN_DISTANCE_HEIGHTS = 0.1;

/**
 * A counted crossing is the true one of the same vehicle and direction when no more than this lies between: the
 * middle of a long vehicle's box is metres from where its middle is on the road.
 */
const MAX_DIFFERENCE_US = 3_000_000;

export interface CrossingFigures {
  readonly trueCount: number;
  readonly appCount: number;
  /** Counted crossings that are a true one of the same vehicle. */
  readonly matchedCount: number;
  /** Of the true ones, how many were counted; null where there were none. */
  readonly recall: number | null;
  /** Of the counted ones, how many were true; null where there were none. */
  readonly precision: number | null;
}

export interface StreetCountScores extends CrossingFigures {
  readonly byCameraAndDirection: readonly ({
    readonly cameraId: CameraId;
    readonly direction: 'away' | 'towards';
  } & CrossingFigures)[];
  /** One for each way between two cameras that was driven or claimed. */
  readonly travel: readonly TravelFigures[];
}

/**
 * Counts the tracks that crossed each camera's counting line, and compares with the true crossings. "Away" is up in
 * the picture: both cameras of the street look that way. A camera at which nothing truly crossed has no line to be
 * found, and counts nothing.
 */
export function scoreCounts(
  cameras: readonly CameraFrames[],
  tracks: readonly FollowedTrack[],
): StreetCountScores {
  const truth = cameras.flatMap(trueCrossings);
  const counted = cameras.flatMap((camera) => {
    const line = findCountingLine(camera);
    const own = tracks.filter(({ cameraId }) => cameraId === camera.cameraId);
    return line ? own.flatMap((track) => crossingsOf(track, line)) : [];
  });
  const cells = cameras.flatMap(({ cameraId }) =>
    DIRECTIONS.map((direction) => {
      const isOfCell = (one: { cameraId: CameraId; direction: string }): boolean =>
        one.cameraId === cameraId && one.direction === direction;
      const [ofTruth, ofApp] = [truth.filter(isOfCell), counted.filter(isOfCell)];
      return { cameraId, direction, ...figuresOf(ofTruth, ofApp, matchCrossings(ofTruth, ofApp)) };
    }),
  );
  const matchedCount = cells.reduce((sum, cell) => sum + cell.matchedCount, 0);
  return {
    ...figuresOf(truth, counted, matchedCount),
    byCameraAndDirection: cells,
    travel: scoreTravel(cameras, counted),
  };
}

/** Every time the track came from one side of the line well onto the other. */
function crossingsOf(track: FollowedTrack, line: CountingLine): CountedCrossing[] {
  const { cameraId, identity, vehicleId } = track;
  const crossings: CountedCrossing[] = [];
  let side = 0;
  let changedUs = 0;
  let beforePx = 0;
  for (const { box, captureTimeUs } of track.places) {
    const belowPx = belowLinePx(middleOf(box), line);
    // The moment of the crossing is when the line itself was passed last, not when it was left behind.
    if (Math.sign(belowPx) !== Math.sign(beforePx)) changedUs = captureTimeUs;
    beforePx = belowPx;
    if (Math.abs(belowPx) < MIN_DISTANCE_HEIGHTS * boxHeightPx(box)) continue;
    const nowSide = Math.sign(belowPx);
    if (side !== 0 && nowSide !== side) {
      const direction = nowSide < 0 ? 'away' : 'towards';
      crossings.push({ cameraId, direction, captureTimeUs: changedUs, vehicleId, identity });
    }
    side = nowSide;
  }
  return crossings;
}

/** How many pairs of the same vehicle there are; both lists are of one camera and direction. */
function matchCrossings(
  truth: readonly TrueCrossing[],
  counted: readonly CountedCrossing[],
): number {
  const free = new Set(counted);
  for (const { identity, captureTimeUs } of truth) {
    const match = [...free].find(
      (one) =>
        one.identity === identity &&
        Math.abs(one.captureTimeUs - captureTimeUs) <= MAX_DIFFERENCE_US,
    );
    if (match) free.delete(match);
  }
  return counted.length - free.size;
}

function figuresOf(
  truth: readonly TrueCrossing[],
  counted: readonly CountedCrossing[],
  matchedCount: number,
): CrossingFigures {
  return {
    trueCount: truth.length,
    appCount: counted.length,
    matchedCount,
    recall: fraction(matchedCount, truth.length),
    precision: fraction(matchedCount, counted.length),
  };
}
