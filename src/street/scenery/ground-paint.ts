import { LANES, ROAD } from '../layout';
import type { Random } from '../random';
import { addBlotches, addGrain, fill, type Brush } from './paint-texture';

/** The road's texture is as wide as the main road, and repeats after this length. */
export const ROAD_TILE = {
  widthM: ROAD.rightKerbXM - ROAD.leftKerbXM,
  lengthM: 16,
  sidePx: 1024,
} as const;

/** Half the distance between a vehicle's wheels. */
const HALF_TRACK_M = 0.76;

/** Asphalt with what traffic does to it: worn wheel tracks, an oily strip between them, dirt along the kerbs. */
export function paintAsphalt(brush: Brush, random: Random): void {
  const { width, height } = brush.canvas;
  const pixels = width / ROAD_TILE.widthM;
  const across = (xM: number): number => (xM - ROAD.leftKerbXM) * pixels;
  fill(brush, '124,124,125');
  addBlotches(brush, random, 60, 0.05);
  const stripe = (xM: number, widthM: number, rgb: string, opacity: number): void => {
    const shade = brush.createLinearGradient(across(xM - widthM), 0, across(xM + widthM), 0);
    shade.addColorStop(0, `rgba(${rgb},0)`);
    shade.addColorStop(0.5, `rgba(${rgb},${opacity})`);
    shade.addColorStop(1, `rgba(${rgb},0)`);
    brush.fillStyle = shade;
    brush.fillRect(across(xM - widthM), 0, 2 * widthM * pixels, height);
  };
  for (const { xM } of Object.values(LANES)) {
    stripe(xM - HALF_TRACK_M, 0.42, '150,150,148', 0.3);
    stripe(xM + HALF_TRACK_M, 0.42, '150,150,148', 0.3);
    stripe(xM, 0.5, '40,38,36', 0.28);
  }
  stripe(ROAD.leftKerbXM, 0.5, '62,56,48', 0.7);
  stripe(ROAD.rightKerbXM, 0.5, '62,56,48', 0.7);
  // Where one strip of asphalt was laid against the next.
  for (const xM of [-3.72, 0.35, 3.62]) stripe(xM, 0.05, '30,30,30', 0.6);
  brush.fillStyle = 'rgba(20,22,26,0.13)';
  brush.fillRect(0, 0, across(-3.75), height);
  paintOilSpots(brush, random, across(ROAD.parkingXM));
  addGrain(brush, random, 30);
  paintStones(brush, random);
}

function paintOilSpots(brush: Brush, random: Random, middlePx: number): void {
  for (let spot = 0; spot < 9; spot += 1) {
    brush.fillStyle = `rgba(25,23,20,${random.between(0.15, 0.4)})`;
    brush.beginPath();
    brush.ellipse(
      middlePx + random.between(-45, 45),
      random.between(20, brush.canvas.height - 20),
      random.between(4, 16),
      random.between(4, 16),
      0,
      0,
      Math.PI * 2,
    );
    brush.fill();
  }
}

/** Light and dark chippings, larger than the grain. */
function paintStones(brush: Brush, random: Random): void {
  const { width, height } = brush.canvas;
  for (let stone = 0; stone < 5000; stone += 1) {
    const grey = random.chance(0.5) ? 175 : 60;
    brush.fillStyle = `rgba(${grey},${grey},${grey},0.3)`;
    brush.fillRect(random.between(0, width), random.between(0, height), 2, 2);
  }
}

/** Concrete slabs, eight by eight to a tile. */
export function paintSlabs(brush: Brush, random: Random): void {
  const { width } = brush.canvas;
  fill(brush, '152,148,141');
  const side = width / 4;
  for (let row = 0; row < 4; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      const grey = random.chance(0.5) ? 255 : 0;
      brush.fillStyle = `rgba(${grey},${grey},${grey * 0.95},${random.between(0, 0.09)})`;
      brush.fillRect(column * side, row * side, side, side);
    }
  }
  addBlotches(brush, random, 30, 0.06);
  addGrain(brush, random, 24);
  brush.strokeStyle = 'rgba(58,56,52,0.65)';
  brush.lineWidth = 2;
  for (let line = 0; line <= 4; line += 1) {
    brush.strokeRect(line * side, -4, side, width + 8);
    brush.strokeRect(-4, line * side, width + 8, side);
  }
  for (let spot = 0; spot < 40; spot += 1) {
    brush.fillStyle = 'rgba(40,38,36,0.35)';
    brush.fillRect(random.between(0, width), random.between(0, width), 3, 3);
  }
}

