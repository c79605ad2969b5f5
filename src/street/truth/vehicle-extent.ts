import type { Matrix4 } from 'three';
import type { Box } from '../../contracts/detection';
import type { VehicleState, VehicleView } from '../../contracts/street';

/** Where a point of the street is in a picture, display pixels; null behind the camera. */
export type Project = (
  xM: number,
  yM: number,
  zM: number,
) => { readonly xPx: number; readonly yPx: number } | null;

/** Beyond it (40 degrees from straight on) a vehicle shows its side rather than its front or rear. */
const END_ON_COSINE = 0.77;

/**
 * The extent of the projected points, display pixels, not cut. `outlineM`: xyz triples in the vehicle's own
 * coordinates, which `matrixWorld` puts on the street. Points behind the camera do not count; null when all are.
 */
export function extentOf(
  outlineM: Float32Array,
  matrixWorld: Matrix4,
  project: Project,
): Box | null {
  const m = matrixWorld.elements;
  let x1 = Number.POSITIVE_INFINITY;
  let y1 = Number.POSITIVE_INFINITY;
  let x2 = Number.NEGATIVE_INFINITY;
  let y2 = Number.NEGATIVE_INFINITY;
  for (let index = 0; index + 2 < outlineM.length; index += 3) {
    const x = outlineM[index] ?? 0;
    const y = outlineM[index + 1] ?? 0;
    const z = outlineM[index + 2] ?? 0;
    const point = project(
      m[0] * x + m[4] * y + m[8] * z + m[12],
      m[1] * x + m[5] * y + m[9] * z + m[13],
      m[2] * x + m[6] * y + m[10] * z + m[14],
    );
    if (!point) continue;
    x1 = Math.min(x1, point.xPx);
    y1 = Math.min(y1, point.yPx);
    x2 = Math.max(x2, point.xPx);
    y2 = Math.max(y2, point.yPx);
  }
  return x1 < x2 && y1 < y2 ? { x1, y1, x2, y2 } : null;
}

/** What of the box lies in a frame of that size; null when nothing does. */
export function cutAtFrame(box: Box, widthPx: number, heightPx: number): Box | null {
  const cut = {
    x1: Math.max(0, box.x1),
    y1: Math.max(0, box.y1),
    x2: Math.min(widthPx, box.x2),
    y2: Math.min(heightPx, box.y2),
  };
  return cut.x1 < cut.x2 && cut.y1 < cut.y2 ? cut : null;
}

/** Which side of the vehicle a camera at that place sees, judged on the ground. */
export function viewFrom(
  vehicle: Pick<VehicleState, 'xM' | 'zM' | 'headingRad'>,
  cameraXM: number,
  cameraZM: number,
): VehicleView {
  const x = cameraXM - vehicle.xM;
  const z = cameraZM - vehicle.zM;
  // A heading of 90 degrees drives towards -z.
  const along = Math.cos(vehicle.headingRad) * x - Math.sin(vehicle.headingRad) * z;
  const cosine = along / Math.max(Math.hypot(x, z), Number.EPSILON);
  if (cosine > END_ON_COSINE) return 'front';
  return cosine < -END_ON_COSINE ? 'rear' : 'side';
}
