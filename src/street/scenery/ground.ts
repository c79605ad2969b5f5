import type { BufferGeometry, Material } from 'three';
import { ROAD, SIDE_ROAD } from '../layout';
import type { Random } from '../random';
import { addDecals } from './decals';
import { paintAsphalt, paintGrass, paintSlabs, ROAD_TILE } from './ground-paint';
import { besideKerb, farRightKerb, GROUND_ENDS, leftKerb, nearRightKerb } from './kerb-line';
import { listRoadMarkings } from './road-markings';
import type { SceneryBuilder } from './scenery-builder';
import { band, flat, surface, type GroundPoint } from './shapes';

const KERB_HEIGHT_M = 0.12;
const KERB_WIDTH_M = 0.15;
/** Lines lie on the asphalt; further up they would float at a shallow angle. */
const MARKING_HEIGHT_M = 0.009;
/** Below the roads, so that it shows only beside them. */
const GRASS_HEIGHT_M = -0.03;
const SLABS_PER_TILE_M = 2.2;

/** Roads, what is painted on them and lies in them, kerbs, pavements and the grass around. */
export function addGround(builder: SceneryBuilder, random: Random): void {
  addRoads(builder, random.fork('asphalt'));
  addMarkings(builder, random.fork('markings'));
  addDecals(builder, random.fork('decals'));
  addKerbsAndPavements(builder, random.fork('slabs'));
  const grass = builder.texture(512, 512, (brush) => paintGrass(brush, random.fork('grass')));
  const { nearZM, farZM, sideXM } = GROUND_ENDS;
  const lawn = flat(
    [
      [-sideXM, nearZM],
      [sideXM, nearZM],
      [sideXM, farZM * 1.7],
      [-sideXM, farZM * 1.7],
    ],
    GRASS_HEIGHT_M,
  );
  scaleTexture(lawn, 1 / 4);
  builder.add(builder.groundMaterial({ map: grass }), lawn);
}

function addRoads(builder: SceneryBuilder, random: Random): void {
  const { sidePx } = ROAD_TILE;
  const map = builder.texture(sidePx, sidePx, (brush) => paintAsphalt(brush, random));
  const asphalt = builder.groundMaterial({ map });
  const { nearZM, farZM, sideXM } = GROUND_ENDS;
  const { leftKerbXM, rightKerbXM } = ROAD;
  for (let zM: number = nearZM; zM > farZM; zM -= ROAD_TILE.lengthM / 2) {
    const farther = zM - ROAD_TILE.lengthM / 2;
    const piece = roadPiece([leftKerbXM, zM], [rightKerbXM, farther], false);
    builder.add(asphalt, piece, { tint: greyTint(random) });
  }
  const { zM, halfWidthM } = SIDE_ROAD;
  for (let xM: number = rightKerbXM; xM < sideXM; xM += ROAD_TILE.lengthM) {
    const piece = roadPiece([xM, zM + halfWidthM], [xM + ROAD_TILE.lengthM, zM - halfWidthM], true);
    builder.add(asphalt, piece, { tint: greyTint(random) });
  }
  for (const corner of cornerFillets()) {
    // Little is seen of it: any piece of the tile will do.
    scaleTexture(corner, 1 / ROAD_TILE.lengthM);
    builder.add(asphalt, corner);
  }
}

/** Asphalt is not the same grey all along. */
function greyTint(random: Random): number {
  return Math.round(random.between(0xec, 0xff)) * 0x010101;
}

/** A rectangle of road between two corners; `isSide`: traffic runs along x. */
function roadPiece(near: GroundPoint, far: GroundPoint, isSide: boolean): BufferGeometry {
  const [x0, z0] = near;
  const [x1, z1] = far;
  const place = (x: number, z: number): [number, number] =>
    isSide
      ? // The side road wears the two lanes away of the main road.
        [(z0 - z - ROAD.leftKerbXM) / ROAD_TILE.widthM, x / ROAD_TILE.lengthM]
      : [(x - ROAD.leftKerbXM) / ROAD_TILE.widthM, -z / ROAD_TILE.lengthM];
  return surface(
    [x0, 0, z0, x1, 0, z0, x1, 0, z1, x0, 0, z1],
    [...place(x0, z0), ...place(x1, z0), ...place(x1, z1), ...place(x0, z1)],
    [0, 1, 2, 0, 2, 3],
  );
}