/** Grass that is walked on here and there. */
export function paintGrass(brush: Brush, random: Random): void {
  const { width } = brush.canvas;
  fill(brush, '88,104,56');
  addBlotches(brush, random, 60, 0.08);
  for (let blade = 0; blade < 9000; blade += 1) {
    const green = random.between(70, 150);
    brush.fillStyle = `rgba(${green * 0.8},${green},${green * 0.45},0.35)`;
    brush.fillRect(random.between(0, width), random.between(0, width), 1, random.between(2, 5));
  }
  addGrain(brush, random, 30);
}

/** Leaves of hedges and crowns in grey-green, to be tinted: dark hollows, then clumps that catch the light. */
export function paintLeaves(brush: Brush, random: Random): void {
  const { width } = brush.canvas;
  fill(brush, '104,114,88');
  const clump = (light: number, radiusPx: number, opacity: number): void => {
    brush.fillStyle = `rgba(${165 * light},${175 * light},${140 * light},${opacity})`;
    brush.beginPath();
    brush.ellipse(
      random.between(0, width),
      random.between(0, width),
      radiusPx,
      radiusPx * random.between(0.5, 0.9),
      random.between(0, Math.PI),
      0,
      Math.PI * 2,
    );
    brush.fill();
  };
  for (let index = 0; index < 160; index += 1) clump(0.35, random.between(6, 18), 0.5);
  for (let index = 0; index < 420; index += 1) {
    clump(random.between(0.8, 1.15), random.between(4, 11), 0.6);
  }
  for (let index = 0; index < 900; index += 1) {
    clump(random.between(0.6, 1.5), random.between(2, 5), 0.7);
  }
  addGrain(brush, random, 20);
}

/** Bricks in grey, to be tinted: courses of 75 mm, 2.4 m to a tile. */
export function paintBricks(brush: Brush, random: Random): void {
  const { width, height } = brush.canvas;
  fill(brush, '205,200,195');
  const courseCount = 32;
  const courseHeight = height / courseCount;
  const brickWidth = width / 10;
  for (let course = 0; course < courseCount; course += 1) {
    for (let brick = -1; brick < 10; brick += 1) {
      const grey = random.between(185, 245);
      brush.fillStyle = `rgb(${grey},${grey * random.between(0.93, 1)},${grey * random.between(0.9, 1)})`;
      const left = (brick + (course % 2) / 2) * brickWidth;
      brush.fillRect(left + 1, course * courseHeight + 1, brickWidth - 2, courseHeight - 2);
    }
  }
  addBlotches(brush, random, 30, 0.05);
  addGrain(brush, random, 18);
}

/** Roof tiles in grey, to be tinted: 3 m to a tile. */
export function paintRoofTiles(brush: Brush, random: Random): void {
  const { width, height } = brush.canvas;
  fill(brush, '225,222,220');
  for (let row = 0; row < 10; row += 1) {
    const top = (row * height) / 10;
    for (let column = 0; column < 12; column += 1) {
      const grey = random.between(185, 240);
      brush.fillStyle = `rgb(${grey},${grey},${grey})`;
      brush.fillRect(((column + (row % 2) / 2) * width) / 12, top, width / 12 - 1, height / 10);
    }
    brush.fillStyle = 'rgba(30,26,24,0.55)';
    brush.fillRect(0, top + height / 10 - 4, width, 4);
  }
  addBlotches(brush, random, 20, 0.07);
  addGrain(brush, random, 16);
}
