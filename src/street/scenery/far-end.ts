import { BackSide, Color, CylinderGeometry, Mesh, MeshBasicMaterial, type Object3D } from 'three';
import { ROAD } from '../layout';
import type { Random } from '../random';
import { paintBricks } from './ground-paint';
import type { SceneryBuilder } from './scenery-builder';
import { box, flat } from './shapes';

/*
 * Why the road does not end in nothing: a railway bridge crosses it a little before traffic vanishes, dark inside,
 * and hills of trees and roofs stand in the haze all around.
 */

/** The bridge's face; traffic comes and goes at `ROAD.farEndZM`, well inside. */
const BRIDGE_Z_M = ROAD.farEndZM + 9;
const BRIDGE_DEPTH_M = 26;
/** Clear height: the tallest lorry has 3.4 m. */
const CLEARANCE_M = 4.5;
const DECK_HEIGHT_M = 1.6;
const EMBANKMENT_LENGTH_M = 110;

const SKYLINE_RADIUS_M = 330;
const SKYLINE_HEIGHT_M = 42;

/** The bridge and its embankments. */
export function addBridge(builder: SceneryBuilder, random: Random): void {
  const map = builder.texture(256, 256, (brush) => paintBricks(brush, random));
  const bricks = builder.material({ map });
  const left = ROAD.leftKerbXM - ROAD.pavementWidthM;
  const right = ROAD.rightKerbXM + ROAD.pavementWidthM;
  const middleZM = BRIDGE_Z_M - BRIDGE_DEPTH_M / 2;
  const height = CLEARANCE_M + DECK_HEIGHT_M;
  for (const [edgeXM, side] of [
    [left, -1],
    [right, 1],
  ] as const) {
    const middleXM = edgeXM + (side * EMBANKMENT_LENGTH_M) / 2;
    const wall = box([EMBANKMENT_LENGTH_M, height, BRIDGE_DEPTH_M], [middleXM, 0, middleZM], 2.4);
    builder.add(bricks, wall, { tint: 0x8d6a5a, castsShadow: true });
  }
  const width = right - left;
  const middleXM = (left + right) / 2;
  const deck = box([width, DECK_HEIGHT_M, BRIDGE_DEPTH_M], [middleXM, CLEARANCE_M, middleZM], 2.4);
  builder.add(bricks, deck, { tint: 0x4f5a52, castsShadow: true });
  const parapet = box([width + 6, 0.35, 0.5], [middleXM, height, BRIDGE_Z_M + 0.1], 2.4);
  builder.add(bricks, parapet, { tint: 0x9a938a });
  addDarkness(builder, left, right);
}

/** No light is cast into the bridge: its ground and its far end are painted dark. */
function addDarkness(builder: SceneryBuilder, left: number, right: number): void {
  const dark = builder.own(
    new MeshBasicMaterial({ color: 0x050505, transparent: true, opacity: 0.6, depthWrite: false }),
  );
  for (let step = 0; step < 3; step += 1) {
    const fromZM = BRIDGE_Z_M - 1 - step * 2.5;
    const outline = [
      [left, fromZM],
      [right, fromZM],
      [right, BRIDGE_Z_M - BRIDGE_DEPTH_M],
      [left, BRIDGE_Z_M - BRIDGE_DEPTH_M],
    ] as const;
    builder.add(dark, flat(outline, 0.16 + step * 0.01));
  }
  const solid = builder.own(new MeshBasicMaterial({ color: 0x0b0c0d }));
  builder.add(
    solid,
    box(
      [right - left, CLEARANCE_M, 0.2],
      [(left + right) / 2, 0, BRIDGE_Z_M - BRIDGE_DEPTH_M + 0.5],
    ),
  );
}

/** Roofs and trees in the haze, all around. */
export function addSkyline(builder: SceneryBuilder, parent: Object3D, random: Random): void {
  const fog = new Color(builder.light.fogColour);
  const map = builder.texture(1024, 128, (brush) => {
    brush.clearRect(0, 0, 1024, 128);
    for (const [share, base, swing] of [
      [0.75, 62, 22],
      [0.45, 92, 18],
    ] as const) {
      brush.fillStyle = `#${new Color(0x3c4a3c).lerp(fog, share).getHexString()}`;
      for (let x = 0; x < 1024; x += 6) {
        const isRoof = random.chance(0.12);
        const top = base - random.between(0, swing);
        if (isRoof) brush.fillRect(x, top - 6, 26, 140);
        brush.beginPath();
        brush.ellipse(x, top + 20, random.between(8, 18), random.between(12, 24), 0, 0, 7);
        brush.fill();
        brush.fillRect(x, top + 18, 8, 128);
      }
    }
  });
  map.repeat.set(5, 1);
  const material = builder.own(
    new MeshBasicMaterial({ map, side: BackSide, alphaTest: 0.5, fog: false }),
  );
  const shape = builder.own(
    new CylinderGeometry(SKYLINE_RADIUS_M, SKYLINE_RADIUS_M, SKYLINE_HEIGHT_M, 40, 1, true),
  );
  const ring = new Mesh(shape, material);
  ring.position.set(0, SKYLINE_HEIGHT_M / 2 - 12, -60);
  ring.renderOrder = 3;
  parent.add(ring);
}
