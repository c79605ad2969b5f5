import type { Sighting, VehicleSummary } from '../../contracts/gallery';
import { durationText, mediaPosition, timeOfDay, wallTime } from '../../core/time-text';

/** When a vehicle was seen last: `14:02`, or `0:12 in the file` for one from a recording. */
export function lastSeenText(
  vehicle: VehicleSummary,
  lastSighting: Sighting | null,
  nowUnixMs: number,
): string {
  if (lastSighting?.endMediaUs !== null && lastSighting?.endMediaUs !== undefined) {
    return `${mediaPosition(lastSighting.endMediaUs)} in file`;
  }
  return wallTime(vehicle.lastSeenUnixMs, nowUnixMs);
}

/** The stretch of one sighting: `14:02 to 14:05`, `0:12 to 0:19`. */
export function sightingSpan(sighting: Sighting, nowUnixMs: number): string {
  const { startMediaUs, endMediaUs } = sighting;
  const [start, end] =
    startMediaUs !== null && endMediaUs !== null
      ? [mediaPosition(startMediaUs), mediaPosition(endMediaUs)]
      : [wallTime(sighting.startUnixMs, nowUnixMs), timeOfDay(sighting.endUnixMs)];
  return start === end ? start : `${start} to ${end}`;
}

/** What a source's clock means: positions in a recording, or an offset from a wall time (null: not known). */
export interface ClockMeaning {
  readonly isMedia: boolean;
  readonly originUnixMs: number | null;
}

/** When the crops behind a decision were taken: times where they are known, else how many and how far apart. */
export function cropTimesText(cropTimesUs: readonly number[], clock: ClockMeaning): string {
  const sorted = [...cropTimesUs].sort((a, b) => a - b);
  const first = sorted[0];
  if (first === undefined) return 'No picture was good enough.';
  const count = sorted.length === 1 ? '1 picture' : `${sorted.length} pictures`;
  const { isMedia, originUnixMs } = clock;
  if (isMedia) return `${count}, at ${sorted.map(mediaPosition).join(', ')}`;
  if (originUnixMs !== null) {
    const times = sorted.map((us) => new Date(originUnixMs + us / 1000).toLocaleTimeString());
    return `${count}, at ${times.join(', ')}`;
  }
  if (sorted.length === 1) return count;
  const spanMs = ((sorted[sorted.length - 1] ?? first) - first) / 1000;
  return `${count}, taken within ${durationText(Math.max(1000, spanMs))}`;
}
