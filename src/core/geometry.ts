import type { Box } from '../contracts/detection';

export function boxWidthPx(box: Box): number {
  return box.x2 - box.x1;
}

export function boxHeightPx(box: Box): number {
  return box.y2 - box.y1;
}

/** 0 for a box that is inside out. */
export function boxAreaPx2(box: Box): number {
  return Math.max(0, box.x2 - box.x1) * Math.max(0, box.y2 - box.y1);
}

/** Area two boxes share, px². */
export function intersectionAreaPx2(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, [0, 1]; 0 when either box is empty. */
export function iou(a: Box, b: Box): number {
  const shared = intersectionAreaPx2(a, b);
  return shared === 0 ? 0 : shared / (boxAreaPx2(a) + boxAreaPx2(b) - shared);
}

/** The part of a box that lies inside a frame. */
export function clampBox(box: Box, widthPx: number, heightPx: number): Box {
  return {
    x1: Math.min(Math.max(box.x1, 0), widthPx),
    y1: Math.min(Math.max(box.y1, 0), heightPx),
    x2: Math.min(Math.max(box.x2, 0), widthPx),
    y2: Math.min(Math.max(box.y2, 0), heightPx),
  };
}
