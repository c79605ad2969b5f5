import type { TimeRange } from '../../contracts/session';

/**
 * In and out points after one of them was set to a time; the other one goes to the session's edge when it would be on the wrong side.
 * Null: nothing would be left between them.
 */
export function rangeWithEdge(
  edge: 'in' | 'out',
  timeUs: number,
  range: TimeRange,
  whole: TimeRange,
): TimeRange | null {
  const set =
    edge === 'in'
      ? { startUs: timeUs, endUs: range.endUs > timeUs ? range.endUs : whole.endUs }
      : { startUs: range.startUs < timeUs ? range.startUs : whole.startUs, endUs: timeUs };
  return set.endUs > set.startUs ? set : null;
}
