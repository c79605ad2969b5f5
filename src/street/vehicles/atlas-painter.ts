import type { VehicleLook } from '../../contracts/street';
import { createRandom, type Random } from '../random';
import {
  ATLAS_HEIGHT_PX,
  ATLAS_REGIONS,
  ATLAS_WIDTH_PX,
  type AtlasExtent,
  panelFrames,
  type PanelName,
} from './atlas';
import type { BodyShape } from './body-shape';
import { type FaceJob, paintCarBack, paintCarFront } from './face-painter';
import {
  paintBusBack,
  paintBusFront,
  paintLorryBack,
  paintLorryFront,
  paintVanBack,
  paintVanFront,
} from './heavy-face-painter';
import { PanelPainter } from './panel-painter';
import { paintSide } from './side-painter';
import { paintTop } from './top-painter';
import type { VehicleDetails } from './vehicle-details';

const PANELS: readonly PanelName[] = ['right', 'left', 'top', 'front', 'back'];

/**
 * Paints all that is on a vehicle's skin. `shape` is null for a motorcycle, which has paint only. The canvas
 * belongs to the caller.
 */
export function paintAtlas(
  look: VehicleLook,
  details: VehicleDetails,
  extent: AtlasExtent,
  shape: BodyShape | null,
): OffscreenCanvas {
  const canvas = new OffscreenCanvas(ATLAS_WIDTH_PX, ATLAS_HEIGHT_PX);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Expected a 2D context for the atlas, got none');
  const frames = panelFrames(extent);
  const panels = new Map(
    PANELS.map((name) => [name, new PanelPainter(context, name, frames[name])]),
  );
  const panel = (name: PanelName): PanelPainter => {
    const painter = panels.get(name);
    if (!painter) throw new RangeError(`Expected a panel, got ${name}`);
    return painter;
  };
  const paint = `#${look.paint.toString(16).padStart(6, '0')}`;
  for (const name of PANELS) panel(name).fill(paint);
  if (shape) {
    paintSide({ panel: panel('right'), shape, details, paint, side: 1 });
    paintSide({ panel: panel('left'), shape, details, paint, side: -1 });
    paintTop({ panel: panel('top'), shape, details });
    const job = { details, paint, plate: look.plate, halfM: shape.widthM / 2 };
    paintFront({ ...job, panel: panel('front') }, shape);
    paintBack({ ...job, panel: panel('back') }, shape);
  }
  const random = createRandom(details.paintSeed);
  for (const name of PANELS) {
    addDirt(panel(name), details.dirt, random, name);
    addGrain(context, name, random);
  }
  return canvas;
}

function paintFront(job: FaceJob, shape: BodyShape): void {
  switch (shape.face) {
    case 'van':
      return paintVanFront(job);
    case 'bus':
      return paintBusFront(job);
    case 'lorry':
      return paintLorryFront(job);
    default:
      return paintCarFront(job);
  }
}

function paintBack(job: FaceJob, shape: BodyShape): void {
  switch (shape.face) {
    case 'van':
      return paintVanBack(job);
    case 'bus':
      return paintBusBack(job);
    case 'lorry':
      return paintLorryBack(job);
    default:
      return paintCarBack(job);
  }
}

/** Road film from below and blotches of dust. */
function addDirt(panel: PanelPainter, dirt: number, random: Random, name: PanelName): void {
  const { left, right, bottom, top } = panel.frame;
  const film = (alpha: number): string => `rgba(112,100,82,${alpha.toFixed(3)})`;
  if (name !== 'top') {
    const reach = Math.min(1.1, 0.45 + dirt * 0.6);
    panel.fade(bottom + reach, bottom, film(0), film(0.06 + 0.4 * dirt));
  }
  const count = Math.round(4 + 14 * dirt);
  for (let index = 0; index < count; index += 1) {
    const along = random.between(Math.min(left, right), Math.max(left, right));
    const up = random.between(Math.min(bottom, top), Math.max(bottom, top));
    panel.blotch(along, up, random.between(0.15, 0.6), film(0.03 + 0.1 * dirt));
  }
}

/** Orange peel and dust: without it paint is as even as nothing outdoors is. */
function addGrain(
  context: OffscreenCanvasRenderingContext2D,
  name: PanelName,
  random: Random,
): void {
  const { xPx, yPx, widthPx, heightPx } = ATLAS_REGIONS[name];
  for (let index = 0; index < 160; index += 1) {
    const isLight = random.chance(0.5);
    const alpha = random.between(0.01, 0.05).toFixed(3);
    context.fillStyle = isLight ? `rgba(255,255,255,${alpha})` : `rgba(0,0,0,${alpha})`;
    const wide = random.between(2, 26);
    context.fillRect(
      xPx + random.between(0, widthPx - wide),
      yPx + random.between(0, heightPx - 3),
      wide,
      random.between(1, 3),
    );
  }
}
