import {
  BoxGeometry,
  type BufferGeometry,
  CylinderGeometry,
  LatheGeometry,
  Matrix4,
  RingGeometry,
  Vector2,
} from 'three';
import { MeshBuilder } from './mesh-builder';
import { PART_COLOURS } from './part-colours';

/** Spokes of each style: how many, how wide (of the radius), and whether the wheel is a covered steel one. */
const STYLES = [
  { count: 5, width: 0.2, isSplit: false },
  { count: 10, width: 0.09, isSplit: false },
  { count: 5, width: 0.1, isSplit: true },
  { count: 7, width: 0.13, isSplit: false },
  { count: 0, width: 0, isSplit: false },
  { count: 6, width: 0.24, isSplit: false },
] as const;

const SEGMENTS = 20;

/**
 * One wheel around the z axis, radius 1, width 1, its face towards +z: scaled by whoever mounts it. One slot:
 * `parts`. The caller disposes of it.
 */
export function buildWheel(style: number, rimColour: number, rimShare: number): BufferGeometry {
  const builder = new MeshBuilder();
  const turned = new Matrix4().makeRotationX(Math.PI / 2);
  // The lathe turns around y; after the rotation its +y is +z.
  const tread = [
    [rimShare, 0.42],
    [0.93, 0.5],
    [1, 0.34],
    [1, -0.34],
    [0.93, -0.5],
  ].map(([radius = 0, along = 0]) => new Vector2(radius, -along));
  builder.solid(
    'parts',
    new LatheGeometry([...tread].reverse(), SEGMENTS),
    new Matrix4().makeRotationX(-Math.PI / 2),
    PART_COLOURS.tyre,
  );
  const at = (zM: number): Matrix4 => new Matrix4().makeTranslation(0, 0, zM);
  builder.solid('parts', new RingGeometry(0, rimShare, SEGMENTS, 1), at(0.26), 0x141517);
  builder.solid(
    'parts',
    new CylinderGeometry(0.97 * rimShare, rimShare, 0.18, SEGMENTS, 1, true),
    at(0.36).multiply(turned),
    rimColour,
  );
  builder.solid(
    'parts',
    new RingGeometry(rimShare * 0.9, rimShare, SEGMENTS, 1),
    at(0.45),
    rimColour,
  );
  addSpokes(builder, style, rimColour, rimShare);
  return builder.build().geometry;
}

function addSpokes(builder: MeshBuilder, style: number, rimColour: number, rimShare: number): void {
  const { count, width, isSplit } = STYLES[style % STYLES.length] ?? STYLES[0];
  const at = (zM: number): Matrix4 => new Matrix4().makeTranslation(0, 0, zM);
  if (count === 0) {
    // A steel wheel under a plastic cover with holes.
    builder.solid('parts', new RingGeometry(0, rimShare * 0.62, SEGMENTS, 1), at(0.44), rimColour);
    for (let hole = 0; hole < 8; hole += 1) {
      const angle = (hole * Math.PI) / 4;
      const matrix = new Matrix4()
        .makeRotationZ(angle)
        .multiply(new Matrix4().makeTranslation(rimShare * 0.76, 0, 0.43));
      builder.solid(
        'parts',
        new BoxGeometry(rimShare * 0.32, rimShare * 0.3, 0.02),
        matrix,
        rimColour,
      );
    }
    return;
  }
  for (let spoke = 0; spoke < count; spoke += 1) {
    const angle = (spoke * Math.PI * 2) / count + 0.3;
    for (const aside of isSplit ? [-0.1, 0.1] : [0]) {
      const matrix = new Matrix4()
        .makeRotationZ(angle + aside)
        .multiply(new Matrix4().makeTranslation(rimShare * 0.5, 0, 0.4));
      builder.solid('parts', new BoxGeometry(rimShare * 0.96, width, 0.12), matrix, rimColour);
    }
  }
  builder.solid(
    'parts',
    new CylinderGeometry(0.15, 0.17, 0.14, 10),
    at(0.42).multiply(new Matrix4().makeRotationX(Math.PI / 2)),
    rimColour,
  );
}

/** The spoked wheel of a motorcycle: like `buildWheel`, seen from both sides. */
export function buildSlimWheel(rimColour: number): BufferGeometry {
  const builder = new MeshBuilder();
  const profile = [
    [0.8, 0.4],
    [0.94, 0.5],
    [1, 0.2],
    [1, -0.2],
    [0.94, -0.5],
    [0.8, -0.4],
    [0.72, 0],
    [0.8, 0.4],
  ].map(([radius = 0, along = 0]) => new Vector2(radius, along));
  builder.solid(
    'parts',
    new LatheGeometry(profile, SEGMENTS),
    new Matrix4().makeRotationX(Math.PI / 2),
    PART_COLOURS.tyre,
  );
  for (let spoke = 0; spoke < 5; spoke += 1) {
    const matrix = new Matrix4()
      .makeRotationZ((spoke * Math.PI * 2) / 5)
      .multiply(new Matrix4().makeTranslation(0.4, 0, 0));
    builder.solid('parts', new BoxGeometry(0.8, 0.1, 0.3), matrix, rimColour);
  }
  const disc = new Matrix4().makeRotationX(Math.PI / 2);
  builder.solid('parts', new CylinderGeometry(0.42, 0.42, 0.6, 14), disc, PART_COLOURS.steel);
  return builder.build().geometry;
}
