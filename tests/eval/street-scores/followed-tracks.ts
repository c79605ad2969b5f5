import type { Box } from '../../../src/contracts/detection';
import type { CameraId } from '../../../src/contracts/frame';
import type { MatchDecision, VehicleId } from '../../../src/contracts/match';
import type { TrackId } from '../../../src/contracts/track';
import { pairByOverlap } from '../tracking/tracking-sequence';
import type { CameraFrames, FramePair } from './frame-pairs';
import type { ReportedDecision } from './street-score-input';
import { MIN_NOTICEABLE_FRACTION } from './what-counts';

/** A track that lay on a vehicle in fewer of its frames followed something else, or nothing. */
const MIN_MATCHED_PART = 0.2;

/** One place of a track, in one frame in which it was confirmed. */
export interface TrackPlace {
  readonly captureTimeUs: number;
  readonly box: Box;
  /** The vehicle it lay on; null when there was none. */
  readonly identity: number | null;
}

/** A confirmed track of one camera, from beginning to end. */
export interface FollowedTrack {
  readonly cameraId: CameraId;
  readonly trackId: TrackId;
  /** By time, at least one. */
  readonly places: readonly TrackPlace[];
  readonly startUs: number;
  readonly endUs: number;
  /** The true vehicle it followed, see {@link commonestIdentity}. */
  readonly identity: number | null;
  /** What the app said last of it; null when it said nothing. */
  readonly decision: MatchDecision | null;
  readonly vehicleId: VehicleId | null;
}

/** Puts together what the app showed of each track, with what it truly followed. */
export function followTracks(
  cameras: readonly CameraFrames[],
  decisions: readonly ReportedDecision[],
): FollowedTrack[] {
  const lastDecisions = new Map<string, ReportedDecision>();
  for (const one of decisions) {
    const key = `${one.cameraId} ${one.trackId}`;
    const known = lastDecisions.get(key);
    if (!known || known.atUs <= one.atUs) lastDecisions.set(key, one);
  }
  return cameras.flatMap(({ cameraId, pairs }) =>
    [...placesByTrack(pairs)].map(([trackId, places]) => {
      const decision = lastDecisions.get(`${cameraId} ${trackId}`)?.decision ?? null;
      return {
        cameraId,
        trackId,
        places,
        startUs: places[0]?.captureTimeUs ?? 0,
        endUs: places.at(-1)?.captureTimeUs ?? 0,
        identity: commonestIdentity(places),
        decision,
        vehicleId: decision?.vehicleId ?? null,
      };
    }),
  );
}

/** The vehicle that was under most of the places; null when hardly any was on one. */
export function commonestIdentity(places: readonly TrackPlace[]): number | null {
  const votes = new Map<number, number>();
  for (const { identity } of places) {
    if (identity !== null) votes.set(identity, (votes.get(identity) ?? 0) + 1);
  }
  const matchedCount = [...votes.values()].reduce((sum, count) => sum + count, 0);
  if (matchedCount < places.length * MIN_MATCHED_PART) return null;
  const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
  return winner ? winner[0] : null;
}

function placesByTrack(pairs: readonly FramePair[]): Map<TrackId, TrackPlace[]> {
  const places = new Map<TrackId, TrackPlace[]>();
  for (const { truth, frame } of pairs) {
    const tracks = frame.tracks.filter(({ state }) => state === 'confirmed');
    const vehicles = truth.vehicles.filter(
      ({ visibleFraction }) => visibleFraction >= MIN_NOTICEABLE_FRACTION,
    );
    const identities = new Map(
      pairByOverlap(vehicles, tracks).map(({ row, column }) => [column, vehicles[row]?.identity]),
    );
    tracks.forEach(({ id, box }, column) => {
      const identity = identities.get(column) ?? null;
      const known = places.get(id) ?? [];
      known.push({ captureTimeUs: frame.captureTimeUs, box, identity });
      places.set(id, known);
    });
  }
  return places;
}
