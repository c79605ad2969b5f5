import { LANES, ROAD, SIDE_ROAD, SIGNAL } from '../layout';

/*
 * The ways through the street. A place on one is its station: metres along the middle of the lane. Routes that
 * share a lane share its stations, so two vehicles on different routes can be compared where they meet: the away
 * routes count from the near end, and the one out of the side road joins them with the number they have there.
 */

export type RouteName = 'awayInner' | 'awayOuter' | 'awayTurning' | 'towards' | 'sideMerging';

/** A point of a route and where it leads there. */
export interface RoutePoint {
  readonly xM: number;
  readonly zM: number;
  /** As a heading. */
  readonly tangentRad: number;
}

/** Straight, or an arc. */
interface Segment {
  readonly startM: number;
  readonly lengthM: number;
  readonly from: RoutePoint;
  /** 1 / radius, positive to the left. */
  readonly curvaturePerM: number;
}

export interface Route {
  readonly name: RouteName;
  /** Stations of its two ends. */
  readonly startM: number;
  readonly endM: number;
  /** Station of the stop line. */
  readonly stopLineM: number;
  /** Stations between which it turns; null for a straight one. */
  readonly turn: { readonly startM: number; readonly endM: number } | null;
  readonly segments: readonly Segment[];
}

const AWAY_RAD = Math.PI / 2;

/** Both turns keep the middle of their lanes, half a lane of the side road inside the kerb's corner. */
const TURN_RADIUS_M = SIDE_ROAD.cornerRadiusM + SIDE_ROAD.halfWidthM / 2;
const TURN_LENGTH_M = (TURN_RADIUS_M * Math.PI) / 2;
const TURN_CENTRE_X_M = LANES.awayOuter.xM + TURN_RADIUS_M;
const MAIN_LENGTH_M = ROAD.nearEndZM - ROAD.farEndZM;

/** Station on the away lanes, or how far it is from the near end. */
export function awayStationM(zM: number): number {
  return ROAD.nearEndZM - zM;
}

/** Station on the lane towards the viewer. */
export function towardsStationM(zM: number): number {
  return zM - ROAD.farEndZM;
}

/** Appends segments to each other; the first begins at `from`. */
function chain(
  startM: number,
  from: RoutePoint,
  pieces: readonly { readonly lengthM: number; readonly curvaturePerM: number }[],
): readonly Segment[] {
  let station = startM;
  let point = from;
  return pieces.map(({ lengthM, curvaturePerM }) => {
    const segment = { startM: station, lengthM, from: point, curvaturePerM };
    point = pointOnSegment(segment, lengthM);
    station += lengthM;
    return segment;
  });
}

function pointOnSegment(segment: Segment, alongM: number): RoutePoint {
  const { from, curvaturePerM } = segment;
  if (curvaturePerM === 0) {
    return {
      xM: from.xM + alongM * Math.cos(from.tangentRad),
      zM: from.zM - alongM * Math.sin(from.tangentRad),
      tangentRad: from.tangentRad,
    };
  }
  const tangentRad = from.tangentRad + alongM * curvaturePerM;
  return {
    xM: from.xM + (Math.sin(tangentRad) - Math.sin(from.tangentRad)) / curvaturePerM,
    zM: from.zM + (Math.cos(tangentRad) - Math.cos(from.tangentRad)) / curvaturePerM,
    tangentRad,
  };
}

function straight(name: 'awayInner' | 'awayOuter' | 'towards'): Route {
  const { xM, direction } = LANES[name];
  const isAway = direction === 'away';
  const from = {
    xM,
    zM: isAway ? ROAD.nearEndZM : ROAD.farEndZM,
    tangentRad: isAway ? AWAY_RAD : -AWAY_RAD,
  };
  return {
    name,
    startM: 0,
    endM: MAIN_LENGTH_M,
    stopLineM: isAway ? awayStationM(SIGNAL.awayStopZM) : towardsStationM(SIGNAL.towardsStopZM),
    turn: null,
    segments: chain(0, from, [{ lengthM: MAIN_LENGTH_M, curvaturePerM: 0 }]),
  };
}

/** From the outer lane to the right, into the side road. */
function turning(): Route {
  const turnStartM = awayStationM(SIDE_ROAD.leavingZM + TURN_RADIUS_M);
  const turnEndM = turnStartM + TURN_LENGTH_M;
  const lastM = SIDE_ROAD.farEndXM - TURN_CENTRE_X_M;
  const from = { xM: LANES.awayOuter.xM, zM: ROAD.nearEndZM, tangentRad: AWAY_RAD };
  return {
    name: 'awayTurning',
    startM: 0,
    endM: turnEndM + lastM,
    stopLineM: awayStationM(SIGNAL.awayStopZM),
    turn: { startM: turnStartM, endM: turnEndM },
    segments: chain(0, from, [
      { lengthM: turnStartM, curvaturePerM: 0 },
      { lengthM: TURN_LENGTH_M, curvaturePerM: -1 / TURN_RADIUS_M },
      { lengthM: lastM, curvaturePerM: 0 },
    ]),
  };
}

/** Out of the side road to the right, into the outer lane. */
function merging(): Route {
  const firstM = SIDE_ROAD.farEndXM - TURN_CENTRE_X_M;
  const turnEndM = awayStationM(SIDE_ROAD.comingZM - TURN_RADIUS_M);
  const turnStartM = turnEndM - TURN_LENGTH_M;
  const startM = turnStartM - firstM;
  const from = { xM: SIDE_ROAD.farEndXM, zM: SIDE_ROAD.comingZM, tangentRad: Math.PI };
  return {
    name: 'sideMerging',
    startM,
    endM: MAIN_LENGTH_M,
    stopLineM: startM + SIDE_ROAD.farEndXM - SIGNAL.sideStopXM,
    turn: { startM: turnStartM, endM: turnEndM },
    segments: chain(startM, from, [
      { lengthM: firstM, curvaturePerM: 0 },
      { lengthM: TURN_LENGTH_M, curvaturePerM: -1 / TURN_RADIUS_M },
      { lengthM: MAIN_LENGTH_M - turnEndM, curvaturePerM: 0 },
    ]),
  };
}

export const ROUTES: Readonly<Record<RouteName, Route>> = {
  awayInner: straight('awayInner'),
  awayOuter: straight('awayOuter'),
  awayTurning: turning(),
  towards: straight('towards'),
  sideMerging: merging(),
};

/**
 * The point `leftM` to the left of a route. Before its start and behind its end the route goes straight on.
 * `stationM`: along the route, see the top of this file.
 */
export function pointOnRoute(route: Route, stationM: number, leftM = 0): RoutePoint {
  const segment =
    route.segments.findLast((candidate) => stationM >= candidate.startM) ?? route.segments[0];
  if (segment === undefined) throw new RangeError(`Route ${route.name} has no segment`);
  const point = pointOnSegment(segment, stationM - segment.startM);
  if (leftM === 0) return point;
  return {
    xM: point.xM - leftM * Math.sin(point.tangentRad),
    zM: point.zM - leftM * Math.cos(point.tangentRad),
    tangentRad: point.tangentRad,
  };
}
