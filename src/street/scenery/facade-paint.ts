import type { Random } from '../random';
import { addBlotches, addGrain, fill, type Brush } from './paint-texture';

/** What a house shows to the street. */
export interface Facade {
  readonly style: 'brick' | 'plaster' | 'shop' | 'flats';
  readonly widthM: number;
  readonly heightM: number;
  readonly storeyCount: number;
  readonly columnCount: number;
  /** sRGB, as in CSS: "168,92,70". */
  readonly wall: string;
  readonly door: string;
}

/** Pixels a metre of front gets. */
export const FACADE_PX_PER_M = 56;

interface Opening {
  readonly xM: number;
  readonly bottomM: number;
  readonly widthM: number;
  readonly heightM: number;
  readonly type: 'window' | 'door' | 'shop-window';
}

/** Where windows and doors are; pure, so that the lit picture has them at the same places. */
function listOpenings(facade: Facade): readonly Opening[] {
  const { widthM, heightM, storeyCount, columnCount, style } = facade;
  const storeyM = heightM / storeyCount;
  const columnM = widthM / columnCount;
  const openings: Opening[] = [];
  for (let storey = 0; storey < storeyCount; storey += 1) {
    if (storey === 0 && style === 'shop') continue;
    for (let column = 0; column < columnCount; column += 1) {
      const middleM = (column + 0.5) * columnM;
      const isDoor = storey === 0 && column === columnCount - 1;
      openings.push(
        isDoor
          ? { xM: middleM - 0.5, bottomM: 0, widthM: 1, heightM: 2.15, type: 'door' }
          : {
              xM: middleM - 0.62,
              bottomM: storey * storeyM + 0.85,
              widthM: 1.24,
              heightM: Math.min(1.35, storeyM - 1.2),
              type: 'window',
            },
      );
    }
  }
  if (style === 'shop') {
    openings.push(
      { xM: 0.5, bottomM: 0.5, widthM: widthM * 0.36, heightM: 1.9, type: 'shop-window' },
      { xM: widthM * 0.36 + 0.8, bottomM: 0, widthM: 1, heightM: 2.3, type: 'door' },
      {
        xM: widthM * 0.36 + 2.1,
        bottomM: 0.5,
        widthM: widthM * 0.64 - 2.6,
        heightM: 1.9,
        type: 'shop-window',
      },
    );
  }
  return openings;
}

/** The front as it is by day. */
export function paintFacade(brush: Brush, facade: Facade, random: Random): void {
  const { width, height } = brush.canvas;
  fill(brush, facade.wall);
  if (facade.style === 'brick') paintCourses(brush);
  addBlotches(brush, random, 26, 0.05);
  // Damp near the ground, soot under the eaves.
  const damp = brush.createLinearGradient(0, height - 40, 0, height);
  damp.addColorStop(0, 'rgba(50,45,35,0)');
  damp.addColorStop(1, 'rgba(50,45,35,0.4)');
  brush.fillStyle = damp;
  brush.fillRect(0, height - 40, width, 40);
  brush.fillStyle = 'rgba(30,26,22,0.28)';
  brush.fillRect(0, 0, width, 12);
  for (const opening of listOpenings(facade)) paintOpening(brush, facade, opening, random);
  if (facade.style === 'shop') paintSign(brush, facade, random);
  addGrain(brush, random, 16);
}

/** Only the light that comes out of the windows in the evening. */
export function paintLitWindows(brush: Brush, facade: Facade, random: Random): void {
  fill(brush, '0,0,0');
  for (const opening of listOpenings(facade)) {
    if (opening.type === 'door') continue;
    if (opening.type === 'window' && random.chance(0.45)) continue;
    const { x, y, width, height } = inPixels(brush, opening);
    const warmth = random.between(0.62, 0.84);
    const light = random.between(120, 235);
    const glow = brush.createLinearGradient(0, y, 0, y + height);
    const colour = (share: number): string =>
      `rgb(${light * share},${light * warmth * share},${light * warmth * 0.55 * share})`;
    glow.addColorStop(0, colour(1));
    glow.addColorStop(1, colour(0.6));
    brush.fillStyle = glow;
    brush.fillRect(x, y, width, height);
    brush.fillStyle = 'rgb(0,0,0)';
    brush.fillRect(x + width / 2 - 2, y, 4, height);
    brush.fillRect(x, y + height * 0.32, width, 3);
  }
}

