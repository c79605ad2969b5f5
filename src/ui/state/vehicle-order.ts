import type { VehicleId } from '../../contracts/match';
import type { LiveVehicles } from './live-vehicles.svelte';
import type { VehicleListState } from './vehicle-list.svelte';

/** The next (1) or previous (-1) vehicle of the screen: those in view first, then the gallery, newest first. Null at either end. */
export function neighbourOf(
  selected: VehicleId | null,
  by: 1 | -1,
  live: LiveVehicles,
  stored: VehicleListState,
): VehicleId | null {
  const liveCount = live.list.length;
  const count = liveCount + stored.total;
  if (count === 0) return null;
  const isInView = (storedIndex: number): boolean => {
    const vehicle = stored.at(storedIndex);
    return vehicle !== null && live.has(vehicle.id);
  };
  const position = positionOf(selected, live, stored);
  let next = position < 0 ? 0 : position + by;
  // A vehicle in view has its place at the top: its second row further down would lead back there.
  while (next >= liveCount && next < count && isInView(next - liveCount)) next += by;
  if (next < 0 || next >= count) return null;
  if (next < liveCount) return live.list[next]?.vehicleId ?? null;
  return stored.at(next - liveCount)?.id ?? null;
}

function positionOf(
  vehicleId: VehicleId | null,
  live: LiveVehicles,
  stored: VehicleListState,
): number {
  if (vehicleId === null) return -1;
  const liveIndex = live.list.findIndex((vehicle) => vehicle.vehicleId === vehicleId);
  if (liveIndex >= 0) return liveIndex;
  const index = stored.indexOf(vehicleId);
  return index < 0 ? -1 : live.list.length + index;
}