/** The asphalt between the straight kerbs and the rounded corners. */
function cornerFillets(): BufferGeometry[] {
  const { zM, halfWidthM, cornerRadiusM } = SIDE_ROAD;
  const reachXM = ROAD.rightKerbXM + cornerRadiusM;
  const isInCorner = ([x, z]: GroundPoint): boolean =>
    x <= reachXM + 0.01 && Math.abs(z - zM) <= halfWidthM + cornerRadiusM + 0.01;
  return [
    { line: nearRightKerb(), tip: [ROAD.rightKerbXM, zM + halfWidthM] as const },
    { line: farRightKerb(), tip: [ROAD.rightKerbXM, zM - halfWidthM] as const },
  ].map(({ line, tip }) => {
    const curve = line.filter(isInCorner);
    const outline = [tip, ...curve];
    const shape = flat(outline, 0.001);
    return shape;
  });
}

function addMarkings(builder: SceneryBuilder, random: Random): void {
  const map = builder.texture(256, 256, (brush) => {
    brush.fillStyle = 'rgb(214,213,205)';
    brush.fillRect(0, 0, 256, 256);
    // Worn through to the asphalt in places.
    for (let spot = 0; spot < 420; spot += 1) {
      const grey = random.between(120, 185);
      brush.fillStyle = `rgba(${grey},${grey},${grey},${random.between(0.2, 0.8)})`;
      brush.fillRect(
        random.between(0, 256),
        random.between(0, 256),
        random.between(1, 7),
        random.between(1, 9),
      );
    }
  });
  const paint = builder.groundMaterial({ map, polygonOffset: true, polygonOffsetFactor: -2 });
  for (const { kind, outline } of listRoadMarkings()) {
    const isYellow = kind === 'no-parking' || kind === 'edge-line';
    for (const piece of sliceAlong(outline)) {
      builder.add(paint, flat(piece, MARKING_HEIGHT_M), { tint: isYellow ? 0xe8d37a : 0xffffff });
    }
  }
}

/** Cuts long lines along z, so that each piece falls into one slice of the builder. */
function sliceAlong(outline: readonly GroundPoint[]): readonly (readonly GroundPoint[])[] {
  const [a, b, c, d] = outline;
  if (!a || !b || !c || !d || Math.abs(c[1] - a[1]) < 20) return [outline];
  const count = Math.ceil(Math.abs(c[1] - a[1]) / 16);
  return Array.from({ length: count }, (_, index) => {
    const z0 = a[1] + ((c[1] - a[1]) * index) / count;
    const z1 = a[1] + ((c[1] - a[1]) * (index + 1)) / count;
    return [
      [a[0], z0],
      [b[0], z0],
      [c[0], z1],
      [d[0], z1],
    ] as const;
  });
}

function addKerbsAndPavements(builder: SceneryBuilder, random: Random): void {
  const map = builder.texture(256, 256, (brush) => paintSlabs(brush, random));
  const slabs = builder.groundMaterial({ map });
  const stone = builder.groundMaterial({ map });
  // Walked so that the road is on the left: the left kerb backwards.
  for (const line of [[...leftKerb()].reverse(), nearRightKerb(), farRightKerb()]) {
    addKerb(builder, line, slabs, stone);
  }
}

function addKerb(
  builder: SceneryBuilder,
  line: readonly GroundPoint[],
  slabs: Material,
  stone: Material,
): void {
  const low = line.map(([x, z]) => [x, 0, z] as const);
  const raised = (distanceM: number): (readonly [number, number, number])[] =>
    besideKerb(line, distanceM).map(([x, z]) => [x, KERB_HEIGHT_M, z] as const);
  const [edge, inner, outer] = [raised(0), raised(KERB_WIDTH_M), raised(ROAD.pavementWidthM)];
  for (let from = 0; from + 1 < line.length; from += 1) {
    const pick = <T>(list: readonly T[]): T[] => list.slice(from, from + 2);
    builder.add(stone, band(pick(low), pick(edge), [1, 1]), { tint: 0xb5b3ad });
    builder.add(stone, band(pick(edge), pick(inner), [1, 1]), { tint: 0xe8e6e0 });
    builder.add(slabs, band(pick(inner), pick(outer), [SLABS_PER_TILE_M, SLABS_PER_TILE_M]));
  }
}

function scaleTexture(shape: BufferGeometry, factor: number): void {
  const uv = shape.getAttribute('uv');
  for (let vertex = 0; vertex < uv.count; vertex += 1) {
    uv.setXY(vertex, uv.getX(vertex) * factor, uv.getY(vertex) * factor);
  }
}
