import type { CameraId } from '../../contracts/frame';
import type { VehicleId } from '../../contracts/match';
import type { SessionSighting } from '../../contracts/session';

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
