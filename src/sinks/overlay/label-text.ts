import type { VehicleClass } from '../../contracts/detection';
import type { TrackIdentity } from '../../contracts/match';
import { seenTime } from '../../core/time-text';

/** Similarity as the screen writes it: `87 %`. */
export function similarityText(similarity: number): string {
  return `${Math.round(similarity * 100)}\u202f%`;
}

/** When and where a vehicle was seen before this: `14:02`, `0:12 in clip.mp4`; null for a new one. */
function lastSeenText(identity: TrackIdentity, nowUnixMs: number): string | null {
  const { lastSeenUnixMs: unixMs, lastSeenMediaUs: mediaUs, lastSeenLabel: label } = identity;
  if (unixMs === null) return null;
  return seenTime({ unixMs, mediaUs, label: label ?? 'a recording' }, nowUnixMs);
}

/** A vehicle's label: `7 · car`, `7 · 87 % · last seen 14:02`; before it has a number, its class. */
export function fullLabel(
  vehicleClass: VehicleClass,
  identity: TrackIdentity | null,
  nowUnixMs: number,
): string {
  if (!identity) return vehicleClass;
  const { vehicleNumber, similarity } = identity.decision;
  if (similarity === null) return `${vehicleNumber} · ${vehicleClass}`;
  const lastSeen = lastSeenText(identity, nowUnixMs);
  const tail = lastSeen === null ? '' : ` · last seen ${shorten(lastSeen)}`;
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
