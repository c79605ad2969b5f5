import { BoxGeometry, BufferGeometry, CylinderGeometry, Float32BufferAttribute } from 'three';

/** Corner of a flat shape on the ground: x, z in metres. */
export type GroundPoint = readonly [xM: number, zM: number];

/** A box that stands on `bottomM`, its middle at x, z. Its texture is `metresPerTile` wide on every face. */
export function box(
  size: readonly [xM: number, yM: number, zM: number],
  at: readonly [xM: number, bottomM: number, zM: number],
  metresPerTile = 1,
): BufferGeometry {
  const [x, y, z] = size;
  const shape = new BoxGeometry(x, y, z);
  const uv = shape.getAttribute('uv');
  // Faces in three.js's order: +x, -x, +y, -y, +z, -z; four corners each.
  const faces: readonly (readonly [number, number])[] = [
    [z, y],
    [z, y],
    [x, z],
    [x, z],
    [x, y],
    [x, y],
  ];
  for (let vertex = 0; vertex < uv.count; vertex += 1) {
    const [width, height] = faces[Math.floor(vertex / 4)] ?? [1, 1];
    uv.setXY(
      vertex,
      (uv.getX(vertex) * width) / metresPerTile,
      (uv.getY(vertex) * height) / metresPerTile,
    );
  }
  return shape.translate(at[0], at[1] + y / 2, at[2]);
}

/** An upright post. */
export function post(
  radiusM: number,
  heightM: number,
  at: readonly [xM: number, bottomM: number, zM: number],
  sides = 8,
): BufferGeometry {
  return new CylinderGeometry(radiusM * 0.85, radiusM, heightM, sides, 1, false).translate(
    at[0],
    at[1] + heightM / 2,
    at[2],
  );
}

/**
 * A shape from corners and triangles; normals are flat or as given by the shared corners. `positions` and `uvs` are
 * flat lists; counterclockwise triangles face the viewer.
 */
export function surface(
  positions: readonly number[],
  uvs: readonly number[],
  triangles: readonly number[],
): BufferGeometry {
  const shape = new BufferGeometry();
  shape.setAttribute('position', new Float32BufferAttribute(positions, 3));
  shape.setAttribute('uv', new Float32BufferAttribute(uvs, 2));
  shape.setIndex([...triangles]);
  shape.computeVertexNormals();
  return shape;
}

/** A convex shape that lies at height `yM`, its corners in either order. Texture: one tile a metre. */
export function flat(outline: readonly GroundPoint[], yM: number): BufferGeometry {
  const positions = outline.flatMap(([x, z]) => [x, yM, z]);
  const uvs = outline.flatMap(([x, z]) => [x, -z]);
  const triangles: number[] = [];
  const isUp = signedArea(outline) < 0;
  for (let corner = 2; corner < outline.length; corner += 1) {
    triangles.push(0, ...(isUp ? [corner - 1, corner] : [corner, corner - 1]));
  }
  return surface(positions, uvs, triangles);
}

/** A band between two lines of as many points each, `left` at the left of who walks along them; v runs along, u across. */
export function band(
  left: readonly (readonly [number, number, number])[],
  right: readonly (readonly [number, number, number])[],
  metresPerTile: readonly [across: number, along: number],
): BufferGeometry {
  const positions: number[] = [];
  const uvs: number[] = [];
  const triangles: number[] = [];
  let alongM = 0;
  left.forEach((from, index) => {
    const to = right[index] ?? from;
    const before = left[index - 1] ?? from;
    alongM += Math.hypot(from[0] - before[0], from[2] - before[2]);
    const acrossM = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
    positions.push(...from, ...to);
    uvs.push(0, alongM / metresPerTile[1], acrossM / metresPerTile[0], alongM / metresPerTile[1]);
    if (index > 0) {
      const at = index * 2;
      triangles.push(at - 2, at - 1, at, at - 1, at + 1, at);
    }
  });
  return surface(positions, uvs, triangles);
}

function signedArea(outline: readonly GroundPoint[]): number {
  let area = 0;
  outline.forEach(([x, z], index) => {
    const [nextX, nextZ] = outline[(index + 1) % outline.length] ?? [x, z];
    area += x * nextZ - nextX * z;
  });
  return area / 2;
}
