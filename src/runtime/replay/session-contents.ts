import type { TrackIdentity } from '../../contracts/match';
import type {
  ResultSetId,
  SessionHeader,
  SessionReader,
  SessionSighting,
  SessionTrack,
} from '../../contracts/session';
import type { TrackId } from '../../contracts/track';

/** What a result set knows beside its frames. */
export interface SessionContents {
  readonly resultSet: ResultSetId;
  /** In order of their start. */
  readonly sightings: readonly SessionSighting[];
  readonly tracks: readonly SessionTrack[];
  /** Who each track is, as decided in the end. */
  readonly identities: ReadonlyMap<TrackId, TrackIdentity>;
  readonly sightingOfTrack: ReadonlyMap<TrackId, SessionSighting>;
}

/** Reads a result set's tracks and sightings. Throws AppError SESSION_DAMAGED. */
export async function readContents(
  reader: SessionReader,
  resultSet: ResultSetId,
  epoch: number,
): Promise<SessionContents> {
  const [tracks, found] = await Promise.all([
    reader.tracks(resultSet),
    reader.sightings(resultSet),
  ]);
  const sightings = [...found].sort((a, b) => a.startUs - b.startUs);
  const sightingOfTrack = new Map<TrackId, SessionSighting>();
  const identities = new Map<TrackId, TrackIdentity>();
  const lastOfVehicle = new Map<string, SessionSighting>();
  for (const sighting of sightings) {
    const before = lastOfVehicle.get(sighting.vehicleId) ?? null;
    for (const trackId of sighting.trackIds) {
      sightingOfTrack.set(trackId, sighting);
      identities.set(trackId, identityOf(reader.header, sighting, trackId, before, epoch));
    }
    lastOfVehicle.set(sighting.vehicleId, sighting);
  }
  return { resultSet, sightings, tracks, identities, sightingOfTrack };
}

/** `before` is the vehicle's last sighting in this session: what was before it is not in a session. */
function identityOf(
  header: SessionHeader,
  sighting: SessionSighting,
  trackId: TrackId,
  before: SessionSighting | null,
  epoch: number,
): TrackIdentity {
  const camera = header.cameras.find(({ cameraId }) => cameraId === before?.cameraId);
  return {
    epoch,
    trackId,
    decision: sighting.decision,
    lastSeenUnixMs: before && header.originUnixMs + before.endUs / 1000,
    lastSeenMediaUs: before && header.timeBase === 'media' ? before.endUs : null,
    lastSeenLabel: before && (camera?.label ?? header.sourceLabel),
  };
}
