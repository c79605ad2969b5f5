import type { VehicleId } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';
import type { LiveSight } from '../state/live-views';
import type { TourStep } from './tour-text';

/** What a card points at. */
export type TourTarget =
  /** `whole` is the box with its label. */
  | { readonly part: 'box' | 'label' | 'whole'; readonly trackId: TrackId }
  | { readonly part: 'row'; readonly vehicleId: VehicleId };

/** Whether what a step tells is true of a vehicle. */
export function fits(step: TourStep, { identity, cameraLabel }: LiveSight): boolean {
  if (step === 'box') return true;
  if (!identity) return false;
  if (step !== 'again') return true;
  const { decision, lastSeenLabel } = identity;
  return decision.outcome === 'matched' && lastSeenLabel !== null && lastSeenLabel !== cameraLabel;
}

/** What a step points at to show a vehicle; null where that needs a number and it has none. */
export function targetOf(step: TourStep, { trackId, identity }: LiveSight): TourTarget | null {
  if (step === 'box') return { part: 'box', trackId };
  if (step === 'number') return { part: 'label', trackId };
  if (step === 'again') return { part: 'whole', trackId };
  return identity && { part: 'row', vehicleId: identity.decision.vehicleId };
}

/** How large a vehicle is on the page, square CSS pixels. */
export function areaOf({ box }: LiveSight): number {
  return box.width * box.height;
}
