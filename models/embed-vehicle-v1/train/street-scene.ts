import type {
  BodyType,
  StreetCameraPlan,
  StreetStillRequest,
  VehicleLook,
  VehicleState,
} from '../../../src/contracts/street';
import type { Random } from '../../../src/street/random';
import { BODY_FACTS } from '../../../src/street/vehicles/body-facts';
import { drawLook } from '../../../src/street/vehicles/draw-look';

/** A vehicle of the training set. It always shows about the same side: front and rear share hardly more than the paint. */
export interface TrainingVehicle {
  readonly identity: number;
  readonly look: VehicleLook;
  /** Heading before each view's own turn, radians. */
  readonly headingRad: number;
}

/** How many of a hundred vehicles have each body: cars are the embedder's weak side. */
const BODY_SHARES: readonly (readonly [BodyType, number])[] = [
  ['hatchback', 20],
  ['saloon', 18],
  ['estate', 10],
  ['suv', 22],
  ['van', 10],
  ['pickup', 7],
  ['lorry', 6],
  ['bus', 3],
  ['motorcycle', 4],
];

const QUARTER_TURN = Math.PI / 2;
/** Rear, front, and either side with their shares; cameras over a road mostly see the first two. */
const SIDES: readonly (readonly [number, number])[] = [
  [QUARTER_TURN, 46],
  [-QUARTER_TURN, 34],
  [0, 10],
  [Math.PI, 10],
];
/** Turn of a vehicle between two cameras: the same side, from another corner. */
const MAX_TURN_RAD = 0.5;

const WIDTH_PX = 960;
const HEIGHT_PX = 540;
/** Height of a car in the picture, pixels: crops of 60 to 200 px, as in real sets. */
const CAR_HEIGHT_PX = [48, 170] as const;
const CAR_HEIGHT_M = 1.5;
/** Kerbs of the main road, metres, with half a vehicle to spare. */
const PLACE_XM = [-4.6, 5.8] as const;
/** A clear stretch of the main road before the junction. */
const PLACE_ZM = [-26, -2] as const;

/** Draws the vehicles of one set. Identities count from `firstIdentity`. */
export function drawVehicles(
  random: Random,
  count: number,
  firstIdentity: number,
): readonly TrainingVehicle[] {
  return Array.from({ length: count }, (_, index) => {
    const own = random.fork(`vehicle-${index}`);
    return {
      identity: firstIdentity + index,
      look: drawLook(own, weighted(own, BODY_SHARES)),
      headingRad: weighted(own, SIDES),
    };
  });
}

/** A camera over the road, and as many of `waiting` before it as fit; those are taken out of the list. */
export function drawStill(random: Random, waiting: TrainingVehicle[]): StreetStillRequest {
  const targetM = [random.between(-1.5, 3), 0.8, random.between(-20, -6)] as const;
  const distanceM = random.between(10, 26);
  const logHeight = random.between(Math.log(CAR_HEIGHT_PX[0]), Math.log(CAR_HEIGHT_PX[1]));
  const pixelsPerMetre = Math.exp(logHeight) / CAR_HEIGHT_M;
  const halfWidthM = WIDTH_PX / pixelsPerMetre / 2;
  const camera = drawCamera(random, targetM, distanceM, HEIGHT_PX / pixelsPerMetre / 2);
  const wanted = Math.min(6, Math.max(1, Math.round(halfWidthM / 1.6)));
  const placed: VehicleState[] = [];
  const rejected: TrainingVehicle[] = [];
  while (placed.length < wanted && waiting.length > 0 && rejected.length < 3) {
    const vehicle = waiting.shift();
    if (!vehicle) break;
    const state = place(random, vehicle, placed, targetM, halfWidthM);
    if (state) placed.push(state);
    else rejected.push(vehicle);
  }
  waiting.push(...rejected);
  return { camera, vehicles: placed, sceneTimeUs: Math.round(random.between(0, 60e6)) };
}

function drawCamera(
  random: Random,
  targetM: readonly [number, number, number],
  distanceM: number,
  halfHeightM: number,
): StreetCameraPlan {
  const xM = Math.min(8.6, Math.max(-5, targetM[0] + distanceM * random.between(-0.5, 0.6)));
  const alongM = Math.sqrt(Math.max(16, distanceM ** 2 - (xM - targetM[0]) ** 2));
  const warmth = random.between(-0.14, 0.14);
  return {
    cameraId: 'training',
    label: 'Training',
    positionM: [xM, random.between(2.4, 8), targetM[2] + alongM],
    targetM,
    verticalFovDeg: Math.min(60, (2 * Math.atan(halfHeightM / distanceM) * 180) / Math.PI),
    widthPx: WIDTH_PX,
    heightPx: HEIGHT_PX,
    optics: {
      whiteBalance: [1 + warmth, 1 + random.between(-0.05, 0.05), 1 - warmth],
      exposureEv: random.between(-0.7, 0.6),
      noise: random.between(0.5, 5),
      blurPx: random.between(0.2, 1.4),
      distortionK1: random.between(-0.03, 0.005),
      vignette: random.between(0, 0.25),
    },
  };
}

/** Somewhere in the picture with nothing too near; null when no place was found. */
function place(
  random: Random,
  { identity, look, headingRad }: TrainingVehicle,
  others: readonly VehicleState[],
  targetM: readonly [number, number, number],
  halfWidthM: number,
): VehicleState | null {
  const isAcross = Math.abs(Math.cos(headingRad)) > 0.5;
  const roomM = isAcross ? BODY_FACTS[look.bodyType].lengthM / 2 - 1 : 0;
  const reachM = Math.max(0.3, halfWidthM - 1.6 - roomM);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const xM = clamp(targetM[0] + random.between(-reachM, reachM), PLACE_XM, roomM);
    const zM = clamp(targetM[2] + random.between(-8, 5), PLACE_ZM, 0);
    const state: VehicleState = {
      identity,
      look,
      xM,
      zM,
      headingRad: headingRad + random.between(-MAX_TURN_RAD, MAX_TURN_RAD),
      speedMps: random.between(0, 14),
      drivenM: random.between(0, 1000),
      steerRad: random.between(-0.2, 0.2),
      isBraking: random.chance(0.3),
      indicator: null,
      isParked: false,
    };
    if (others.every((other) => areApart(state, other))) return state;
  }
  return null;
}

/** By circles: simpler than outlines, and it keeps vehicles from hiding each other. */
function areApart(a: VehicleState, b: VehicleState): boolean {
  const halfLengths =
    (BODY_FACTS[a.look.bodyType].lengthM + BODY_FACTS[b.look.bodyType].lengthM) / 2;
  const gapX = Math.abs(a.xM - b.xM);
  const gapZ = Math.abs(a.zM - b.zM);
  return gapX > 2.7 ? Math.hypot(gapX, gapZ) > halfLengths * 0.62 : gapZ > halfLengths + 2;
}

function clamp(value: number, [low, high]: readonly [number, number], roomM: number): number {
  return Math.min(high - roomM, Math.max(low + roomM, value));
}

function weighted<Entry>(random: Random, table: readonly (readonly [Entry, number])[]): Entry {
  let left = random.next() * table.reduce((sum, [, share]) => sum + share, 0);
  for (const [entry, share] of table) {
    left -= share;
    if (left < 0) return entry;
  }
  const last = table.at(-1);
  if (!last) throw new RangeError('Expected a table with an entry, got none');
  return last[0];
}
