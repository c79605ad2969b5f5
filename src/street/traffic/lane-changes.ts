import { LANES } from '../layout';
import type { Random } from '../random';
import { followAcceleration, type Leader } from './car-following';
import { desiredSpeedMps } from './driving';
import { followedLanes, followerIn, leaderIn } from './lane-use';
import { awayStationM, ROUTES } from './routes';
import type { StreetVehicle } from './street-vehicle';

/*
 * When to change the lane: MOBIL, A. Kesting, M. Treiber, D. Helbing, "General lane-changing model MOBIL for
 * car-following models", Transportation Research Record 1999 (2007), equations 1 to 3.
 */

type AwayLane = 'awayInner' | 'awayOuter';

/** p: how much the others' loss counts. The paper shows 0 to 0.5. */
const POLITENESS = 0.2;
/** Delta a_th, m/s^2. Twice the paper's, against changes for next to nothing. */
const THRESHOLD_MPS2 = 0.2;
/** b_safe: nobody behind has to brake harder, m/s^2. Half the paper's, which is for motorways. */
const SAFE_BRAKING_MPS2 = 2;
/** Wish of those who want to be in the other lane anyway (a destination further on), and their share. */
const WISH_MPS2 = 0.6;
const WISH_SHARE = 0.18;
/** Gaps to both neighbours when it begins. */
const SMALLEST_GAP_M = 3;
/** Slower ones stay: a change in a queue would block both lanes. */
const SLOWEST_MPS = 4;
const LOOK_EVERY_US = 500_000;
/** A glance over the shoulder lasts that long, and nobody indicates for longer than this. */
const INDICATE_US = 1_400_000;
const GIVE_UP_US = 6_000_000;
/** Before the next change. */
const REST_US = 12_000_000;
/** Time it takes to move over: 1.8 m/s^2 to the side at most. */
const SHIFT_S = 3.4;
const SHORTEST_SHIFT_M = 18;
/** Where front axles may begin and must have ended: not in the junction, not before its stop line, not at the ends. */
const STRETCHES = [
  { fromM: 18, toM: ROUTES.awayOuter.stopLineM - 3 },
  { fromM: awayStationM(-66), toM: ROUTES.awayOuter.endM },
] as const;

interface Intent {
  wishMps2: number;
  nextLookUs: number;
  indicatingSinceUs: number | null;
}

/** Lets vehicles of the two away lanes change between them. */
export class LaneChanges {
  readonly #random: Random;
  readonly #intents = new WeakMap<StreetVehicle, Intent>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Call once a step, after all have moved. */
  update(vehicles: readonly StreetVehicle[], timeUs: number): void {
    for (const vehicle of vehicles) {
      const from = vehicle.route.name;
      if ((from !== 'awayInner' && from !== 'awayOuter') || vehicle.isShifting) continue;
      this.#consider(vehicles, vehicle, from, timeUs);
    }
  }

  #consider(
    vehicles: readonly StreetVehicle[],
    vehicle: StreetVehicle,
    from: AwayLane,
    timeUs: number,
  ): void {
    const intent = this.#intentOf(vehicle, timeUs);
    const { indicatingSinceUs } = intent;
    if (indicatingSinceUs === null) {
      if (timeUs < intent.nextLookUs) return;
      intent.nextLookUs = timeUs + LOOK_EVERY_US;
      const aheadM = (vehicle.speedMps * INDICATE_US) / 1e6;
      if (!hasRoom(vehicle, aheadM)) return;
      if (gainMps2(vehicles, vehicle, from, intent.wishMps2) < THRESHOLD_MPS2) return;
      intent.indicatingSinceUs = timeUs;
      vehicle.indicator = from === 'awayInner' ? 'right' : 'left';
    } else if (!hasRoom(vehicle, 0) || timeUs - indicatingSinceUs > GIVE_UP_US) {
      rest(intent, timeUs);
      vehicle.indicator = null;
    } else if (timeUs - indicatingSinceUs >= INDICATE_US && isSafe(vehicles, vehicle, from)) {
      rest(intent, timeUs);
      intent.wishMps2 = 0;
      begin(vehicle, from);
    }
  }

  #intentOf(vehicle: StreetVehicle, timeUs: number): Intent {
    const known = this.#intents.get(vehicle);
    if (known !== undefined) return known;
    const intent = {
      wishMps2: this.#random.chance(WISH_SHARE) ? WISH_MPS2 : 0,
      nextLookUs: timeUs,
      indicatingSinceUs: null,
    };
    this.#intents.set(vehicle, intent);
    return intent;
  }
}

