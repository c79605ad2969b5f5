import {
  CylinderGeometry,
  IcosahedronGeometry,
  Vector3,
  type BufferGeometry,
  type Material,
} from 'three';
import { mergeVertices } from 'three/addons/utils/BufferGeometryUtils.js';
import { ROAD, SIDE_ROAD } from '../layout';
import type { Random } from '../random';
import { paintLeaves } from './ground-paint';
import { HOUSE_FRONTS } from './house-fronts';
import type { SceneryBuilder } from './scenery-builder';
import { box, type GroundPoint } from './shapes';
import { LEFT_LAMP_Z_M } from './street-furniture';

const LEAF_TINTS = [0x93a866, 0x84985e, 0xa3a866, 0x7a9058];
/** Street trees stand at the outer edge of the pavement; their crowns begin above a lorry's cab. */
const TREE_X_M = { left: ROAD.leftKerbXM - 1.75, right: ROAD.rightKerbXM + 1.9 } as const;
/** Clear of the junction and of what the cameras look past. */
const RIGHT_TREE_Z_M: readonly number[] = [24, -25, -93, -110, -128];
/** Half a crown and some air. */
const LAMP_CLEARANCE_M = 2.6;
const HEDGE_DEPTH_M = 0.7;

/** Street trees, trees behind the houses, hedges and low walls in front of gardens. */
export function addGreenery(builder: SceneryBuilder, random: Random): void {
  const leaves = builder.texture(256, 256, (brush) => paintLeaves(brush, random.fork('leaves')));
  const materials = { leaf: builder.material({ map: leaves }), bark: builder.material({}) };
  const trees = random.fork('trees');
  for (let zM = 33; zM > ROAD.farEndZM + 12; zM -= trees.between(10, 15)) {
    // A lamp within a crown would light leaves only.
    if (LEFT_LAMP_Z_M.some((lampZM) => Math.abs(lampZM - zM) < LAMP_CLEARANCE_M)) continue;
    addTree(builder, materials, trees, [TREE_X_M.left, zM], trees.between(0.85, 1.15), true);
  }
  for (const zM of RIGHT_TREE_Z_M) {
    addTree(builder, materials, trees, [TREE_X_M.right, zM], trees.between(0.9, 1.1), true);
  }
  for (let zM = 30; zM > ROAD.farEndZM - 10; zM -= trees.between(8, 16)) {
    for (const side of [-1, 1]) {
      addTree(
        builder,
        materials,
        trees,
        [side * trees.between(25, 34), zM],
        trees.between(1.8, 2.6),
        false,
      );
    }
  }
  addHedges(builder, materials.leaf, random.fork('hedges'));
}

function addTree(
  builder: SceneryBuilder,
  materials: { readonly leaf: Material; readonly bark: Material },
  random: Random,
  [xM, zM]: GroundPoint,
  scale: number,
  isNear: boolean,
): void {
  // Those behind the houses show a little of their crowns: fewer corners, no shadow.
  const detail = (builder.quality === 'fine' ? 2 : 1) + (isNear ? 1 : 0);
  const place = (part: BufferGeometry): BufferGeometry =>
    part.scale(scale, scale, scale).translate(xM, 0, zM);
  const trunk = new CylinderGeometry(0.1, 0.17, 3.6, 7).translate(0, 1.8, 0);
  builder.add(materials.bark, place(trunk), { tint: 0x5a4a3b, castsShadow: isNear });
  const tint = random.pick(LEAF_TINTS);
  for (let blob = 0; blob < 7; blob += 1) {
    const angle = (blob / 6) * Math.PI * 2 + random.between(-0.4, 0.4);
    const reachM = blob === 6 ? 0 : random.between(0.5, 0.95);
    const radiusM = random.between(0.8, 1.2);
    const crown = leafBall(radiusM, detail, random);
    crown.translate(
      Math.cos(angle) * reachM,
      blob === 6 ? 5.4 : random.between(4, 4.9),
      Math.sin(angle) * reachM,
    );
    builder.add(materials.leaf, place(crown), { tint, castsShadow: isNear });
  }
}

