import type { Box } from '../../contracts/detection';

/** Where a frame lies in its element: view = frame * scale + offset, mirrored about the view's middle on demand. */
export interface ViewMapping {
  /** View pixels a frame pixel. */
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
  readonly viewWidth: number;
  readonly viewHeight: number;
  /** The picture is flipped left to right (a front camera); text never is. */
  readonly isMirrored: boolean;
}

/** What `object-fit: contain` does: the whole frame, as large as fits, centred. Scale 0 for an empty frame. */
export function containMapping(
  viewWidth: number,
  viewHeight: number,
  frameWidthPx: number,
  frameHeightPx: number,
  isMirrored = false,
): ViewMapping {
  const isEmpty = frameWidthPx <= 0 || frameHeightPx <= 0;
  const scale = isEmpty ? 0 : Math.min(viewWidth / frameWidthPx, viewHeight / frameHeightPx);
  return {
    scale,
    offsetX: (viewWidth - frameWidthPx * scale) / 2,
    offsetY: (viewHeight - frameHeightPx * scale) / 2,
    viewWidth,
    viewHeight,
    isMirrored,
  };
}

/** A frame's x in the view. */
export function viewX(mapping: ViewMapping, frameX: number): number {
  const x = frameX * mapping.scale + mapping.offsetX;
  return mapping.isMirrored ? mapping.viewWidth - x : x;
}

/** A frame's y in the view. */
export function viewY(mapping: ViewMapping, frameY: number): number {
  return frameY * mapping.scale + mapping.offsetY;
}

/** A frame's box in the view; x1 < x2 in a mirrored view as well. */
export function boxInView(mapping: ViewMapping, box: Box): Box {
  const left = viewX(mapping, box.x1);
  const right = viewX(mapping, box.x2);
  return {
    x1: Math.min(left, right),
    y1: viewY(mapping, box.y1),
    x2: Math.max(left, right),
    y2: viewY(mapping, box.y2),
  };
}
