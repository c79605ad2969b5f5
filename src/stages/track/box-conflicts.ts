import type { Box, Detection } from '../../contracts/detection';
import { boxAreaPx2, intersectionAreaPx2, iou } from '../../core/geometry';

/** Two boxes that overlap more are one vehicle seen twice, whatever their scores. */
const SAME_VEHICLE_IOU = 0.6;
/** A weak box that shares more than this of the smaller of two areas is a part, or a ghost around, of the other. */
const PART_OR_GHOST_SHARE = 0.5;

/**
 * True when a box says nothing of its own because a better known vehicle explains it: the second box of
 * one vehicle, a bonnet inside a car, or a ghost around two cars.
 */
export function isExplainedBy(candidate: Box, isWeak: boolean, known: Box): boolean {
  // Most pairs of a frame are apart: settle those first.
  if (candidate.x2 <= known.x1 || known.x2 <= candidate.x1) return false;
  if (candidate.y2 <= known.y1 || known.y2 <= candidate.y1) return false;
  if (iou(candidate, known) >= SAME_VEHICLE_IOU) return true;
  if (!isWeak) return false;
  const smaller = Math.min(boxAreaPx2(candidate), boxAreaPx2(known));
  return intersectionAreaPx2(candidate, known) >= PART_OR_GHOST_SHARE * smaller;
}

/** False for a box or score that is not a number, empty, or wholly outside the frame. */
export function isUsableDetection(
  detection: Detection,
  widthPx: number,
  heightPx: number,
): boolean {
  const { x1, y1, x2, y2 } = detection.box;
  const isFinite = Number.isFinite(x1 + y1 + x2 + y2) && Number.isFinite(detection.score);
  const isInside = x1 < widthPx && y1 < heightPx && x2 > 0 && y2 > 0;
  return isFinite && x2 > x1 && y2 > y1 && isInside;
}
