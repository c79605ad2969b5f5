import type { PublishedMatch } from '../../contracts/sync';
import { liveAnswerSchema, type LiveEvent } from '../../core/sync-api/live';
import {
  publishAnswerSchema,
  searchAnswerSchema,
  type PublishedSighting,
  type SightingSearch,
} from '../../core/sync-api/sightings';
import { isProblem } from './endpoint-error';
import type { EndpointRequests } from './endpoint-requests';

/** Sightings in one request: with descriptors of 256 numbers some 250 kB. */
const BATCH = 50;

/** Publishes sightings; what is there already is replaced. Returns the bytes that were sent. Throws AppError SYNC_*. */
export async function publishSightings(
  requests: EndpointRequests,
  sightings: readonly PublishedSighting[],
): Promise<number> {
  let byteCount = 0;
  for (let start = 0; start < sightings.length; start += BATCH) {
    const body = { sightings: sightings.slice(start, start + BATCH) };
    await requests.json(publishAnswerSchema, '/api/sightings', { method: 'POST', body });
    byteCount += byteCountOf(body);
  }
  return byteCount;
}

/** Takes back all that this device published of a session; nothing is no error. Throws AppError SYNC_*. */
export async function unpublishSightings(
  requests: EndpointRequests,
  sessionId: string,
): Promise<void> {
  try {
    await requests.ask(`/api/sightings?session=${encodeURIComponent(sessionId)}`, {
      method: 'DELETE',
    });
  } catch (error) {
    if (!isProblem(error, 'NOT_FOUND')) throw error;
  }
}

/** Publishes what happens at a camera. Returns the bytes that were sent. Throws AppError SYNC_*. */
export async function publishLive(
  requests: EndpointRequests,
  cameraId: string,
  label: string,
  events: readonly LiveEvent[],
): Promise<number> {
  const body = { label, events };
  await requests.json(liveAnswerSchema, `/api/live/${cameraId}/events`, { method: 'POST', body });
  return byteCountOf(body);
}

/** Most similar first. Throws AppError SYNC_*. */
export async function searchSightings(
  requests: EndpointRequests,
  search: SightingSearch,
): Promise<readonly PublishedMatch[]> {
  const { found } = await requests.json(searchAnswerSchema, '/api/sightings/search', {
    method: 'POST',
    body: search,
  });
  return found.map(({ sighting, deviceName, similarity }) => ({
    camera: sighting.camera,
    deviceName,
    startUnixMs: sighting.startUnixMs,
    vehicleClass: sighting.vehicleClass,
    vehicleNumber: sighting.vehicleNumber,
    similarity,
  }));
}

function byteCountOf(body: unknown): number {
  return new TextEncoder().encode(JSON.stringify(body)).length;
}
