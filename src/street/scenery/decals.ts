import type { BufferGeometry } from 'three';
import { LANES, ROAD, SIDE_ROAD } from '../layout';
import type { Random } from '../random';
import { addGrain, type Brush } from './paint-texture';
import type { SceneryBuilder } from './scenery-builder';
import { surface } from './shapes';

/*
 * What happened to the road once: mended trenches, cracks, manholes, drains. Cells of one picture, laid on the
 * asphalt.
 */

const CELLS_A_SIDE = 4;
const CELL_PX = 128;
/** Above the asphalt, below the lines. */
const HEIGHT_M = 0.006;

type DecalKind = 'patch' | 'crack' | 'manhole' | 'drain';

/** Cells of each kind, from the upper left. */
const CELLS: Readonly<Record<DecalKind, readonly number[]>> = {
  patch: [0, 1, 2, 3],
  crack: [4, 5, 6, 7],
  manhole: [8, 9],
  drain: [12],
};

/** Strews them over the roads. */
export function addDecals(builder: SceneryBuilder, random: Random): void {
  const side = CELLS_A_SIDE * CELL_PX;
  const map = builder.texture(side, side, (brush) => paintCells(brush, random.fork('paint')));
  const material = builder.groundMaterial({
    map,
    transparent: true,
    depthWrite: false,
    polygonOffset: true,
    polygonOffsetFactor: -1,
  });
  const place = (
    kind: DecalKind,
    xM: number,
    zM: number,
    widthM: number,
    lengthM: number,
  ): void => {
    builder.add(material, decal(random.pick(CELLS[kind]), xM, zM, widthM, lengthM));
  };
  const lanes = Object.values(LANES);
  for (let zM: number = ROAD.nearEndZM; zM > ROAD.farEndZM; zM -= random.between(6, 13)) {
    const { xM } = random.pick(lanes);
    place(
      'crack',
      xM + random.between(-1.2, 1.2),
      zM,
      random.between(1, 2.4),
      random.between(2, 6),
    );
  }
  for (let zM: number = ROAD.nearEndZM; zM > ROAD.farEndZM; zM -= random.between(13, 26)) {
    place('patch', random.between(-4.6, 5.6), zM, random.between(0.9, 2.2), random.between(1.5, 5));
  }
  for (let zM: number = ROAD.nearEndZM - 7; zM > ROAD.farEndZM; zM -= random.between(14, 24)) {
    place('manhole', random.pick([-1.8, 0.75, 1.6, 4.4, 5.3]), zM, 0.72, 0.72);
  }
  for (let zM: number = ROAD.nearEndZM - 3; zM > ROAD.farEndZM; zM -= 18) {
    place('drain', ROAD.leftKerbXM + 0.24, zM, 0.42, 0.5);
    if (Math.abs(zM - SIDE_ROAD.zM) > 10)
      place('drain', ROAD.rightKerbXM - 0.24, zM - 5, 0.42, 0.5);
  }
  // A trench across the road, mended long ago.
  place('patch', 0.5, random.between(-20, -12), 12.4, 0.8);
  place('patch', 0.5, random.between(-92, -78), 12.4, 0.8);
}

function decal(
  cell: number,
  xM: number,
  zM: number,
  widthM: number,
  lengthM: number,
): BufferGeometry {
  const u = (cell % CELLS_A_SIDE) / CELLS_A_SIDE;
  const v = 1 - (Math.floor(cell / CELLS_A_SIDE) + 1) / CELLS_A_SIDE;
  const size = 1 / CELLS_A_SIDE;
  const [x0, x1, z0, z1] = [xM - widthM / 2, xM + widthM / 2, zM + lengthM / 2, zM - lengthM / 2];
  return surface(
    [x0, HEIGHT_M, z0, x1, HEIGHT_M, z0, x1, HEIGHT_M, z1, x0, HEIGHT_M, z1],
    [u, v, u + size, v, u + size, v + size, u, v + size],
    [0, 1, 2, 0, 2, 3],
  );
}

function paintCells(brush: Brush, random: Random): void {
  for (const [kind, paint] of [
    ['patch', paintPatch],
    ['crack', paintCrack],
    ['manhole', paintManhole],
    ['drain', paintDrain],
  ] as const) {
    for (const cell of CELLS[kind]) {
      brush.save();
      brush.translate((cell % CELLS_A_SIDE) * CELL_PX, Math.floor(cell / CELLS_A_SIDE) * CELL_PX);
      brush.beginPath();
      brush.rect(0, 0, CELL_PX, CELL_PX);
      brush.clip();
      paint(brush, random);
      brush.restore();
    }
  }
  addGrain(brush, random, 22);
}

function paintPatch(brush: Brush, random: Random): void {
  const grey = random.between(70, 98);
  brush.fillStyle = `rgba(${grey},${grey},${grey + 3},0.82)`;
  brush.fillRect(5, 5, CELL_PX - 10, CELL_PX - 10);
  brush.strokeStyle = 'rgba(26,26,28,0.8)';
  brush.lineWidth = 4;
  brush.strokeRect(5, 5, CELL_PX - 10, CELL_PX - 10);
}

function paintCrack(brush: Brush, random: Random): void {
  const branch = (x: number, y: number, angle: number, width: number): void => {
    let [atX, atY, heading] = [x, y, angle];
    brush.lineWidth = width;
    brush.beginPath();
    brush.moveTo(atX, atY);
    for (let step = 0; step < 14; step += 1) {
      heading += random.between(-0.5, 0.5);
      atX += Math.cos(heading) * 8;
      atY += Math.sin(heading) * 8;
      brush.lineTo(atX, atY);
      if (width > 1.5 && random.chance(0.2)) {
        brush.stroke();
        branch(atX, atY, heading + random.between(-1.2, 1.2), 1.2);
        brush.lineWidth = width;
        brush.beginPath();
        brush.moveTo(atX, atY);
      }
    }
    brush.stroke();
  };
  brush.strokeStyle = 'rgba(28,27,27,0.75)';
  branch(CELL_PX / 2 + random.between(-20, 20), 6, Math.PI / 2, 2.2);
}

function paintManhole(brush: Brush, random: Random): void {
  const middle = CELL_PX / 2;
  const disc = (radius: number, colour: string): void => {
    brush.fillStyle = colour;
    brush.beginPath();
    brush.arc(middle, middle, radius, 0, Math.PI * 2);
    brush.fill();
  };
  disc(60, 'rgb(92,90,88)');
  disc(52, 'rgb(40,38,36)');
  const grey = random.between(66, 92);
  disc(49, `rgb(${grey},${grey - 4},${grey - 8})`);
  brush.fillStyle = 'rgba(30,28,26,0.6)';
  for (let row = -4; row <= 4; row += 1) {
    for (let column = -4; column <= 4; column += 1) {
      if (row * row + column * column > 18) continue;
      brush.fillRect(middle + column * 10 - 3, middle + row * 10 - 3, 6, 6);
    }
  }
}

function paintDrain(brush: Brush): void {
  brush.fillStyle = 'rgb(72,70,68)';
  brush.fillRect(4, 4, CELL_PX - 8, CELL_PX - 8);
  brush.fillStyle = 'rgb(12,12,12)';
  for (let slot = 0; slot < 6; slot += 1) brush.fillRect(14, 14 + slot * 18, CELL_PX - 28, 9);
}
