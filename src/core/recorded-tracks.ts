import type { TrackIdentity } from '../contracts/match';
import type {
  SessionCamera,
  SessionFrame,
  SessionHeader,
  SessionSighting,
} from '../contracts/session';
import type { Track, TrackId } from '../contracts/track';
import type { FrameResult } from '../contracts/worker-api';

/* Results of a session as what a run tells of them, for whatever draws those. */

/** The epoch of all that a session tells: it is never out of date. */
const RECORDED_EPOCH = 0;

/** Results of one frame, as far as an overlay needs them. `firstSeenUs` tells when a track was first seen. */
export function recordedResult(
  camera: SessionCamera,
  frame: SessionFrame,
  firstSeenUs: (trackId: TrackId) => number | null,
): Pick<FrameResult, 'meta' | 'tracks' | 'receivedUnixMs'> {
  const { captureTimeUs } = frame;
  return {
    meta: {
      epoch: RECORDED_EPOCH,
      cameraId: camera.cameraId,
      frameId: 0,
      captureTimeUs,
      widthPx: camera.widthPx,
      heightPx: camera.heightPx,
    },
    tracks: frame.boxes.map(({ trackId, state, vehicleClass, box, score }): Track => ({
      id: trackId,
      state,
      box,
      // Boxes stand where they were found: nothing runs on between two results of a recording.
      velocityXPxPerS: 0,
      velocityYPxPerS: 0,
      vehicleClass,
      score,
      detectedBox: null,
      firstSeenUs: firstSeenUs(trackId) ?? captureTimeUs,
      lastSeenUs: captureTimeUs,
      hitCount: 0,
    })),
    receivedUnixMs: captureTimeUs / 1000,
  };
}

/** Who each track is, as decided in the end. `sightings`: in order of their start. */
export function recordedIdentities(
  header: SessionHeader,
  sightings: readonly SessionSighting[],
): ReadonlyMap<TrackId, TrackIdentity> {
  const identities = new Map<TrackId, TrackIdentity>();
  const lastOfVehicle = new Map<string, SessionSighting>();
  for (const sighting of sightings) {
    const before = lastOfVehicle.get(sighting.vehicleId) ?? null;
    for (const trackId of sighting.trackIds) {
      identities.set(trackId, identityOf(header, sighting, trackId, before));
    }
    lastOfVehicle.set(sighting.vehicleId, sighting);
  }
  return identities;
}

/** `before` is the vehicle's last sighting in this session: what was before it is not in a session. */
function identityOf(
  header: SessionHeader,
  sighting: SessionSighting,
  trackId: TrackId,
  before: SessionSighting | null,
): TrackIdentity {
  const camera = header.cameras.find(({ cameraId }) => cameraId === before?.cameraId);
  return {
    epoch: RECORDED_EPOCH,
    trackId,
    decision: sighting.decision,
    lastSeenUnixMs: before && header.originUnixMs + before.endUs / 1000,
    lastSeenMediaUs: before && header.timeBase === 'media' ? before.endUs : null,
    lastSeenLabel: before && (camera?.label ?? header.sourceLabel),
  };
}
