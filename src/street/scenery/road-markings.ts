import { LANES, ROAD, SIDE_ROAD, SIGNAL } from '../layout';
import type { GroundPoint } from './shapes';

/** One painted, convex shape on the ground. */
export interface RoadMarking {
  readonly kind:
    | 'centre-line'
    | 'lane-line'
    | 'edge-line'
    | 'stop-line'
    | 'arrow'
    | 'parking-line'
    | 'no-parking';
  readonly outline: readonly GroundPoint[];
}

const LINE_WIDTH_M = 0.13;
const STOP_LINE_WIDTH_M = 0.4;
/** Dash and gap of the lane lines. */
const DASH_M = 3;
const GAP_M = 4.5;
/** Near the stop lines nobody may change lanes: the line is unbroken. */
const UNBROKEN_M = 22;
/** Bays of the parking strip. */
const BAY_LENGTH_M = 6;
/** Nobody parks this near the junction. */
const CLEAR_OF_JUNCTION_M = 13;
/** The parking strip's line; left of it vehicles stand, right of it those drive that come. */
const PARKING_LINE_XM = -3.6;

/** The far end of everything painted: inside the bridge, where it is dark. */
const FAR_END_ZM = ROAD.farEndZM - 10;

/** Where the junction is without lane lines. */
const JUNCTION = { nearZM: SIGNAL.awayStopZM, farZM: SIGNAL.towardsStopZM };

/** All that is painted on the roads. */
export function listRoadMarkings(): readonly RoadMarking[] {
  return [
    ...centreLine(),
    ...laneLine(),
    ...edgeLines(),
    ...stopLines(),
    ...arrows(),
    ...parkingStrip(),
  ];
}

function rectangle(
  kind: RoadMarking['kind'],
  xM: readonly [number, number],
  zM: readonly [number, number],
): RoadMarking {
  return {
    kind,
    outline: [
      [xM[0], zM[0]],
      [xM[1], zM[0]],
      [xM[1], zM[1]],
      [xM[0], zM[1]],
    ],
  };
}

/** A line along the main road, in the middle of `xM`. */
function along(kind: RoadMarking['kind'], xM: number, fromZM: number, toZM: number): RoadMarking {
  return rectangle(kind, [xM - LINE_WIDTH_M / 2, xM + LINE_WIDTH_M / 2], [fromZM, toZM]);
}

/** Double and unbroken. */
function centreLine(): RoadMarking[] {
  return [-0.11, 0.11].flatMap((xM) => [
    along('centre-line', xM, ROAD.nearEndZM, JUNCTION.nearZM),
    along('centre-line', xM, JUNCTION.farZM, FAR_END_ZM),
  ]);
}

function laneLine(): RoadMarking[] {
  const xM = ROAD.laneWidthM;
  const lines = [along('lane-line', xM, JUNCTION.nearZM + UNBROKEN_M, JUNCTION.nearZM)];
  const stretches = [
    [ROAD.nearEndZM, JUNCTION.nearZM + UNBROKEN_M + GAP_M],
    [JUNCTION.farZM - 6, FAR_END_ZM],
  ] as const;
  for (const [fromZM, toZM] of stretches) {
    for (let zM = fromZM; zM - DASH_M > toZM; zM -= DASH_M + GAP_M) {
      lines.push(along('lane-line', xM, zM, zM - DASH_M));
    }
  }
  return lines;
}

/** Along the right kerb, and in the middle of the side road. */
function edgeLines(): RoadMarking[] {
  const cornerM = SIDE_ROAD.halfWidthM + SIDE_ROAD.cornerRadiusM;
  const edgeXM = ROAD.rightKerbXM - 0.3;
  const side: RoadMarking[] = [];
  for (let xM = SIGNAL.sideStopXM + 0.5; xM < SIDE_ROAD.farEndXM; xM += DASH_M + GAP_M) {
    side.push(
      rectangle(
        'edge-line',
        [xM, xM + DASH_M],
        [SIDE_ROAD.zM - LINE_WIDTH_M / 2, SIDE_ROAD.zM + LINE_WIDTH_M / 2],
      ),
    );
  }
  return [
    along('edge-line', edgeXM, ROAD.nearEndZM, SIDE_ROAD.zM + cornerM),
    along('edge-line', edgeXM, SIDE_ROAD.zM - cornerM, FAR_END_ZM),
    ...side,
  ];
}

