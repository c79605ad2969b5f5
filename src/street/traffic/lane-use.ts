import type { LaneName } from '../layout';
import type { Leader } from './car-following';
import { ROUTES } from './routes';
import type { StreetVehicle } from './street-vehicle';

/** A lane of the main road, or a half of the side road. */
type UsedLane = LaneName | 'leaving' | 'coming';

/** What a vehicle takes of a lane. */
interface LanePart {
  readonly rearM: number;
  /** Along the lane. */
  readonly speedMps: number;
}

/** A turn: [start, end] stations of {@link ROUTES}. */
const TURN_START_M = ROUTES.awayTurning.turn?.startM ?? 0;
const TURN_RADIUS_M = ((ROUTES.awayTurning.turn?.endM ?? 0) - TURN_START_M) / (Math.PI / 2);
/** When the rear is this far into the turn, the outer lane is free: the vehicle stands at 64 degrees, its rear beyond the kerb. */
const OUT_OF_LANE_M = 7.5;
/** A rear corner reaches back further than the middle of the rear while it turns. */
const REAR_CORNER_M = 0.4;
/** From here a vehicle that turns heeds only its own way. */
const COMMITTED_M = TURN_START_M + 3;

/**
 * A rear that is here has come out of the side road: two metres are left of the turn. Until then the gates of
 * junction.ts keep the outer lane's vehicles away.
 */
export const MERGED_M = (ROUTES.sideMerging.turn?.endM ?? 0) - 2;

const ALONE: readonly UsedLane[] = [];
const LANES_OF = {
  awayInner: ['awayInner'],
  awayOuter: ['awayOuter'],
  towards: ['towards'],
  beforeTurn: ['awayOuter', 'leaving'],
  inTurn: ['leaving'],
  beforeMerge: ['coming'],
  inMerge: ['coming', 'awayOuter'],
  bothAway: ['awayInner', 'awayOuter'],
} as const satisfies Record<string, readonly UsedLane[]>;

/** Whose vehicles are its leaders. */
export function followedLanes(vehicle: StreetVehicle): readonly UsedLane[] {
  if (vehicle.isParked) return ALONE;
  if (vehicle.leftLane !== null) return LANES_OF.bothAway;
  switch (vehicle.route.name) {
    case 'awayTurning':
      return vehicle.frontM < COMMITTED_M ? LANES_OF.beforeTurn : LANES_OF.inTurn;
    case 'sideMerging':
      return vehicle.frontM < vehicle.route.stopLineM ? LANES_OF.beforeMerge : LANES_OF.inMerge;
    default:
      return LANES_OF[vehicle.route.name];
  }
}

/** What the vehicle takes of a lane; null for nothing. */
function partOf(vehicle: StreetVehicle, lane: UsedLane): LanePart | null {
  const { route } = vehicle;
  if (route.name === lane || vehicle.leftLane === lane) {
    return vehicle.isParked ? null : { rearM: vehicle.rearM, speedMps: vehicle.speedMps };
  }
  if (route.name === 'awayTurning') {
    if (lane === 'awayOuter') return partOfTurning(vehicle);
    return lane === 'leaving' ? { rearM: vehicle.rearM, speedMps: vehicle.speedMps } : null;
  }
  if (route.name === 'sideMerging') {
    const isInLane = lane === 'coming' || (lane === 'awayOuter' && vehicle.rearM >= MERGED_M);
    return isInLane ? { rearM: vehicle.rearM, speedMps: vehicle.speedMps } : null;
  }
  return null;
}

/** A vehicle that turns off leaves the outer lane bit by bit. */
function partOfTurning(vehicle: StreetVehicle): LanePart | null {
  const inTurnM = vehicle.rearM - TURN_START_M;
  if (inTurnM > OUT_OF_LANE_M) return null;
  if (inTurnM <= 0) return { rearM: vehicle.rearM, speedMps: vehicle.speedMps };
  const angleRad = inTurnM / TURN_RADIUS_M;
  return {
    rearM: TURN_START_M + TURN_RADIUS_M * Math.sin(angleRad) - REAR_CORNER_M,
    speedMps: vehicle.speedMps * Math.cos(angleRad),
  };
}

/** The next vehicle ahead of `vehicle` in these lanes; null on a free road. */
export function leaderIn(
  vehicles: readonly StreetVehicle[],
  vehicle: StreetVehicle,
  lanes: readonly UsedLane[],
): Leader | null {
  const { frontM } = vehicle;
  let nearest: Leader | null = null;
  for (const other of vehicles) {
    if (other === vehicle || other.frontM <= frontM) continue;
    for (const lane of lanes) {
      const part = partOf(other, lane);
      if (part === null) continue;
      const gapM = part.rearM - frontM;
      if (nearest === null || gapM < nearest.gapM) nearest = { gapM, speedMps: part.speedMps };
    }
  }
  return nearest;
}

/** The next vehicle behind `vehicle` that heeds this lane, and the gap it would have; null when there is none. */
export function followerIn(
  vehicles: readonly StreetVehicle[],
  vehicle: StreetVehicle,
  lane: LaneName,
): { readonly follower: StreetVehicle; readonly gapM: number } | null {
  let nearest: StreetVehicle | null = null;
  for (const other of vehicles) {
    if (other === vehicle || other.frontM > vehicle.frontM) continue;
    if (nearest !== null && other.frontM <= nearest.frontM) continue;
    if (followedLanes(other).includes(lane)) nearest = other;
  }
  return nearest === null ? null : { follower: nearest, gapM: vehicle.rearM - nearest.frontM };
}

/** The last vehicle of a lane; null when it is empty. */
export function lastIn(vehicles: readonly StreetVehicle[], lane: UsedLane): LanePart | null {
  let last: LanePart | null = null;
  for (const vehicle of vehicles) {
    const part = partOf(vehicle, lane);
    if (part !== null && (last === null || part.rearM < last.rearM)) last = part;
  }
  return last;
}
