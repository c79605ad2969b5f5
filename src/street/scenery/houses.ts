import type { BufferGeometry, Material } from 'three';
import { ROAD, SIDE_ROAD } from '../layout';
import type { Random } from '../random';
import { FACADE_PX_PER_M, paintFacade, paintLitWindows, type Facade } from './facade-paint';
import { paintBricks, paintRoofTiles } from './ground-paint';
import { HOUSE_FRONTS } from './house-fronts';
import type { SceneryBuilder } from './scenery-builder';
import { box, surface } from './shapes';

/** A kind of house and its materials; several stand in the street. */
interface HouseKind {
  readonly facade: Facade;
  readonly front: Material;
  readonly roof: 'gable' | 'hip' | 'flat';
  readonly wallTint: number;
  readonly roofTint: number;
}

const DEPTH_M = 9;
/** Gap between two houses. */
const GAP_M = { from: 1.2, to: 3.4 } as const;
/** Right of the junction houses keep this far from the side road's middle. */
const SIDE_ROAD_CLEAR_M = 12;
/** How bright lit windows are, against the lamps' and the sky's light. */
const WINDOW_GLOW = 0.9;

/** Rows of houses on both sides of the main road, and some along the side road. */
export function addHouses(builder: SceneryBuilder, random: Random): void {
  const kinds = createKinds(builder, random.fork('kinds'));
  const bricks = builder.texture(256, 256, (brush) => paintBricks(brush, random.fork('bricks')));
  const tiles = builder.texture(256, 256, (brush) => paintRoofTiles(brush, random.fork('tiles')));
  const parts = {
    walls: builder.material({ map: bricks }),
    roof: builder.material({ map: tiles }),
  };
  const row = (side: -1 | 1, fromZM: number, toZM: number): void => {
    let previous: HouseKind | null = null;
    for (let zM = fromZM; zM > toZM;) {
      const choices = kinds.filter((kind) => kind !== previous);
      const kind = random.pick(choices);
      previous = kind;
      const half = kind.facade.widthM / 2;
      const frontXM = side < 0 ? HOUSE_FRONTS.leftXM : HOUSE_FRONTS.rightXM;
      const shift = random.between(0, 0.8);
      const turn = side < 0 ? 0 : Math.PI;
      addHouse(builder, kind, parts, (part) =>
        part.rotateY(turn).translate(frontXM + side * shift, 0, zM - half),
      );
      zM -= kind.facade.widthM + random.between(GAP_M.from, GAP_M.to);
    }
  };
  row(-1, ROAD.nearEndZM, ROAD.farEndZM + 6);
  row(1, ROAD.nearEndZM, SIDE_ROAD.zM + SIDE_ROAD_CLEAR_M + 10);
  row(1, SIDE_ROAD.zM - SIDE_ROAD_CLEAR_M, ROAD.farEndZM + 6);
  addSideRoadHouses(builder, kinds, parts, random);
}

/** What can be seen of the side road: both its sides, facing it. */
function addSideRoadHouses(
  builder: SceneryBuilder,
  kinds: readonly HouseKind[],
  parts: { readonly walls: Material; readonly roof: Material },
  random: Random,
): void {
  for (let xM = 30; xM < SIDE_ROAD.farEndXM + 20; xM += 13) {
    for (const side of [-1, 1]) {
      const kind = random.pick(kinds);
      const zM = SIDE_ROAD.zM + side * (SIDE_ROAD_CLEAR_M - 1);
      addHouse(builder, kind, parts, (part) =>
        part.rotateY((side * Math.PI) / 2).translate(xM, 0, zM),
      );
    }
  }
}

function createKinds(builder: SceneryBuilder, random: Random): readonly HouseKind[] {
  const plans: readonly Omit<HouseKind, 'front'>[] = [
    kind('brick', 9.2, 5.5, 2, 3, '158,86,66', '#5a1d1d', 'gable', 0xb0654c, 0x5b443b),
    kind('plaster', 10.4, 5.6, 2, 3, '214,204,184', '#1d3a2a', 'hip', 0xddd3bd, 0x7a4636),
    kind('brick', 8.4, 5.4, 2, 2, '176,128,88', '#22324d', 'gable', 0xc0905f, 0x45474c),
    kind('shop', 10.8, 6.4, 2, 4, '190,178,160', '#23503f', 'hip', 0xcabda6, 0x55504c),
    kind('flats', 13, 8.6, 3, 5, '186,188,186', '#3a4046', 'flat', 0xbfc1bf, 0x77797a),
    kind('plaster', 8.8, 5.2, 2, 3, '196,172,146', '#4a2c1c', 'gable', 0xcdb498, 0x63483c),
    kind('shop', 9.6, 6.2, 2, 3, '150,84,66', '#2c3d6b', 'gable', 0xa8624e, 0x4a4643),
  ];
  return plans.map((plan) => {
    const { facade } = plan;
    const size = [facade.widthM, facade.heightM].map((m) => Math.round(m * FACADE_PX_PER_M));
    const [width = 1, height = 1] = size;
    const map = builder.texture(width, height, (brush) => paintFacade(brush, facade, random));
    const lit = builder.light.areLampsOn
      ? {
          emissive: 0xffffff,
          emissiveIntensity: WINDOW_GLOW,
          emissiveMap: builder.texture(width, height, (brush) =>
            paintLitWindows(brush, facade, random),
          ),
        }
      : {};
    return { ...plan, front: builder.material({ map, ...lit }) };
  });
}

