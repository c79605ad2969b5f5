import type {
  BodyType,
  StreetCameraPlan,
  StreetStillRequest,
  VehicleState,
  VehicleView,
} from '../../src/contracts/street';
import { LANES, ROAD, SIDE_ROAD, STREET_CAMERAS } from '../../src/street/layout';
import type { Random } from '../../src/street/random';
import { BODY_FACTS } from '../../src/street/vehicles/body-facts';
import { drawLook } from '../../src/street/vehicles/draw-look';

/** Where a still is taken from: the two cameras of the street, from the kerb across the road, and from above the lanes down at the junction. */
export const STILL_VIEWS = ['along-a', 'across', 'along-b', 'corner'] as const;
export type StillView = (typeof STILL_VIEWS)[number];

/** Chooses the body of the next vehicle that turns this side to the camera. */
export type ChooseBody = (side: VehicleView) => BodyType;

/** Vehicles come no nearer to each other than this, metres: bumper to bumper in a queue. */
const CLEARANCE_M = 0.6;
const QUARTER_TURN = Math.PI / 2;
/** Drivers do not keep to the middle of their lane, metres and radians. */
const LANE_WOBBLE_M = 0.2;
const HEADING_WOBBLE_RAD = 0.025;
/**
 * Lens of the view across the road, vertical field, degrees. With one lens all parked vehicles would be of one size in the
 * picture, and a detector's one weak size would count as a weak side of a body.
 */
const ACROSS_LENS_DEG = [36, 50] as const;

/** A stretch of a lane that vehicles may stand on, and the side they show. */
interface Stretch {
  readonly side: VehicleView;
  readonly headingRad: number;
  /** Where it begins and ends; one of the two coordinates changes. Of a vehicle's middle, metres. */
  readonly from: readonly [xM: number, zM: number];
  readonly to: readonly [xM: number, zM: number];
  readonly isParking: boolean;
  /** How likely it is used at all. */
  readonly chance: number;
  readonly maxCount: number;
}

/** Vehicles on their lanes as one camera would meet them; none overlap. Identities count from 1. */
export function placeStill(
  random: Random,
  view: StillView,
  chooseBody: ChooseBody,
): StreetStillRequest {
  const vehicles: VehicleState[] = [];
  for (const stretch of stretchesOf(view)) {
    if (!random.chance(stretch.chance)) continue;
    for (let count = 0; count < stretch.maxCount; count += 1) {
      const vehicle = placeOn(stretch, chooseBody(stretch.side), vehicles, random);
      if (vehicle) vehicles.push({ ...vehicle, identity: vehicles.length + 1 });
    }
  }
  return {
    camera: cameraOf(view, random),
    vehicles,
    sceneTimeUs: Math.round(random.between(0, 60e6)),
  };
}

/** True when the outlines of two vehicles on the ground come nearer than a clearance, by separating axes. */
export function doOverlap(a: VehicleState, b: VehicleState, clearanceM = CLEARANCE_M): boolean {
  const [first, second] = [cornersOf(a, clearanceM / 2), cornersOf(b, clearanceM / 2)];
  return [
    a.headingRad,
    a.headingRad + QUARTER_TURN,
    b.headingRad,
    b.headingRad + QUARTER_TURN,
  ].every((angle) => {
    const [low1, high1] = rangeAlong(first, angle);
    const [low2, high2] = rangeAlong(second, angle);
    return low1 < high2 && low2 < high1;
  });
}

/** A vehicle that stands or drives at a place, its look drawn from `random`. */
export function stateAt(
  random: Random,
  bodyType: BodyType,
  place: { readonly xM: number; readonly zM: number; readonly headingRad: number },
  isParked = false,
): VehicleState {
  return {
    identity: 1,
    look: drawLook(random, bodyType),
    ...place,
    speedMps: isParked ? 0 : random.between(0, 14),
    drivenM: random.between(0, 1000),
    steerRad: 0,
    isBraking: !isParked && random.chance(0.3),
    indicator: null,
    isParked,
  };
}

/** Tries some places of the stretch; null when there is no room for this body. */
function placeOn(
  stretch: Stretch,
  bodyType: BodyType,
  others: readonly VehicleState[],
  random: Random,
): VehicleState | null {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const along = random.next();
    const wobbleM = random.between(-LANE_WOBBLE_M, LANE_WOBBLE_M);
    const isAlongX = Math.abs(Math.cos(stretch.headingRad)) > 0.5;
    const xM = stretch.from[0] + along * (stretch.to[0] - stretch.from[0]);
    const zM = stretch.from[1] + along * (stretch.to[1] - stretch.from[1]);
    const vehicle = stateAt(
      random,
      bodyType,
      {
        xM: xM + (isAlongX ? 0 : wobbleM),
        zM: zM + (isAlongX ? wobbleM : 0),
        headingRad: stretch.headingRad + random.between(-HEADING_WOBBLE_RAD, HEADING_WOBBLE_RAD),
      },
      stretch.isParking,
    );
    if (!others.some((other) => doOverlap(vehicle, other))) return vehicle;
  }
  return null;
}