/** A ball with dents, light above and dark below. */
function leafBall(radiusM: number, detail: number, random: Random): BufferGeometry {
  const shape = new IcosahedronGeometry(radiusM, detail);
  const position = shape.getAttribute('position');
  const phase = random.between(0, 6);
  for (let vertex = 0; vertex < position.count; vertex += 1) {
    const [x, y, z] = [position.getX(vertex), position.getY(vertex), position.getZ(vertex)];
    const dent = 1 + 0.2 * Math.sin(x * 8 + y * 6 + phase) * Math.sin(z * 7 + y * 5 - phase);
    position.setXYZ(vertex, x * dent, y * dent * 0.85, z * dent);
  }
  // Round normals: a crown is a cloud of leaves, not a cut stone.
  const normal = shape.getAttribute('normal');
  for (let vertex = 0; vertex < position.count; vertex += 1) {
    const away = new Vector3().fromBufferAttribute(position, vertex).normalize();
    normal.setXYZ(vertex, away.x, away.y, away.z);
  }
  const colours = new Float32Array(position.count * 3);
  for (let vertex = 0; vertex < position.count; vertex += 1) {
    colours.fill(0.74 + (0.3 * position.getY(vertex)) / radiusM, vertex * 3, vertex * 3 + 3);
  }
  shape.setAttribute('color', position.clone().copyArray(colours));
  const uv = shape.getAttribute('uv');
  for (let vertex = 0; vertex < uv.count; vertex += 1) {
    uv.setXY(vertex, uv.getX(vertex) * 3, uv.getY(vertex) * 1.5);
  }
  // Corners that triangles share are computed once: without a GPU they cost as much as pixels.
  const merged = mergeVertices(shape);
  shape.dispose();
  return merged;
}

/** Hedges, low walls and fences between pavement and gardens, in stretches with gaps for gates. */
function addHedges(builder: SceneryBuilder, leaf: Material, random: Random): void {
  const wall = builder.material({});
  for (const side of [-1, 1] as const) {
    const kerbXM = side < 0 ? ROAD.leftKerbXM : ROAD.rightKerbXM;
    const xM = kerbXM + side * (ROAD.pavementWidthM + 0.5);
    for (let zM: number = ROAD.nearEndZM; zM > ROAD.farEndZM + 8;) {
      const lengthM = random.between(5, 9);
      const middleZM = zM - lengthM / 2;
      zM -= lengthM + random.between(1.4, 3);
      if (side > 0 && Math.abs(middleZM - SIDE_ROAD.zM) < 14) continue;
      const kind = random.pick(['hedge', 'wall', 'fence', 'fence'] as const);
      if (kind === 'hedge') {
        const tint = random.pick(LEAF_TINTS);
        builder.add(leaf, bumpyBox(lengthM, random.between(0.7, 1), xM, middleZM, random), {
          tint,
          castsShadow: true,
        });
      } else if (kind === 'wall') {
        const low = box([0.24, 0.6, lengthM], [xM, 0, middleZM]);
        builder.add(wall, low, { tint: 0x9a6450, castsShadow: true });
        const coping = box([0.32, 0.06, lengthM], [xM, 0.6, middleZM]);
        builder.add(wall, coping, { tint: 0xaaa69e });
      } else {
        addFence(builder, wall, xM, middleZM, lengthM);
      }
    }
  }
  addGardens(builder, leaf, random);
}

function addFence(
  builder: SceneryBuilder,
  material: Material,
  xM: number,
  middleZM: number,
  lengthM: number,
): void {
  for (const bottomM of [0.3, 0.75]) {
    builder.add(material, box([0.04, 0.09, lengthM], [xM, bottomM, middleZM]), { tint: 0xd9d5cb });
  }
  for (let alongM = 0.1; alongM < lengthM; alongM += 0.32) {
    const slat = box([0.03, 0.95, 0.1], [xM + 0.03, 0.05, middleZM - lengthM / 2 + alongM]);
    builder.add(material, slat, { tint: 0xe2ded4, castsShadow: true });
  }
}

/** Bushes between fence and front. */
function addGardens(builder: SceneryBuilder, leaf: Material, random: Random): void {
  for (let zM: number = ROAD.nearEndZM; zM > ROAD.farEndZM + 8; zM -= random.between(3, 7)) {
    const shape = leafBall(random.between(0.4, 0.75), 1, random);
    const xM = HOUSE_FRONTS.leftXM + random.between(1, 2.6);
    builder.add(leaf, shape.translate(xM, 0.4, zM), { tint: random.pick(LEAF_TINTS) });
  }
}

function bumpyBox(
  lengthM: number,
  heightM: number,
  xM: number,
  zM: number,
  random: Random,
): BufferGeometry {
  const shape = box([HEDGE_DEPTH_M, heightM, lengthM], [0, 0, 0], 1.6);
  const position = shape.getAttribute('position');
  for (let vertex = 0; vertex < position.count; vertex += 1) {
    if (position.getY(vertex) > 0.1) {
      position.setX(vertex, position.getX(vertex) * random.between(0.7, 1));
    }
  }
  return shape.translate(xM, 0, zM);
}
