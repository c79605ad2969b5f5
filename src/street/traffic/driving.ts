import { followAcceleration, stopAcceleration } from './car-following';
import { gateDistanceM, type Gates } from './junction';
import { followedLanes, leaderIn } from './lane-use';
import type { StreetVehicle } from './street-vehicle';

/** 14 km/h: 2.2 m/s^2 to the side in the turn, as drivers take a tight corner. */
const TURN_MPS = 3.85;
/** 31 km/h on the side road. */
const SIDE_ROAD_MPS = 8.5;
/** Walking pace and a half, into and out of the strip for parking. */
const PARKING_MPS = 3.6;
/** How drivers slow down for a bend they see ahead. */
const SLOWING_MPS2 = 1.3;
/** The way of the shift into the strip, and a little straight way behind it to come to stand along the kerb. */
export const PARKING_SHIFT_M = 12;
export const PARKING_WAY_M = 16;

/** Who turns indicates from here on, metres before the turn, until the front wheels are straight again. */
const INDICATE_TURN_M = 40;

/** What a vehicle on a route that turns shows where it is. */
export function turnIndicator({ route, stationM, body }: StreetVehicle): 'right' | null {
  if (route.turn === null) return null;
  const isNear = stationM > route.turn.startM - INDICATE_TURN_M;
  return isNear && stationM < route.turn.endM + body.wheelbaseM / 2 ? 'right' : null;
}

/** What the driver would like to drive where the vehicle is now, m/s. */
export function desiredSpeedMps(vehicle: StreetVehicle): number {
  const { route, stationM, driver, parkFrontM } = vehicle;
  let speed = driver.desiredSpeedMps;
  if (route.turn !== null && stationM < route.turn.endM) {
    speed = Math.min(speed, slowingTo(TURN_MPS, route.turn.startM - stationM));
  }
  const isOnSideRoad =
    (route.name === 'sideMerging' && stationM < route.stopLineM) || route.name === 'awayTurning';
  if (isOnSideRoad) speed = Math.min(speed, SIDE_ROAD_MPS);
  if (parkFrontM !== null) {
    speed = Math.min(speed, slowingTo(PARKING_MPS, parkFrontM - PARKING_WAY_M - vehicle.frontM));
  } else if (vehicle.isShifting && route.name === 'towards') {
    speed = Math.min(speed, PARKING_MPS);
  }
  return speed;
}

/** The speed at `distanceM` before a place that is driven at `speedMps`. */
function slowingTo(speedMps: number, distanceM: number): number {
  return Math.sqrt(speedMps * speedMps + 2 * SLOWING_MPS2 * Math.max(0, distanceM));
}

/** What a driver does now about the road, the vehicle ahead, the light and the place to park, m/s^2. */
export function drivenAcceleration(
  vehicle: StreetVehicle,
  vehicles: readonly StreetVehicle[],
  gates: Gates,
): number {
  const { driver, speedMps } = vehicle;
  const desired = desiredSpeedMps(vehicle);
  const leader = leaderIn(vehicles, vehicle, followedLanes(vehicle));
  const acceleration = followAcceleration(driver, speedMps, desired, leader);
  const stops = [gateDistanceM(vehicle, gates[vehicle.route.name])];
  if (vehicle.parkFrontM !== null) stops.push(vehicle.parkFrontM - vehicle.frontM);
  return stops.reduce<number>(
    (least, distanceM) =>
      distanceM === null
        ? least
        : Math.min(least, stopAcceleration(driver, speedMps, desired, distanceM)),
    acceleration,
  );
}