function stretchesOf(view: StillView): readonly Stretch[] {
  if (view === 'along-a') return alongStretches(zOf('street-a'));
  if (view === 'along-b') return alongStretches(zOf('street-b') + 1.5); // a wider lens on a lower pole
  return view === 'across' ? ACROSS_STRETCHES : CORNER_STRETCHES;
}

/** Lanes in front of a camera of the street at `cameraZM`: from where a vehicle is whole in its picture to where a car is 40 px high. */
function alongStretches(cameraZM: number): readonly Stretch[] {
  const lane = (xM: number, near: number, far: number): Pick<Stretch, 'from' | 'to'> => ({
    from: [xM, cameraZM - near],
    to: [xM, cameraZM - far],
  });
  const rear = { side: 'rear', headingRad: QUARTER_TURN, isParking: false, chance: 0.9 } as const;
  const front = { side: 'front', headingRad: -QUARTER_TURN } as const;
  return [
    { ...rear, ...lane(LANES.awayInner.xM, 17, 29), maxCount: 1 },
    { ...rear, ...lane(LANES.awayOuter.xM, 18, 30), maxCount: 1, chance: 0.7 },
    { ...front, ...lane(LANES.towards.xM, 19, 30), maxCount: 2, chance: 1, isParking: false },
    { ...front, ...lane(ROAD.parkingXM, 23, 30), maxCount: 1, chance: 0.5, isParking: true },
  ];
}

/**
 * Across the road, before the counting line of camera A. From the right: on the left, trees line the whole road and a
 * camera would stand in a crown. On the right none is nearer than 8 m to here, and no lamp than 6 m.
 */
const ACROSS_MIDDLE_ZM = -14;
const ACROSS_CAMERA_XM = 8.4;
const ACROSS_STRETCHES: readonly Stretch[] = [
  {
    side: 'side',
    headingRad: -QUARTER_TURN,
    from: [ROAD.parkingXM, ACROSS_MIDDLE_ZM - 6],
    to: [ROAD.parkingXM, ACROSS_MIDDLE_ZM + 6],
    isParking: true,
    chance: 0.9,
    maxCount: 2,
  },
  {
    side: 'side',
    headingRad: -QUARTER_TURN,
    from: [LANES.towards.xM, ACROSS_MIDDLE_ZM - 5],
    to: [LANES.towards.xM, ACROSS_MIDDLE_ZM + 5],
    isParking: false,
    chance: 0.6,
    maxCount: 1,
  },
];

/** The side road as one sees it coming down the main road. */
const CORNER_STRETCHES: readonly Stretch[] = [
  {
    side: 'side',
    headingRad: 0,
    from: [-1, SIDE_ROAD.leavingZM],
    to: [10, SIDE_ROAD.leavingZM],
    isParking: false,
    chance: 0.9,
    maxCount: 2,
  },
  {
    side: 'side',
    headingRad: Math.PI,
    from: [-2, SIDE_ROAD.comingZM],
    to: [11, SIDE_ROAD.comingZM],
    isParking: false,
    chance: 0.6,
    maxCount: 1,
  },
];

function cameraOf(view: StillView, random: Random): StreetCameraPlan {
  const [first, second] = STREET_CAMERAS;
  if (!first || !second) throw new RangeError('Expected a street with two cameras');
  if (view === 'along-a') return first;
  if (view === 'along-b') return second;
  const swingM = random.between(-3, 3);
  const place: Pick<StreetCameraPlan, 'positionM' | 'targetM' | 'verticalFovDeg'> =
    view === 'across'
      ? {
          positionM: [ACROSS_CAMERA_XM, 4, ACROSS_MIDDLE_ZM + swingM],
          targetM: [ROAD.parkingXM, 0.8, ACROSS_MIDDLE_ZM],
          verticalFovDeg: random.between(...ACROSS_LENS_DEG),
        }
      : {
          positionM: [5.5, 4.6, SIDE_ROAD.zM + 20],
          targetM: [4.5 + swingM / 2, 0.8, SIDE_ROAD.zM],
          verticalFovDeg: 26,
        };
  return { ...first, ...place, cameraId: `still-${view}`, label: view };
}

function zOf(cameraId: string): number {
  return STREET_CAMERAS.find((camera) => camera.cameraId === cameraId)?.positionM[2] ?? 0;
}

type Point = readonly [xM: number, zM: number];

function cornersOf({ look, xM, zM, headingRad }: VehicleState, marginM: number): readonly Point[] {
  const { lengthM, widthM } = BODY_FACTS[look.bodyType];
  const [halfLength, halfWidth] = [lengthM / 2 + marginM, widthM / 2 + marginM];
  // Heading +90 degrees drives towards -z.
  const [alongX, alongZ] = [Math.cos(headingRad), -Math.sin(headingRad)];
  return [
    [1, 1],
    [1, -1],
    [-1, -1],
    [-1, 1],
  ].map(([front = 0, left = 0]) => [
    xM + front * halfLength * alongX + left * halfWidth * alongZ,
    zM + front * halfLength * alongZ - left * halfWidth * alongX,
  ]);
}

function rangeAlong(points: readonly Point[], angle: number): readonly [number, number] {
  const distances = points.map(([x, z]) => x * Math.cos(angle) - z * Math.sin(angle));
  return [Math.min(...distances), Math.max(...distances)];
}
