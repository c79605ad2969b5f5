import type { TrackIdentity } from '../../contracts/match';
import type { TrackId } from '../../contracts/track';
import type { ViewMapping } from './view-mapping';
import type { Visual } from './visual';

/** A place in the element that the overlay covers, CSS pixels from its top left corner. */
export interface ViewRect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A vehicle as it was painted last. */
export interface PaintedVehicle {
  readonly trackId: TrackId;
  readonly identity: TrackIdentity | null;
  /** Hidden at that moment: its box is a guess. */
  readonly isLost: boolean;
  /** Its box, cut at the picture's edge. */
  readonly box: ViewRect;
  /** Null where there was no room for a label, or labels are off. */
  readonly label: ViewRect | null;
}

/** Where a vehicle is on the overlay; null when nothing of its box lies in the picture. */
export function paintedVehicle(
  visual: Visual,
  mapping: ViewMapping,
  pixelRatio: number,
): PaintedVehicle | null {
  const { offsetX, offsetY, viewWidth, viewHeight } = mapping;
  const left = Math.max(visual.left, offsetX);
  const top = Math.max(visual.top, offsetY);
  const width = Math.min(visual.left + visual.width, viewWidth - offsetX) - left;
  const height = Math.min(visual.top + visual.height, viewHeight - offsetY) - top;
  if (width <= 0 || height <= 0) return null;
  const { trackId, identity, labelLeft, labelTop, labelWidth, labelHeight } = visual;
  const toCss = (box: ViewRect): ViewRect => ({
    left: box.left / pixelRatio,
    top: box.top / pixelRatio,
    width: box.width / pixelRatio,
    height: box.height / pixelRatio,
  });
  return {
    trackId,
    identity,
    isLost: visual.kind === 'lost',
    box: toCss({ left, top, width, height }),
    label:
      labelWidth === 0
        ? null
        : toCss({ left: labelLeft, top: labelTop, width: labelWidth, height: labelHeight }),
  };
}