function stopLines(): RoadMarking[] {
  const half = STOP_LINE_WIDTH_M / 2;
  return [
    rectangle(
      'stop-line',
      [0.2, ROAD.rightKerbXM - 0.2],
      [SIGNAL.awayStopZM - half, SIGNAL.awayStopZM + half],
    ),
    rectangle(
      'stop-line',
      [PARKING_LINE_XM, -0.2],
      [SIGNAL.towardsStopZM - half, SIGNAL.towardsStopZM + half],
    ),
    rectangle(
      'stop-line',
      [SIGNAL.sideStopXM - half, SIGNAL.sideStopXM + half],
      [SIDE_ROAD.zM - SIDE_ROAD.halfWidthM + 0.2, SIDE_ROAD.zM - 0.1],
    ),
  ];
}

/** Length of an arrow; they are drawn long because drivers see them at a shallow angle. */
const ARROW_LENGTH_M = 4;

function arrows(): RoadMarking[] {
  const before = [7, 19].map((distanceM) => SIGNAL.awayStopZM + distanceM);
  return [
    ...before.flatMap((zM) => straightArrow(LANES.awayInner.xM, zM, -1)),
    ...before.flatMap((zM) => straightArrow(LANES.awayOuter.xM, zM, -1)),
    // On the one by the light only: the other, near camera A, is taken for a car (score 0.37) with it.
    ...rightBranch(LANES.awayOuter.xM, SIGNAL.awayStopZM + 7),
    ...straightArrow(LANES.towards.xM, SIGNAL.towardsStopZM - 8, 1),
  ];
}

/** `direction`: -1 points away, 1 towards. `zM` is where its stem begins. */
function straightArrow(xM: number, zM: number, direction: -1 | 1): RoadMarking[] {
  const neckZM = zM + direction * ARROW_LENGTH_M * 0.62;
  return [
    rectangle('arrow', [xM - 0.1, xM + 0.1], [zM, neckZM]),
    {
      kind: 'arrow',
      outline: [
        [xM - 0.35, neckZM],
        [xM, zM + direction * ARROW_LENGTH_M],
        [xM + 0.35, neckZM],
      ],
    },
  ];
}

/** The part of an arrow that turns right, out of the stem of a straight one. */
function rightBranch(xM: number, zM: number): RoadMarking[] {
  const branchZM = zM - ARROW_LENGTH_M * 0.3;
  return [
    {
      kind: 'arrow',
      outline: [
        [xM + 0.1, branchZM + 0.2],
        [xM + 0.55, branchZM - 0.45],
        [xM + 0.55, branchZM - 0.15],
        [xM + 0.1, branchZM + 0.55],
      ],
    },
    {
      kind: 'arrow',
      outline: [
        [xM + 0.55, branchZM - 1],
        [xM + 1, branchZM - 0.35],
        [xM + 0.55, branchZM + 0.35],
      ],
    },
  ];
}

/** A line along the parking strip with a tick between bays; a zigzag where the junction must stay clear. */
function parkingStrip(): RoadMarking[] {
  const stretches = [
    [ROAD.nearEndZM, JUNCTION.nearZM + CLEAR_OF_JUNCTION_M],
    [JUNCTION.farZM - CLEAR_OF_JUNCTION_M, FAR_END_ZM],
  ] as const;
  const markings = stretches.flatMap(([fromZM, toZM]) => {
    const lines = [along('parking-line', PARKING_LINE_XM, fromZM, toZM)];
    for (let zM = fromZM; zM >= toZM; zM -= BAY_LENGTH_M) {
      lines.push(
        rectangle(
          'parking-line',
          [ROAD.leftKerbXM + 0.1, PARKING_LINE_XM],
          [zM - LINE_WIDTH_M / 2, zM + LINE_WIDTH_M / 2],
        ),
      );
    }
    return lines;
  });
  return [...markings, ...zigzag(stretches[0][1] - 1, stretches[1][0] + 1)];
}

function zigzag(fromZM: number, toZM: number): RoadMarking[] {
  const turns: RoadMarking[] = [];
  const xs = [ROAD.leftKerbXM + 0.35, ROAD.leftKerbXM + 1.05] as const;
  let isOut = false;
  for (let zM = fromZM; zM - 2 > toZM; zM -= 2) {
    const [startXM, endXM] = isOut ? [xs[1], xs[0]] : [xs[0], xs[1]];
    turns.push({
      kind: 'no-parking',
      outline: [
        [startXM - 0.06, zM],
        [startXM + 0.06, zM],
        [endXM + 0.06, zM - 2],
        [endXM - 0.06, zM - 2],
      ],
    });
    isOut = !isOut;
  }
  return turns;
}
