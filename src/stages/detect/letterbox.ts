import type { Box } from '../../contracts/detection';
import type { ModelInputSpec } from '../../contracts/model';

/** Where a frame lies inside a network's input, and the bars around it. */
export interface LetterboxGeometry {
  /** Frame as displayed. */
  readonly frameWidthPx: number;
  readonly frameHeightPx: number;
  /** The network's input. */
  readonly inputWidthPx: number;
  readonly inputHeightPx: number;
  /** The picture inside it. */
  readonly contentXPx: number;
  readonly contentYPx: number;
  readonly contentWidthPx: number;
  readonly contentHeightPx: number;
  /**
   * Frame pixels are first averaged in squares of this side, then sampled bilinearly: bilinear alone
   * skips pixels when shrinking more than twofold. See {@link prefilterFor}.
   */
  readonly prefilterPx: PrefilterPx;
}

export type PrefilterPx = 1 | 2 | 4;

/**
 * Fits a frame into an input whose longer side is `inputSidePx`, both sides multiples of the
 * network's stride; into `spec.size` when the network has one fixed size. Centred, top left or stretched as
 * `spec.fit` says.
 */
export function letterboxFor(
  spec: Pick<ModelInputSpec, 'size' | 'strideMultiple' | 'fit'>,
  frameWidthPx: number,
  frameHeightPx: number,
  inputSidePx: number,
): LetterboxGeometry {
  if (!(frameWidthPx > 0 && frameHeightPx > 0)) {
    throw new RangeError(`Expected a frame with pixels, got ${frameWidthPx}x${frameHeightPx}`);
  }
  const room = spec.size ?? { widthPx: inputSidePx, heightPx: inputSidePx };
  const scale = Math.min(room.widthPx / frameWidthPx, room.heightPx / frameHeightPx);
  const keptWidthPx = Math.max(1, Math.round(frameWidthPx * scale));
  const keptHeightPx = Math.max(1, Math.round(frameHeightPx * scale));
  const padded = (sizePx: number): number =>
    Math.ceil(sizePx / spec.strideMultiple) * spec.strideMultiple;
  const inputWidthPx = spec.size?.widthPx ?? padded(keptWidthPx);
  const inputHeightPx = spec.size?.heightPx ?? padded(keptHeightPx);
  const isStretched = spec.fit === 'stretched';
  const contentWidthPx = isStretched ? inputWidthPx : keptWidthPx;
  const contentHeightPx = isStretched ? inputHeightPx : keptHeightPx;
  const isCentred = spec.fit === 'centred';
  return {
    frameWidthPx,
    frameHeightPx,
    inputWidthPx,
    inputHeightPx,
    contentXPx: isCentred ? (inputWidthPx - contentWidthPx) >> 1 : 0,
    contentYPx: isCentred ? (inputHeightPx - contentHeightPx) >> 1 : 0,
    contentWidthPx,
    contentHeightPx,
    // Stretched: by the side that shrinks less, so that it is not blurred for the other's sake.
    prefilterPx: prefilterFor(
      isStretched
        ? Math.min(frameWidthPx / inputWidthPx, frameHeightPx / inputHeightPx)
        : 1 / scale,
    ),
  };
}

/**
 * Power of two that leaves the bilinear step a shrink of at most two. Stops at 4: a frame over 4,096
 * pixels wide loses a little sharpness, not its vehicles.
 */
function prefilterFor(shrink: number): PrefilterPx {
  if (shrink > 4) return 4;
  return shrink > 2 ? 2 : 1;
}

/** Takes a box from input pixels to frame pixels, cut off at the frame's edges. */
export function toFrameBox(box: Box, geometry: LetterboxGeometry): Box {
  const scaleX = geometry.frameWidthPx / geometry.contentWidthPx;
  const scaleY = geometry.frameHeightPx / geometry.contentHeightPx;
  const clampX = (x: number): number =>
    Math.min(Math.max((x - geometry.contentXPx) * scaleX, 0), geometry.frameWidthPx);
  const clampY = (y: number): number =>
    Math.min(Math.max((y - geometry.contentYPx) * scaleY, 0), geometry.frameHeightPx);
  return { x1: clampX(box.x1), y1: clampY(box.y1), x2: clampX(box.x2), y2: clampY(box.y2) };
}
