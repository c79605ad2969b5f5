import type { Signals } from '../layout';
import { MERGED_M } from './lane-use';
import { stoppingDecelerationMps2 } from './car-following';
import { awayStationM, ROUTES, type RouteName } from './routes';
import type { StreetVehicle } from './street-vehicle';

/** Whether a stop line may be crossed. `closing`: only by those who cannot stop any more. */
export type Gate = 'open' | 'closing' | 'shut';
export type Gates = Readonly<Record<RouteName, Gate>>;

/** Vehicles stop with their front this far before the line. */
const STOP_SHORT_M = 0.9;
/** At amber, whoever need not brake harder than this stops. */
const AMBER_BRAKING_MPS2 = 2.8;
/** The outer lane is clear for those out of the side road when the rear of the last one is past z = -62. */
const OUTER_CLEAR_M = awayStationM(-62);
/**
 * Gates by route. A green light opens a gate only once the junction is clear of those who crossed the outer lane's way
 * before it.
 */
export function gatesAt(signals: Signals, vehicles: readonly StreetVehicle[]): Gates {
  const main = gateOf(signals.main);
  const side = gateOf(signals.side);
  const isOuterClear = !vehicles.some(isMerging);
  const isMergeClear = !vehicles.some(isOnOuterInJunction);
  return {
    awayInner: main,
    awayTurning: main,
    towards: main,
    awayOuter: isOuterClear ? main : 'shut',
    sideMerging: isMergeClear ? side : 'shut',
  };
}

function gateOf(colour: Signals['main']): Gate {
  if (colour === 'green') return 'open';
  return colour === 'amber' ? 'closing' : 'shut';
}

function isMerging({ route, frontM, rearM }: StreetVehicle): boolean {
  return route.name === 'sideMerging' && frontM > route.stopLineM && rearM < MERGED_M;
}

function isOnOuterInJunction({ route, leftLane, frontM, rearM }: StreetVehicle): boolean {
  const isOnOuter = route.name === 'awayOuter' || leftLane === 'awayOuter';
  return isOnOuter && frontM > ROUTES.awayOuter.stopLineM && rearM < OUTER_CLEAR_M;
}

/** Whether a vehicle out of the side road is now one of the outer lane like any other. */
export function hasMerged({ route, rearM }: StreetVehicle): boolean {
  return route.name === 'sideMerging' && rearM > OUTER_CLEAR_M;
}

/**
 * How far ahead the vehicle's front is to stop for its gate, metres; null when it need not. At amber it decides, and keeps
 * to a decision to stop.
 */
export function gateDistanceM(vehicle: StreetVehicle, gate: Gate): number | null {
  const toLineM = vehicle.route.stopLineM - vehicle.frontM;
  if (gate === 'open' || toLineM < 0) {
    vehicle.stopsAtAmber = null;
    return null;
  }
  const distanceM = toLineM - STOP_SHORT_M;
  if (gate === 'shut') return distanceM;
  const canStop =
    distanceM > 0 && stoppingDecelerationMps2(vehicle.speedMps, distanceM) <= AMBER_BRAKING_MPS2;
  vehicle.stopsAtAmber = vehicle.stopsAtAmber === true || canStop || vehicle.speedMps === 0;
  return vehicle.stopsAtAmber ? distanceM : null;
}
