import type { CameraId } from '../../../src/contracts/frame';
import type { CountedCrossing } from './counting-line';
import type { CameraFrames } from './frame-pairs';
import { median } from './what-counts';

const US_PER_S = 1_000_000;

/** From one camera's counting line to another's. Medians are null where there was nothing to measure. */
export interface TravelFigures {
  readonly fromCameraId: CameraId;
  readonly toCameraId: CameraId;
  readonly trueCount: number;
  readonly trueMedianS: number | null;
  /** Vehicles that the app recognised at the second line, whether they were the same or not. */
  readonly appCount: number;
  readonly appMedianS: number | null;
  /** Those of them that truly were the same. */
  readonly rightCount: number;
}

interface Travel {
  readonly fromCameraId: CameraId;
  readonly toCameraId: CameraId;
  readonly durationUs: number;
}

/** Compares how long vehicles truly took with what follows from the numbers the app gave them. */
export function scoreTravel(
  cameras: readonly CameraFrames[],
  counted: readonly CountedCrossing[],
): TravelFigures[] {
  const truth = trueTravels(cameras);
  const claimed = claimedTravels(counted);
  const ways = new Map(
    [...truth, ...claimed].map((one) => [`${one.fromCameraId} to ${one.toCameraId}`, one]),
  );
  return [...ways.values()].map(({ fromCameraId, toCameraId }) => {
    const isOfWay = (one: Travel): boolean =>
      one.fromCameraId === fromCameraId && one.toCameraId === toCameraId;
    const [ofTruth, ofApp] = [truth.filter(isOfWay), claimed.filter(isOfWay)];
    return {
      fromCameraId,
      toCameraId,
      trueCount: ofTruth.length,
      trueMedianS: medianS(ofTruth),
      appCount: ofApp.length,
      appMedianS: medianS(ofApp),
      rightCount: ofApp.filter(({ isRight }) => isRight).length,
    };
  });
}

function trueTravels(cameras: readonly CameraFrames[]): Travel[] {
  const events = cameras.flatMap(({ pairs }) => pairs.flatMap(({ truth }) => truth.events));
  return events.flatMap((event) => {
    if (event.type !== 'travel') return [];
    const { fromCameraId, toCameraId, startUs, endUs } = event;
    return [{ fromCameraId, toCameraId, durationUs: endUs - startUs }];
  });
}

/** Each crossing of a vehicle of the app whose crossing before was at another camera. */
function claimedTravels(
  counted: readonly CountedCrossing[],
): (Travel & { readonly isRight: boolean })[] {
  const inOrder = [...counted].sort((a, b) => a.captureTimeUs - b.captureTimeUs);
  return inOrder.flatMap((to, index) => {
    if (to.vehicleId === null) return [];
    const from = inOrder.slice(0, index).findLast(({ vehicleId }) => vehicleId === to.vehicleId);
    if (!from || from.cameraId === to.cameraId) return [];
    return [
      {
        fromCameraId: from.cameraId,
        toCameraId: to.cameraId,
        durationUs: to.captureTimeUs - from.captureTimeUs,
        isRight: to.identity !== null && from.identity === to.identity,
      },
    ];
  });
}

function medianS(travels: readonly Travel[]): number | null {
  const durationUs = median(travels.map((one) => one.durationUs));
  return durationUs === null ? null : durationUs / US_PER_S;
}
