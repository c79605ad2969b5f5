import type { CameraId } from '../../../src/contracts/frame';
import type { Sighting } from '../../../src/contracts/gallery';
import type { VehicleId } from '../../../src/contracts/match';
import { DEFAULT_LOST_S } from '../../../src/stages/track/tracker-options';
import { commonestIdentity, type FollowedTrack } from './followed-tracks';
import type { CameraFrames } from './frame-pairs';
import { fraction } from './what-counts';

/** Sightings store whole milliseconds. */
const CLOCK_GRAIN_US = 1000;

/**
 * A track that lost its vehicle holds the vehicle's number for up to this long (`held-by-another-track`): nobody
 * else can be given it before.
 */
const HELD_US = DEFAULT_LOST_S * 1e6;

/** A vehicle out of a camera's picture for longer, and seen there again, has come back. */
const MIN_ABSENCE_US = 2_000_000;

/** Fractions are null where there was nothing to divide by. */
export interface RecognitionFigures {
  /** Of the sightings that were taken for a vehicle seen before: how many truly were it. */
  readonly precision: number | null;
  /** Of the sightings of a vehicle that had been seen before and was free: how many were given that vehicle. */
  readonly recall: number | null;
  readonly recognisedCount: number;
  readonly rightCount: number;
  readonly seenBeforeCount: number;
  readonly givenCount: number;
}

export interface CrossCameraScores extends RecognitionFigures {
  /**
   * The same for vehicles seen before at the same camera. `returns`: it had left the picture in between.
   * `continuations`: it had not, its track had broken.
   */
  readonly sameCamera: RecognitionFigures & {
    readonly returns: Pick<RecognitionFigures, 'recall' | 'seenBeforeCount' | 'givenCount'>;
    readonly continuations: Pick<RecognitionFigures, 'recall' | 'seenBeforeCount' | 'givenCount'>;
  };
  readonly sightingCount: number;
  /** Without a descriptor the app cannot recognise anything. They count as not recognised. */
  readonly unidentifiableCount: number;
  /** Sightings that followed no vehicle. When they are recognised as one, that is wrong. */
  readonly phantomCount: number;
  /** Sightings that no confirmed track of the run explains; left out. Should be 0. */
  readonly unexplainedCount: number;
}

interface JudgedSighting {
  readonly cameraId: CameraId;
  readonly vehicleId: VehicleId;
  readonly startUs: number;
  readonly endUs: number;
  /** The vehicle that its tracks followed; null for none. */
  readonly identity: number | null;
  /** Which stay of that vehicle in the camera's picture it fell into. */
  readonly stay: number;
}

/**
 * Judges who was recognised as whom. A vehicle had been seen before when the track of an earlier sighting of it had
 * surely let go of it before this one ended ({@link HELD_US}): the app can know it from then on, and decides again as
 * long as the vehicle is in view. Recognitions that come earlier are judged as claims only. The app claims to have
 * seen its vehicle before when that has a sighting that began earlier; the claim is right when the vehicle was, in
 * most of the sightings it rests on (those at other cameras, or at the same one), this very vehicle.
 */
export function scoreCrossCamera(
  sightings: readonly Sighting[],
  tracks: readonly FollowedTrack[],
  cameras: readonly CameraFrames[],
): CrossCameraScores {
  const stays = findStays(cameras);
  const judged = sightings.flatMap((one) => judgeSighting(one, tracks, stays));
  const acrossCameras = judged.map((one) => recognise(one, judged, isElsewhere));
  const atSameCamera = judged.map((one) => recognise(one, judged, isSameCamera));
  const returning = atSameCamera.filter((one) => one.hasReturned);
  const continuing = atSameCamera.filter((one) => !one.hasReturned);
  return {
    ...figuresOf(acrossCameras),
    sameCamera: {
      ...figuresOf(atSameCamera),
      returns: recallOf(returning),
      continuations: recallOf(continuing),
    },
    sightingCount: sightings.length,
    unidentifiableCount: sightings.filter(({ decision }) => decision.outcome === 'unidentifiable')
      .length,
    phantomCount: judged.filter(({ identity }) => identity === null).length,
    unexplainedCount: sightings.length - judged.length,
  };
}

