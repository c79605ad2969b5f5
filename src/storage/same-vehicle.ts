import type { Box } from '../contracts/detection';
import type { SightingId } from '../contracts/match';
import type { SessionFrame, SessionSighting } from '../contracts/session';
import type { TrackId } from '../contracts/track';
import { iou } from '../core/geometry';
import type { ResultsFile } from '../core/session-format/results-file';

/*
 * Each analysis of a session names vehicles anew. Which of its sightings is a vehicle that another analysis knows is told by the place:
 * both looked at the same pictures.
 */

/** Boxes that overlap by this much, over their union, are of one vehicle: half, as detectors are judged. */
const MIN_OVERLAP = 0.5;

/** Where a vehicle was, by camera and capture time. */
export type Footprint = ReadonlyMap<string, readonly Box[]>;

/** Boxes of these sightings. Throws AppError SESSION_DAMAGED. */
export async function footprintOf(
  results: ResultsFile,
  sightings: readonly SessionSighting[],
): Promise<Footprint> {
  const footprint = new Map<string, readonly Box[]>();
  const trackIds = new Set(sightings.flatMap((sighting) => sighting.trackIds));
  if (trackIds.size === 0) return footprint;
  for await (const frame of results.frames(null)) {
    const boxes = frame.boxes.filter(({ trackId }) => trackIds.has(trackId));
    if (boxes.length > 0)
      footprint.set(
        placeOf(frame),
        boxes.map(({ box }) => box),
      );
  }
  return footprint;
}

/** Sightings of another analysis that were there, in most of the pictures that both know. Throws AppError SESSION_DAMAGED. */
export async function sightingsWithin(
  results: ResultsFile,
  footprint: Footprint,
): Promise<ReadonlySet<SightingId>> {
  if (footprint.size === 0) return new Set();
  /** Above zero: more often there than elsewhere. */
  const balances = new Map<TrackId, number>();
  for await (const frame of results.frames(null)) {
    const boxes = footprint.get(placeOf(frame));
    if (!boxes) continue;
    for (const { trackId, box } of frame.boxes) {
      const isThere = boxes.some((other) => iou(box, other) >= MIN_OVERLAP);
      balances.set(trackId, (balances.get(trackId) ?? 0) + (isThere ? 1 : -1));
    }
  }
  const sightings = await results.sightings();
  const isThere = (trackId: TrackId): boolean => (balances.get(trackId) ?? 0) > 0;
  return new Set(sightings.filter(({ trackIds }) => trackIds.some(isThere)).map(({ id }) => id));
}

function placeOf({ cameraId, captureTimeUs }: SessionFrame): string {
  return `${captureTimeUs} ${cameraId}`;
}
