import { type BufferGeometry, Vector3 } from 'three';

/** How many directions an outline is exact in. */
const DIRECTION_COUNT = 240;

/**
 * The points of some geometries that lie furthest out in many directions: whatever way one looks at them, their extent
 * is that of the whole, but for a centimetre. xyz triples, metres.
 */
export function outlineOf(geometries: readonly BufferGeometry[]): Float32Array {
  const points: Vector3[] = [];
  for (const geometry of geometries) {
    const positions = geometry.getAttribute('position');
    for (let index = 0; index < positions.count; index += 1) {
      points.push(new Vector3().fromBufferAttribute(positions, index));
    }
  }
  const chosen = new Set<Vector3>();
  for (let index = 0; index < DIRECTION_COUNT; index += 1) {
    const direction = sphereDirection(index);
    let best: Vector3 | null = null;
    let furthest = -Infinity;
    for (const point of points) {
      const reach = point.dot(direction);
      if (reach > furthest) {
        furthest = reach;
        best = point;
      }
    }
    if (best) chosen.add(best);
  }
  return new Float32Array([...chosen].flatMap(({ x, y, z }) => [x, y, z]));
}

/** Evenly spread over the sphere: Fibonacci's lattice. */
function sphereDirection(index: number): Vector3 {
  const y = 1 - (2 * (index + 0.5)) / DIRECTION_COUNT;
  const radius = Math.sqrt(1 - y * y);
  const angle = index * Math.PI * (3 - Math.sqrt(5));
  return new Vector3(radius * Math.cos(angle), y, radius * Math.sin(angle));
}