function inPixels(
  brush: Brush,
  { xM, bottomM, widthM, heightM }: Opening,
): { x: number; y: number; width: number; height: number } {
  const scale = FACADE_PX_PER_M;
  const bottom = brush.canvas.height - bottomM * scale;
  return {
    x: xM * scale,
    y: bottom - heightM * scale,
    width: widthM * scale,
    height: heightM * scale,
  };
}

function paintCourses(brush: Brush): void {
  const { width, height } = brush.canvas;
  brush.fillStyle = 'rgba(232,226,214,0.2)';
  for (let y = 0; y < height; y += 5) {
    brush.fillRect(0, y, width, 1);
    for (let x = ((y / 5) % 2) * 6; x < width; x += 12) brush.fillRect(x, y, 1, 5);
  }
}

function paintOpening(brush: Brush, facade: Facade, opening: Opening, random: Random): void {
  const { x, y, width, height } = inPixels(brush, opening);
  const frame = facade.style === 'flats' ? '#5d6266' : '#e6e3db';
  if (opening.type === 'door') {
    brush.fillStyle = frame;
    brush.fillRect(x - 5, y - 5, width + 10, height + 5);
    brush.fillStyle = facade.door;
    brush.fillRect(x, y, width, height);
    brush.fillStyle = 'rgba(0,0,0,0.25)';
    brush.fillRect(x + 8, y + height * 0.55, width - 16, height * 0.35);
    brush.fillStyle = '#8fa3ad';
    brush.fillRect(x + 10, y + 10, width - 20, height * 0.25);
    return;
  }
  // Lintel, frame, sill.
  brush.fillStyle = 'rgba(255,250,240,0.35)';
  brush.fillRect(x - 8, y - 14, width + 16, 9);
  brush.fillStyle = frame;
  brush.fillRect(x - 5, y - 5, width + 10, height + 10);
  brush.fillStyle = 'rgba(235,230,220,0.9)';
  brush.fillRect(x - 9, y + height + 4, width + 18, 6);
  paintPane(brush, { x, y, width, height }, random);
  if (opening.type === 'window') {
    brush.fillStyle = frame;
    brush.fillRect(x + width / 2 - 2, y, 4, height);
    brush.fillRect(x, y + height * 0.32, width, 3);
  }
}

/** Glass: a bright sky above, a dark room below, half a curtain. */
function paintPane(
  brush: Brush,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  random: Random,
): void {
  const glass = brush.createLinearGradient(x, y, x + width * 0.4, y + height);
  glass.addColorStop(0, '#8d9ca6');
  glass.addColorStop(0.45, '#4a555c');
  glass.addColorStop(1, '#2b3236');
  brush.fillStyle = glass;
  brush.fillRect(x, y, width, height);
  if (random.chance(0.6)) {
    brush.fillStyle = random.pick([
      'rgba(226,220,205,0.75)',
      'rgba(200,190,178,0.7)',
      'rgba(160,140,120,0.65)',
    ]);
    const share = random.between(0.12, 0.3);
    brush.fillRect(x, y, width * share, height);
    brush.fillRect(x + width * (1 - share), y, width * share, height);
  }
}

function paintSign(brush: Brush, facade: Facade, random: Random): void {
  const scale = FACADE_PX_PER_M;
  const top = brush.canvas.height - 3.15 * scale;
  brush.fillStyle = facade.door;
  brush.fillRect(0.35 * scale, top, (facade.widthM - 0.7) * scale, 0.6 * scale);
  brush.fillStyle = 'rgb(240,232,210)';
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  brush.font = `bold ${Math.round(0.42 * scale)}px sans-serif`;
  const name = random.pick(['BAKERY', 'FLOWERS', 'BOOKS', 'GREENGROCER', 'TEA ROOM']);
  brush.fillText(name, brush.canvas.width / 2, top + 0.31 * scale);
}
