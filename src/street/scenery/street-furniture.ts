import {
  CylinderGeometry,
  MeshBasicMaterial,
  Vector3,
  type BufferGeometry,
  type Material,
} from 'three';
import { ROAD, SIDE_ROAD, STREET_CAMERAS } from '../layout';
import type { Random } from '../random';
import type { SceneryBuilder } from './scenery-builder';
import { box, post } from './shapes';

/** Street lamps: where their light comes from. */
export interface StreetLamp {
  readonly xM: number;
  readonly yM: number;
  readonly zM: number;
}

const LAMP_HEIGHT_M = 6.4;
const LAMP_REACH_M = 1.7;
/**
 * The first two of the right side stand close before a camera each, and hide a strip of the outer lane: vehicles
 * pass behind a pole, as they do in real streets.
 */
const RIGHT_LAMP_Z_M: readonly number[] = [-5, -77, 27, -29, -101, -126];
/** Lamps of the left side. */
export const LEFT_LAMP_Z_M: readonly number[] = [14, -13, -40, -60, -86, -112, -136];

const GREY_STEEL = 0x6b7073;

/** Lamp posts, signs, camera poles and what else stands on pavements. Returns the lamps. */
export function addFurniture(builder: SceneryBuilder, random: Random): readonly StreetLamp[] {
  const steel = builder.material({});
  const glass = builder.own(
    new MeshBasicMaterial(builder.light.areLampsOn ? { color: 0xffdca6 } : { color: 0xcfd2d0 }),
  );
  // Brighter than white: a lamp one looks into.
  if (builder.light.areLampsOn) glass.color.multiplyScalar(5);
  const lamps = [
    ...RIGHT_LAMP_Z_M.map((zM) => addLamp(builder, steel, glass, 1, zM)),
    ...LEFT_LAMP_Z_M.map((zM) => addLamp(builder, steel, glass, -1, zM)),
  ];
  addSigns(builder, steel);
  addCameras(builder, steel);
  addSmallThings(builder, steel, random);
  return lamps;
}

function addLamp(
  builder: SceneryBuilder,
  steel: Material,
  glass: Material,
  side: -1 | 1,
  zM: number,
): StreetLamp {
  const kerbXM = side < 0 ? ROAD.leftKerbXM : ROAD.rightKerbXM;
  const xM = kerbXM + side * 0.4;
  const headXM = xM - side * LAMP_REACH_M;
  const add = (part: BufferGeometry): void =>
    builder.add(steel, part, { tint: GREY_STEEL, castsShadow: true });
  add(post(0.075, LAMP_HEIGHT_M, [xM, 0, zM]));
  add(post(0.11, 1.1, [xM, 0, zM]));
  add(box([LAMP_REACH_M, 0.07, 0.07], [(xM + headXM) / 2, LAMP_HEIGHT_M - 0.05, zM]));
  add(box([0.75, 0.1, 0.26], [headXM, LAMP_HEIGHT_M - 0.06, zM]));
  builder.add(glass, box([0.6, 0.05, 0.2], [headXM, LAMP_HEIGHT_M - 0.11, zM]));
  return { xM: headXM, yM: LAMP_HEIGHT_M - 0.2, zM };
}