/** None or one: a sighting that no track explains is left out. */
function judgeSighting(
  { cameraId, vehicleId, ...sighting }: Sighting,
  tracks: readonly FollowedTrack[],
  stays: ReadonlyMap<string, readonly number[]>,
): JudgedSighting[] {
  const { originUnixMs, startMediaUs, endMediaUs, startUnixMs, endUnixMs } = sighting;
  const startUs = startMediaUs ?? (startUnixMs - originUnixMs) * 1000;
  const endUs = endMediaUs ?? (endUnixMs - originUnixMs) * 1000;
  const own = tracks.filter(
    (track) =>
      track.cameraId === cameraId &&
      track.vehicleId === vehicleId &&
      track.startUs <= endUs + CLOCK_GRAIN_US &&
      track.endUs >= startUs - CLOCK_GRAIN_US,
  );
  if (own.length === 0) return [];
  const identity = commonestIdentity(own.flatMap(({ places }) => places));
  const starts = stays.get(`${cameraId} ${identity ?? ''}`) ?? [];
  const stay = starts.filter((beginUs) => beginUs <= endUs).length;
  return [{ cameraId, vehicleId, startUs, endUs, identity, stay }];
}

interface Recognition {
  /** The app had this vehicle before. */
  readonly isClaim: boolean;
  readonly isRightClaim: boolean;
  /** The true vehicle had been seen before, and no track held it any more. */
  readonly wasSeenBefore: boolean;
  /** And it got the number it had then. */
  readonly gotItsVehicle: boolean;
  /** It had left the picture since all of those. */
  readonly hasReturned: boolean;
}

function recognise(
  sighting: JudgedSighting,
  all: readonly JudgedSighting[],
  isPlace: (earlier: JudgedSighting, later: JudgedSighting) => boolean,
): Recognition {
  const earlier = all.filter((one) => one.startUs < sighting.startUs && isPlace(one, sighting));
  const claimed = earlier.filter(({ vehicleId }) => vehicleId === sighting.vehicleId);
  const same = earlier.filter(
    ({ identity, endUs }) =>
      identity !== null && identity === sighting.identity && endUs + HELD_US <= sighting.endUs,
  );
  return {
    isClaim: claimed.length > 0,
    isRightClaim: sighting.identity !== null && majority(claimed) === sighting.identity,
    wasSeenBefore: same.length > 0,
    gotItsVehicle: same.some(({ vehicleId }) => vehicleId === sighting.vehicleId),
    hasReturned: same.every(({ stay }) => stay !== sighting.stay),
  };
}

function isElsewhere(earlier: JudgedSighting, later: JudgedSighting): boolean {
  return earlier.cameraId !== later.cameraId;
}

function isSameCamera(earlier: JudgedSighting, later: JudgedSighting): boolean {
  return earlier.cameraId === later.cameraId;
}

/** The identity of most of them; of equally many, the one that came last, which the app compared with last. */
function majority(sightings: readonly JudgedSighting[]): number | null {
  const votes = new Map<number | null, number>();
  for (const { identity } of [...sightings].sort((a, b) => b.endUs - a.endUs)) {
    votes.set(identity, (votes.get(identity) ?? 0) + 1);
  }
  const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
  return winner ? winner[0] : null;
}

function figuresOf(all: readonly Recognition[]): RecognitionFigures {
  const recognisedCount = all.filter(({ isClaim }) => isClaim).length;
  const rightCount = all.filter(({ isClaim, isRightClaim }) => isClaim && isRightClaim).length;
  return {
    precision: fraction(rightCount, recognisedCount),
    ...recallOf(all),
    recognisedCount,
    rightCount,
  };
}

function recallOf(
  all: readonly Recognition[],
): Pick<RecognitionFigures, 'recall' | 'seenBeforeCount' | 'givenCount'> {
  const seenBefore = all.filter(({ wasSeenBefore }) => wasSeenBefore);
  const givenCount = seenBefore.filter(({ gotItsVehicle }) => gotItsVehicle).length;
  return {
    recall: fraction(givenCount, seenBefore.length),
    seenBeforeCount: seenBefore.length,
    givenCount,
  };
}

/** When each vehicle came into each camera's picture, microseconds; hidden vehicles are in it too. */
function findStays(cameras: readonly CameraFrames[]): Map<string, number[]> {
  const starts = new Map<string, number[]>();
  const lastSeenUs = new Map<string, number>();
  for (const { cameraId, pairs } of cameras) {
    for (const { truth } of pairs) {
      for (const { identity } of truth.vehicles) {
        const key = `${cameraId} ${identity}`;
        const beforeUs = lastSeenUs.get(key);
        if (beforeUs === undefined || truth.captureTimeUs - beforeUs > MIN_ABSENCE_US) {
          starts.set(key, [...(starts.get(key) ?? []), truth.captureTimeUs]);
        }
        lastSeenUs.set(key, truth.captureTimeUs);
      }
    }
  }
  return starts;
}
