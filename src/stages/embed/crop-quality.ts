import type { Box } from '../../contracts/detection';
import type { CropGeometryQuality } from '../../contracts/embedding';
import { boxAreaPx2, clampBox, intersectionAreaPx2 } from '../../core/geometry';

/** Side from which more pixels tell the embedder nothing new: it looks at 128 x 128. */
const FULL_DETAIL_SIDE_PX = 128;
/** Share left when a box touches the frame's edge. Detectors clip their boxes there, so how much is missing cannot be seen. */
const TOUCHES_EDGE_FACTOR = 0.5;
/** A box this near to the edge touches it, as a share of the frame's longer side. */
const EDGE_SHARE = 0.005;
/** What a vehicle behind takes from a crop compared with one in front: it is background, not cover. */
const BEHIND_WEIGHT = 0.5;
/** Score share that does not depend on the detector: seen from above a clean view may score 0.15. */
const SCORE_INDEPENDENT_SHARE = 0.6;

/** Below any of these a crop is not worth the embedder's time. */
export interface CropMinimum {
  readonly sidePx: number;
  readonly insideFraction: number;
  readonly maxOverlapFraction: number;
}

/** Measures a possible crop. `others`: boxes of the other vehicles in the frame. Display pixels. */
export function cropGeometry(
  box: Box,
  detectionScore: number,
  frame: { readonly widthPx: number; readonly heightPx: number },
  others: readonly Box[],
): CropGeometryQuality {
  const area = boxAreaPx2(box);
  const inside = area === 0 ? 0 : boxAreaPx2(clampBox(box, frame.widthPx, frame.heightPx)) / area;
  let overlapFraction = 0;
  let cover = 0;
  for (const other of others) {
    if (other === box) continue;
    const fraction = area === 0 ? 0 : intersectionAreaPx2(box, other) / area;
    // On a road the vehicle that reaches lower in the picture stands nearer to the camera.
    const weight = other.y2 >= box.y2 ? 1 : BEHIND_WEIGHT;
    overlapFraction = Math.max(overlapFraction, fraction);
    cover = Math.max(cover, weight * fraction);
  }
  const sidePx = Math.sqrt(area);
  const score =
    Math.min(1, sidePx / FULL_DETAIL_SIDE_PX) *
    inside ** 2 *
    (touchesEdge(box, frame) ? TOUCHES_EDGE_FACTOR : 1) *
    (1 - cover) *
    (SCORE_INDEPENDENT_SHARE + (1 - SCORE_INDEPENDENT_SHARE) * detectionScore);
  return { sidePx, insideFraction: inside, overlapFraction, detectionScore, score };
}

/** True when nothing about a crop's geometry forbids embedding it. */
export function isWorthCutting(geometry: CropGeometryQuality, minimum: CropMinimum): boolean {
  return (
    geometry.sidePx >= minimum.sidePx &&
    geometry.insideFraction >= minimum.insideFraction &&
    geometry.overlapFraction <= minimum.maxOverlapFraction
  );
}

/** Grows a box by `margin` of its width and height on every side, and cuts it to the frame. */
export function withMargin(
  box: Box,
  margin: number,
  frame: { readonly widthPx: number; readonly heightPx: number },
): Box {
  const marginX = margin * (box.x2 - box.x1);
  const marginY = margin * (box.y2 - box.y1);
  const grown = {
    x1: box.x1 - marginX,
    y1: box.y1 - marginY,
    x2: box.x2 + marginX,
    y2: box.y2 + marginY,
  };
  return clampBox(grown, frame.widthPx, frame.heightPx);
}

function touchesEdge(
  box: Box,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): boolean {
  const near = EDGE_SHARE * Math.max(widthPx, heightPx);
  return box.x1 <= near || box.y1 <= near || box.x2 >= widthPx - near || box.y2 >= heightPx - near;
}