function addSigns(builder: SceneryBuilder, steel: Material): void {
  const add = (part: BufferGeometry, tint: number): void =>
    builder.add(steel, part, { tint, castsShadow: true });
  const rightXM = ROAD.rightKerbXM + 0.45;
  // Parking plates face the cameras. A round sign there is taken for a car now and then (score 0.36): red ring, white field.
  for (const zM of [-13, -86]) {
    add(post(0.035, 2.7, [rightXM + 1.3, 0, zM]), 0x8b8f91);
    add(box([0.34, 0.5, 0.03], [rightXM + 1.3, 2.15, zM + 0.05]), 0x24509a);
    add(box([0.1, 0.24, 0.03], [rightXM + 1.3, 2.28, zM + 0.06]), 0xe6e6e2);
  }
  // Speed limits for those who come: the cameras see their grey rear.
  for (const [xM, zM, facing] of [
    [ROAD.leftKerbXM - 0.45, -22, -1],
    [ROAD.leftKerbXM - 0.45, -96, -1],
  ] as const) {
    add(post(0.035, 2.7, [xM, 0, zM]), 0x8b8f91);
    const disc = (radiusM: number, offsetM: number): BufferGeometry =>
      new CylinderGeometry(radiusM, radiusM, 0.02, 20)
        .rotateX(Math.PI / 2)
        .translate(xM, 2.45, zM + facing * offsetM);
    add(disc(0.3, 0.045), 0xb3201c);
    add(disc(0.22, 0.06), 0xeceae4);
    add(disc(0.3, 0.03), 0x8b8f91);
  }
  // Name plate at the corner.
  add(post(0.035, 2.3, [10.8, 0, -37.6]), 0x8b8f91);
  add(box([0.95, 0.22, 0.03], [10.8, 2, -37.55]), 0x1f4a86);
}

/** The poles of both cameras, and the cameras themselves as the other one may see them. */
function addCameras(builder: SceneryBuilder, steel: Material): void {
  for (const { positionM, targetM } of STREET_CAMERAS) {
    const eye = new Vector3(...positionM);
    const back = eye
      .clone()
      .sub(new Vector3(...targetM))
      .setY(0)
      .normalize();
    // Behind the lens, so that no camera sees its own housing.
    const housing = eye.clone().addScaledVector(back, 0.35);
    const poleAt = eye.clone().addScaledVector(back, 0.75);
    const add = (part: BufferGeometry, tint: number): void =>
      builder.add(steel, part, { tint, castsShadow: true });
    add(post(0.08, eye.y + 0.4, [poleAt.x, 0, poleAt.z]), GREY_STEEL);
    add(box([0.24, 0.14, 0.4], [housing.x, eye.y - 0.07, housing.z]), 0xd4d6d6);
    add(box([0.06, 0.06, 0.5], [poleAt.x, eye.y - 0.03, poleAt.z - 0.2]), GREY_STEEL);
  }
}

/** Bins, bollards, a post box, cable boxes: small, upright, and nothing like a vehicle. */
function addSmallThings(builder: SceneryBuilder, steel: Material, random: Random): void {
  const add = (part: BufferGeometry, tint: number): void =>
    builder.add(steel, part, { tint, castsShadow: true });
  const leftXM = ROAD.leftKerbXM - 0.4;
  for (let zM = 20; zM > ROAD.farEndZM; zM -= random.between(18, 30)) {
    add(post(0.2, 0.85, [leftXM - 1.4, 0.1, zM], 10), random.pick([0x2e4a3a, 0x3b3f44]));
  }
  for (const side of [-1, 1]) {
    const centreZM = SIDE_ROAD.zM + side * (SIDE_ROAD.halfWidthM + SIDE_ROAD.cornerRadiusM);
    for (let step = 0; step < 4; step += 1) {
      const angle = Math.PI - side * (0.25 + step * 0.35);
      const reach = SIDE_ROAD.cornerRadiusM - 0.4;
      const xM = ROAD.rightKerbXM + SIDE_ROAD.cornerRadiusM + Math.cos(angle) * reach;
      const zM = centreZM - side * Math.abs(Math.sin(angle)) * reach;
      add(post(0.06, 0.95, [xM, 0.1, zM]), 0x2b2f32);
    }
  }
  add(post(0.24, 1.35, [leftXM - 0.1, 0.1, -27.5], 14), 0xa81f1c);
  add(box([0.4, 1.1, 0.75], [-7.9, 0.1, -31]), 0x5d6b5f);
  add(box([0.4, 1.1, 0.75], [-7.9, 0.1, -101]), 0x5d6b5f);
}