function kind(
  style: Facade['style'],
  widthM: number,
  heightM: number,
  storeyCount: number,
  columnCount: number,
  wall: string,
  door: string,
  roof: HouseKind['roof'],
  wallTint: number,
  roofTint: number,
): Omit<HouseKind, 'front'> {
  const facade = { style, widthM, heightM, storeyCount, columnCount, wall, door };
  return { facade, roof, wallTint, roofTint };
}

/** Builds a house whose front looks to +x from x = 0, and puts each part to its place. */
function addHouse(
  builder: SceneryBuilder,
  { facade, front, roof, wallTint, roofTint }: HouseKind,
  materials: { readonly walls: Material; readonly roof: Material },
  place: (part: BufferGeometry) => BufferGeometry,
): void {
  const { widthM, heightM } = facade;
  const half = widthM / 2;
  const add = (material: Material, part: BufferGeometry, tint = 0xffffff): void =>
    builder.add(material, place(part), { tint, castsShadow: true });
  const walls = box([DEPTH_M, heightM, widthM], [-DEPTH_M / 2, 0, 0], 2.4);
  // The front has its own surface, roof and ground hide the rest: only the walls to the neighbours are seen.
  walls.setIndex(Array.from(walls.getIndex()?.array ?? []).slice(NEIGHBOUR_WALLS_AT));
  add(materials.walls, walls, wallTint);
  // In front of the wall by less than a brick.
  add(
    front,
    surface(
      [0.04, 0, half, 0.04, 0, -half, 0.04, heightM, -half, 0.04, heightM, half],
      [0, 0, 1, 0, 1, 1, 0, 1],
      [0, 1, 2, 0, 2, 3],
    ),
  );
  if (roof === 'flat') {
    const parapet = box([DEPTH_M + 0.4, 0.35, widthM + 0.4], [-DEPTH_M / 2, heightM, 0], 3);
    add(materials.roof, parapet, roofTint);
  } else {
    add(materials.roof, pitchedRoof(widthM, heightM, roof === 'gable' ? 1 : 0.45), roofTint);
    if (roof === 'gable') add(materials.walls, gableWalls(widthM, heightM), wallTint);
    add(
      materials.walls,
      box([0.6, 1.5, 0.9], [-DEPTH_M * 0.5, heightM + 2.1, half * 0.3], 2.4),
      wallTint,
    );
  }
  if (facade.style === 'shop') {
    add(materials.roof, awning(widthM * 0.64 - 2.4, half - widthM * 0.36 - 2), 0xb9b09a);
  } else {
    add(
      materials.walls,
      box([0.9, 0.16, 1.6], [0.45, 0, -half + half / facade.columnCount], 2.4),
      0xa8a49c,
    );
  }
}

/** In a box's index: after the corners of +x, -x, +y and -y. */
const NEIGHBOUR_WALLS_AT = 24;
const ROOF_HEIGHT_M = 2.7;
const OVERHANG_M = 0.4;

/** Ridge along the street; `ridgeShare` 1 makes a gable roof, less a hip roof. */
function pitchedRoof(widthM: number, heightM: number, ridgeShare: number): BufferGeometry {
  const front = OVERHANG_M;
  const back = -DEPTH_M - OVERHANG_M;
  const end = widthM / 2 + (ridgeShare === 1 ? 0.25 : OVERHANG_M);
  const ridge = end * ridgeShare;
  const bottom = heightM - 0.12;
  const top = heightM + ROOF_HEIGHT_M;
  const middle = -DEPTH_M / 2;
  const slope = 2;
  const across = (z: number): number => z / 3;
  const corners = [
    // Front slope, back slope, then the two ends.
    [front, bottom, end, front, bottom, -end, middle, top, -ridge, middle, top, ridge],
    [back, bottom, -end, back, bottom, end, middle, top, ridge, middle, top, -ridge],
    [front, bottom, -end, back, bottom, -end, middle, top, -ridge, middle, top, -ridge],
    [back, bottom, end, front, bottom, end, middle, top, ridge, middle, top, ridge],
  ].flat();
  const uvs = [
    [across(-end), 0, across(end), 0, across(ridge), slope, across(-ridge), slope],
    [across(-end), 0, across(end), 0, across(ridge), slope, across(-ridge), slope],
    [0, 0, 3, 0, 1.5, slope, 1.5, slope],
    [0, 0, 3, 0, 1.5, slope, 1.5, slope],
  ].flat();
  const triangles = [0, 4, 8, 12].flatMap((at) => [at, at + 1, at + 2, at, at + 2, at + 3]);
  return surface(corners, uvs, triangles);
}

function gableWalls(widthM: number, heightM: number): BufferGeometry {
  const half = widthM / 2;
  const top = heightM + ROOF_HEIGHT_M - 0.15;
  const middle = -DEPTH_M / 2;
  return surface(
    [
      ...[0, heightM, -half, -DEPTH_M, heightM, -half, middle, top, -half],
      ...[-DEPTH_M, heightM, half, 0, heightM, half, middle, top, half],
    ],
    [0, 0, 3.7, 0, 1.9, 1.1, 0, 0, 3.7, 0, 1.9, 1.1],
    [0, 1, 2, 3, 4, 5],
  );
}

/** A cloth roof over a shop window, its middle at z. */
function awning(lengthM: number, middleZM: number): BufferGeometry {
  const [a, b] = [middleZM - lengthM / 2, middleZM + lengthM / 2];
  return surface(
    [0.06, 2.75, b, 0.06, 2.75, a, 1.1, 2.35, a, 1.1, 2.35, b, 1.1, 2.15, a, 1.1, 2.15, b],
    [0, 1, 2, 1, 2, 0.2, 0, 0.2, 2, 0, 0, 0],
    [0, 2, 1, 0, 3, 2, 3, 4, 2, 3, 5, 4],
  );
}
