import type { CameraId } from '../../contracts/frame';
import type { VehicleId } from '../../contracts/match';
import type { SessionReader, SessionSighting } from '../../contracts/session';

/** The sighting that begins next after a time, or last before it; of those in order of their start. */
export function nextSighting(
  sightings: readonly SessionSighting[],
  timeUs: number,
  by: 1 | -1,
): SessionSighting | null {
  const found =
    by > 0
      ? sightings.find(({ startUs }) => startUs > timeUs)
      : sightings.findLast(({ startUs }) => startUs < timeUs);
  return found ?? null;
}

/** The sighting of a vehicle at a camera that lasts at a time, or is nearest to it. */
export function sightingAt(
  sightings: readonly SessionSighting[],
  vehicleId: VehicleId,
  cameraId: CameraId,
  timeUs: number,
): SessionSighting | null {
  const distanceUs = ({ startUs, endUs }: SessionSighting): number =>
    Math.max(startUs - timeUs, timeUs - endUs, 0);
  let nearest: SessionSighting | null = null;
  for (const sighting of sightings) {
    if (sighting.vehicleId !== vehicleId || sighting.cameraId !== cameraId) continue;
    if (!nearest || distanceUs(sighting) < distanceUs(nearest)) nearest = sighting;
  }
  return nearest;
}

/** Results come at once when Record is pressed, the first picture some moments later; longer than this is no such moment. */
const MAX_LEAD_US = 2_000_000;

/** Where a replay begins: with the first picture when the video begins right after the results, else at the session's beginning. */
export function firstShownUs({
  header: { startUs },
  segments,
}: Pick<SessionReader, 'header' | 'segments'>): number {
  const pictureUs = Math.min(...segments.map((segment) => segment.startUs));
  return pictureUs - startUs <= MAX_LEAD_US ? Math.max(startUs, pictureUs) : startUs;
}
