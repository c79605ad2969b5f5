import type { Sighting, VehicleDetail, VehicleSummary } from '../../contracts/gallery';
import { mediaPosition, seenTime, timeToSecond, wallSpan } from '../../core/time-text';
import { travelText } from '../../sinks/overlay/label-text';
import type { LiveVehicle } from '../state/live-vehicles.svelte';

/**
 * When a vehicle was seen last: `14:02`, or `0:12 in yard.mp4` for one from a recording. Where there are
 * several cameras, by which: `14:02, Camera A`.
 */
export function lastSeenText(
  vehicle: VehicleSummary,
  nowUnixMs: number,
  hasCameraName = false,
): string {
  const { lastSeenUnixMs: unixMs, lastSeenMediaUs: mediaUs, lastSeenLabel: label } = vehicle;
  return withCamera(seenTime({ unixMs, mediaUs, label }, nowUnixMs), hasCameraName, label);
}

function withCamera(time: string, hasCameraName: boolean, label: string): string {
  return hasCameraName && label !== '' ? `${time}, ${label}` : time;
}

/**
 * Where a vehicle is seen now in a run with several cameras: `Camera A now`; after another one, which and how
 * long: `Camera B, 12 s after Camera A`. Null in a run with a single camera.
 */
export function placeText(vehicle: LiveVehicle): string | null {
  const { cameraLabel, identity, sinceUnixMs } = vehicle;
  if (cameraLabel === null) return null;
  const travel = identity.decision.outcome === 'matched' ? travelText(identity, sinceUnixMs) : null;
  return travel === null ? `${cameraLabel} now` : `${cameraLabel}, ${travel}`;
}

/** Characters of a long text that stay in sight at its end: `…lot-2.mp4`. */
const TAIL_LENGTH = 9;
/** Shorter texts are not worth a cut. */
const MIN_CUT_LENGTH = 24;

/** A text in two parts of which the first may be cut off where it does not fit: names differ at their end. */
export function headAndTail(text: string): readonly [head: string, tail: string] {
  if (text.length < MIN_CUT_LENGTH) return [text, ''];
  return [text.slice(0, -TAIL_LENGTH), text.slice(-TAIL_LENGTH)];
}

/** When a vehicle was seen for the first time, told like {@link lastSeenText}. */
export function firstSeenText(
  vehicle: VehicleDetail,
  nowUnixMs: number,
  hasCameraName = false,
): string {
  const first = vehicle.sightings.find(
    ({ startUnixMs }) => startUnixMs === vehicle.firstSeenUnixMs,
  );
  const label = first?.cameraLabel ?? '';
  const mediaUs = first?.startMediaUs ?? null;
  const time = seenTime({ unixMs: vehicle.firstSeenUnixMs, mediaUs, label }, nowUnixMs);
  return withCamera(time, hasCameraName, label);
}

/** The stretch of one sighting: `14:02 to 14:05`, `0:12 to 0:19`. */
export function sightingSpan(sighting: Sighting, nowUnixMs: number): string {
  const { startMediaUs, endMediaUs } = sighting;
  if (startMediaUs === null || endMediaUs === null) return wallSpan(sighting, nowUnixMs);
  const [start, end] = [mediaPosition(startMediaUs), mediaPosition(endMediaUs)];
  return start === end ? start : `${start} to ${end}`;
}

/** What a source's clock means: positions in a recording, or an offset from a wall time. */
export interface ClockMeaning {
  readonly isMedia: boolean;
  readonly originUnixMs: number;
}

/** When the crops behind a decision were taken: `2 pictures, at 14:02:09, 14:02:11`, `1 picture, at 0:12`. */
export function cropTimesText(
  cropTimesUs: readonly number[],
  clock: ClockMeaning,
  locale?: string,
): string {
  if (cropTimesUs.length === 0) return 'No picture was good enough.';
  const count = cropTimesUs.length === 1 ? '1 picture' : `${cropTimesUs.length} pictures`;
  const { isMedia, originUnixMs } = clock;
  const times = [...cropTimesUs]
    .sort((a, b) => a - b)
    .map((us) => (isMedia ? mediaPosition(us) : timeToSecond(originUnixMs + us / 1000, locale)));
  // Several crops of one second read as one time.
  return `${count}, at ${[...new Set(times)].join(', ')}`;
}
