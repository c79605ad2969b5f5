import { ROAD, SIDE_ROAD } from '../layout';
import type { GroundPoint } from './shapes';

/** Ground, road and pavements go on this far; fog and houses hide their ends. */
export const GROUND_ENDS = {
  nearZM: ROAD.nearEndZM + 20,
  farZM: ROAD.farEndZM - 30,
  sideXM: 130,
} as const;

/** Straight pieces are cut this short, so that light and tints can change along them. */
const STEP_M = 6;
const ARC_STEPS = 10;

/** The left kerb, walked away from the viewer. */
export function leftKerb(): readonly GroundPoint[] {
  return straight([ROAD.leftKerbXM, GROUND_ENDS.nearZM], [ROAD.leftKerbXM, GROUND_ENDS.farZM]);
}

/** The right kerb from the near end round the first corner and along the side road. */
export function nearRightKerb(): readonly GroundPoint[] {
  const { zM, halfWidthM, cornerRadiusM } = SIDE_ROAD;
  const kerbZM = zM + halfWidthM;
  const centre: GroundPoint = [ROAD.rightKerbXM + cornerRadiusM, kerbZM + cornerRadiusM];
  return [
    ...straight([ROAD.rightKerbXM, GROUND_ENDS.nearZM], [ROAD.rightKerbXM, centre[1]]),
    ...arc(centre, Math.PI, Math.PI * 1.5),
    ...straight([centre[0], kerbZM], [GROUND_ENDS.sideXM, kerbZM]),
  ];
}

/** The right kerb from the side road's end round the second corner to the far end. */
export function farRightKerb(): readonly GroundPoint[] {
  const { zM, halfWidthM, cornerRadiusM } = SIDE_ROAD;
  const kerbZM = zM - halfWidthM;
  const centre: GroundPoint = [ROAD.rightKerbXM + cornerRadiusM, kerbZM - cornerRadiusM];
  return [
    ...straight([GROUND_ENDS.sideXM, kerbZM], [centre[0], kerbZM]),
    ...arc(centre, Math.PI / 2, Math.PI),
    ...straight([ROAD.rightKerbXM, centre[1]], [ROAD.rightKerbXM, GROUND_ENDS.farZM]),
  ];
}

/** The same line further from the road: `distanceM` to the right of who walks along it. */
export function besideKerb(
  line: readonly GroundPoint[],
  distanceM: number,
): readonly GroundPoint[] {
  return line.map(([x, z], index) => {
    const [beforeX, beforeZ] = line[index - 1] ?? [x, z];
    const [afterX, afterZ] = line[index + 1] ?? [x, z];
    const length = Math.hypot(afterX - beforeX, afterZ - beforeZ);
    return [
      x - ((afterZ - beforeZ) / length) * distanceM,
      z + ((afterX - beforeX) / length) * distanceM,
    ];
  });
}

function straight(from: GroundPoint, to: GroundPoint): GroundPoint[] {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const steps = Math.ceil(length / STEP_M);
  return Array.from({ length: steps + 1 }, (_, step) => [
    from[0] + ((to[0] - from[0]) * step) / steps,
    from[1] + ((to[1] - from[1]) * step) / steps,
  ]);
}

/** Between its ends; angles as in mathematics with z upwards turned down: 0 is +x, 90 degrees +z. */
function arc(centre: GroundPoint, fromRad: number, toRad: number): GroundPoint[] {
  return Array.from({ length: ARC_STEPS - 1 }, (_, index) => {
    const angle = fromRad + ((toRad - fromRad) * (index + 1)) / ARC_STEPS;
    return [
      centre[0] + SIDE_ROAD.cornerRadiusM * Math.cos(angle),
      centre[1] + SIDE_ROAD.cornerRadiusM * Math.sin(angle),
    ];
  });
}
