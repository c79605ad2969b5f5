import type { VehicleClass } from '../../contracts/detection';
import type { TrackIdentity } from '../../contracts/match';
import { durationText, seenTime } from '../../core/time-text';

/** A longer way from one camera to the other is told by the time of day instead. */
const MAX_TRAVEL_MS = 3_600_000;

/** Similarity as the screen writes it: `87 %`. */
export function similarityText(similarity: number): string {
  return `${Math.round(similarity * 100)}\u202f%`;
}

/**
 * How long after which camera of the run a vehicle was seen again: `12 s after Camera A`. `startUnixMs` is
 * when this sighting began. Null for a new vehicle, one from a recording, and one of more than an hour ago.
 */
export function travelText(identity: TrackIdentity, startUnixMs: number): string | null {
  const { lastSeenUnixMs, lastSeenMediaUs, lastSeenLabel } = identity;
  if (lastSeenUnixMs === null || lastSeenMediaUs !== null || lastSeenLabel === null) return null;
  const travelMs = startUnixMs - lastSeenUnixMs;
  if (travelMs > MAX_TRAVEL_MS) return null;
  // The first sighting may have ended a moment after the second began: a track outlasts its vehicle a little.
  return travelMs < 1000
    ? `right after ${lastSeenLabel}`
    : `${durationText(travelMs)} after ${lastSeenLabel}`;
}

/** When and where a vehicle was seen before this: `14:02`, `0:12 in clip.mp4`; null for a new one. */
function lastSeenText(identity: TrackIdentity, nowUnixMs: number): string | null {
  const { lastSeenUnixMs: unixMs, lastSeenMediaUs: mediaUs, lastSeenLabel: label } = identity;
  if (unixMs === null) return null;
  return seenTime({ unixMs, mediaUs, label: label ?? 'a recording' }, nowUnixMs);
}

/**
 * A vehicle's label: `7 · car`, `7 · 87 % · last seen 14:02`; before it has a number, its class. In a run
 * with several cameras `startUnixMs` says when this sighting began, and the label how long after which
 * camera that was: `7 · 93 % · 12 s after Camera A`.
 */
export function fullLabel(
  vehicleClass: VehicleClass,
  identity: TrackIdentity | null,
  nowUnixMs: number,
  startUnixMs: number | null = null,
): string {
  if (!identity) return vehicleClass;
  const { vehicleNumber, similarity } = identity.decision;
  if (similarity === null) return `${vehicleNumber} · ${vehicleClass}`;
  const travel = startUnixMs === null ? null : travelText(identity, startUnixMs);
  const lastSeen = lastSeenText(identity, nowUnixMs);
  let tail = '';
  if (travel !== null) tail = ` · ${shorten(travel)}`;
  else if (lastSeen !== null) tail = ` · last seen ${shorten(lastSeen)}`;
  return `${vehicleNumber} · ${similarityText(similarity)}${tail}`;
}

/** The same without the time: `7 · 87 %`; what a medium box has room for. */
export function mediumLabel(vehicleClass: VehicleClass, identity: TrackIdentity | null): string {
  if (!identity) return vehicleClass;
  const { vehicleNumber, similarity } = identity.decision;
  return `${vehicleNumber} · ${similarity === null ? vehicleClass : similarityText(similarity)}`;
}

/** What fits a small box: the number, or nothing but the icon. */
export function shortLabel(identity: TrackIdentity | null): string {
  return identity ? String(identity.decision.vehicleNumber) : '';
}

/** File names may be long; a label must not cover the neighbours. */
function shorten(text: string): string {
  const limit = 28;
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
