import type { TrackId } from '../../contracts/track';
import type { Visual } from './visual';

/** Half of the 44 CSS pixels a finger needs (WCAG 2.5.5). */
const FINGER_RADIUS = 22;

/** The smallest box under a point, or the nearest within a finger's reach; device pixels. */
export function hitVisual(
  visuals: Iterable<Visual>,
  x: number,
  y: number,
  pixelRatio: number,
): TrackId | null {
  let inside: Visual | null = null;
  let near: Visual | null = null;
  let nearestDistance = FINGER_RADIUS * pixelRatio;
  for (const visual of visuals) {
    const dx = Math.max(visual.left - x, 0, x - (visual.left + visual.width));
    const dy = Math.max(visual.top - y, 0, y - (visual.top + visual.height));
    if (dx === 0 && dy === 0) {
      if (!inside || visual.width * visual.height < inside.width * inside.height) inside = visual;
      continue;
    }
    const distance = Math.hypot(dx, dy);
    if (distance <= nearestDistance) {
      nearestDistance = distance;
      near = visual;
    }
  }
  return (inside ?? near)?.trackId ?? null;
}
