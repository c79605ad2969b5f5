/*
 * Each vehicle has one texture: both sides, the top, front and back, flattened. What is painted there (lamps,
 * grilles, door gaps, dirt, lettering) costs no triangle and no draw call.
 */

export const ATLAS_WIDTH_PX = 512;
export const ATLAS_HEIGHT_PX = 704;

export type PanelName = 'right' | 'left' | 'top' | 'front' | 'back';

export interface AtlasRegion {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A car seen from 12 m covers about as many pixels: more would not be seen. */
export const ATLAS_REGIONS: Readonly<Record<PanelName, AtlasRegion>> = {
  right: { xPx: 0, yPx: 0, widthPx: 512, heightPx: 160 },
  left: { xPx: 0, yPx: 160, widthPx: 512, heightPx: 160 },
  top: { xPx: 0, yPx: 320, widthPx: 512, heightPx: 128 },
  front: { xPx: 0, yPx: 448, widthPx: 256, heightPx: 256 },
  back: { xPx: 256, yPx: 448, widthPx: 256, heightPx: 256 },
};

/** Metres at the edges of a panel as one reads it: `left` exceeds `right` where the axis runs to the left. */
export interface PanelFrame {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** How much of a vehicle the panels show, metres. */
export interface AtlasExtent {
  readonly lengthM: number;
  readonly widthM: number;
  readonly heightM: number;
  /** Heights of the front and of the back face. */
  readonly frontM: readonly [bottom: number, top: number];
  readonly backM: readonly [bottom: number, top: number];
}

/** The axes are x along and y up for the sides, x and z for the top, z and y for the ends. */
export function panelFrames(extent: AtlasExtent): Readonly<Record<PanelName, PanelFrame>> {
  const half = extent.lengthM / 2;
  const halfWidth = extent.widthM / 2;
  const side = { bottom: 0, top: extent.heightM };
  return {
    right: { left: -half, right: half, ...side },
    left: { left: half, right: -half, ...side },
    top: { left: -half, right: half, bottom: halfWidth, top: -halfWidth },
    front: { left: halfWidth, right: -halfWidth, bottom: extent.frontM[0], top: extent.frontM[1] },
    back: { left: -halfWidth, right: halfWidth, bottom: extent.backM[0], top: extent.backM[1] },
  };
}

/** Keeps a panel's edge from taking its neighbour's colour when the texture is minified, pixels. */
const MARGIN_PX = 1.5;

export type AtlasPlacer = (
  panel: PanelName,
  along: number,
  up: number,
) => readonly [u: number, v: number];

/** Where a point of a panel lies in the texture. */
export function atlasPlacer(extent: AtlasExtent): AtlasPlacer {
  const frames = panelFrames(extent);
  return (panel, along, up) => {
    const frame = frames[panel];
    const region = ATLAS_REGIONS[panel];
    const across = inside((along - frame.left) / (frame.right - frame.left), region.widthPx);
    const down = inside((frame.top - up) / (frame.top - frame.bottom), region.heightPx);
    return [(region.xPx + across) / ATLAS_WIDTH_PX, (region.yPx + down) / ATLAS_HEIGHT_PX];
  };
}

function inside(share: number, sizePx: number): number {
  return Math.min(sizePx - MARGIN_PX, Math.max(MARGIN_PX, share * sizePx));
}