function rest(intent: Intent, timeUs: number): void {
  intent.indicatingSinceUs = null;
  intent.nextLookUs = timeUs + REST_US;
}

function other(lane: AwayLane): AwayLane {
  return lane === 'awayInner' ? 'awayOuter' : 'awayInner';
}

function shiftLengthM(vehicle: StreetVehicle): number {
  return Math.max(SHORTEST_SHIFT_M, vehicle.speedMps * SHIFT_S);
}

/** Whether a change that begins `aheadM` further on stays inside a stretch. */
function hasRoom(vehicle: StreetVehicle, aheadM: number): boolean {
  if (vehicle.speedMps < SLOWEST_MPS) return false;
  const startM = vehicle.stationM + aheadM;
  const endM = startM + shiftLengthM(vehicle);
  return STRETCHES.some(({ fromM, toM }) => startM >= fromM && endM <= toM);
}

function accelerationBehind(vehicle: StreetVehicle, leader: Leader | null): number {
  return followAcceleration(vehicle.driver, vehicle.speedMps, desiredSpeedMps(vehicle), leader);
}

/** Own gain and the politely weighed gain of the two behind, with a wish added, m/s^2. */
function gainMps2(
  vehicles: readonly StreetVehicle[],
  vehicle: StreetVehicle,
  from: AwayLane,
  wishMps2: number,
): number {
  const to = other(from);
  const leaderNow = leaderIn(vehicles, vehicle, [from]);
  const leaderThen = leaderIn(vehicles, vehicle, [to]);
  const own = accelerationBehind(vehicle, leaderThen) - accelerationBehind(vehicle, leaderNow);
  const behindNow = followerIn(vehicles, vehicle, from);
  const behindThen = followerIn(vehicles, vehicle, to);
  let others = 0;
  if (behindNow !== null) {
    const { follower, gapM } = behindNow;
    const freed =
      leaderNow === null
        ? null
        : { ...leaderNow, gapM: leaderNow.gapM + gapM + vehicle.body.lengthM };
    others +=
      accelerationBehind(follower, freed) -
      accelerationBehind(follower, { gapM, speedMps: vehicle.speedMps });
  }
  if (behindThen !== null) {
    const { follower, gapM } = behindThen;
    others +=
      accelerationBehind(follower, { gapM, speedMps: vehicle.speedMps }) -
      accelerationBehind(follower, leaderIn(vehicles, follower, followedLanes(follower)));
  }
  return own + POLITENESS * others + wishMps2;
}

function isSafe(
  vehicles: readonly StreetVehicle[],
  vehicle: StreetVehicle,
  from: AwayLane,
): boolean {
  const to = other(from);
  const ahead = leaderIn(vehicles, vehicle, [to]);
  if (ahead !== null) {
    if (ahead.gapM < SMALLEST_GAP_M) return false;
    if (accelerationBehind(vehicle, ahead) < -SAFE_BRAKING_MPS2) return false;
  }
  return isSafeBehind(vehicles, vehicle, to, SMALLEST_GAP_M, SAFE_BRAKING_MPS2);
}

/** Whether nobody behind in a lane would come too close or brake too hard if the vehicle were in it. */
export function isSafeBehind(
  vehicles: readonly StreetVehicle[],
  vehicle: StreetVehicle,
  lane: AwayLane | 'towards',
  smallestGapM: number,
  hardestMps2: number,
): boolean {
  const behind = followerIn(vehicles, vehicle, lane);
  if (behind === null) return true;
  const { follower, gapM } = behind;
  if (gapM < smallestGapM) return false;
  return accelerationBehind(follower, { gapM, speedMps: vehicle.speedMps }) >= -hardestMps2;
}

function begin(vehicle: StreetVehicle, from: AwayLane): void {
  const to = other(from);
  // Away drives towards -z, so what lies at smaller x lies to the left.
  const fromLeftM = LANES[to].xM - LANES[from].xM;
  vehicle.leftLane = from;
  vehicle.shiftTo(to, fromLeftM, 0, shiftLengthM(vehicle));
}
