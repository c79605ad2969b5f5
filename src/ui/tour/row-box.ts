import type { VehicleId } from '../../contracts/match';
import type { ScreenBox } from '../state/live-views';

/** Where the row of a vehicle is on the page; null when it is not in sight, or cut at the list's edge. */
export function rowBoxOf(vehicleId: VehicleId): ScreenBox | null {
  const row = document.querySelector(`[data-vehicle="${CSS.escape(vehicleId)}"]`);
  const scroller = row?.closest('[data-scroller]');
  if (!row?.checkVisibility() || !scroller) return null;
  const { left, top, width, height } = row.getBoundingClientRect();
  const list = scroller.getBoundingClientRect();
  const isWhole = top >= list.top - 1 && top + height <= list.bottom + 1;
  return isWhole ? { left, top, width, height } : null;
}
