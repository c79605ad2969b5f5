import type { StreetCameraPlan } from '../contracts/street';

/*
 * Where everything of the street is, in the coordinates of contracts/street.ts. Scenery, traffic and cameras
 * all read it here. Right-hand traffic.
 *
 *      x:  -8.1    -5.9 -3.6      0      3.5      7.0    9.2
 *           | walk |park| towards | inner | outer | walk |
 *   z  +40  |      |    |    v    |   ^   |   ^   |      |   vehicles enter below, leave above
 *      +8   |      |    |         |       |       |    A |   camera A looks away (-z)
 *      -14  |------------ counting line of A ------------|
 *      -38  |      |    |         |= stop line ==|      |
 *      -44  |      |    |         |       |       |  side road, towards +x
 *      -50  |      |    |==stop===|       |       |      |
 *      -62  |      |    |         |       |       |    B |   camera B looks away as well
 *      -84  |------------ counting line of B ------------|
 *     -150  |      |    |         |       |       |      |
 */

/** Lanes of the main road by the x of their middle. */
export const LANES = {
  /** Away from the viewer, beside the centre line. */
  awayInner: { xM: 1.75, direction: 'away' },
  /** Away, beside the right kerb; turns into the side road. */
  awayOuter: { xM: 5.25, direction: 'away' },
  towards: { xM: -1.8, direction: 'towards' },
} as const;
export type LaneName = keyof typeof LANES;

export const ROAD = {
  laneWidthM: 3.5,
  /** Kerbs of the main road. */
  leftKerbXM: -5.9,
  rightKerbXM: 7.0,
  /** Parked vehicles stand here, facing +z. */
  parkingXM: -4.75,
  pavementWidthM: 2.2,
  /** Away traffic appears here and towards traffic vanishes; the other way round at the far end. */
  nearEndZM: 40,
  farEndZM: -150,
} as const;

/** The side road leaves to the right. Vehicles that leave drive on the +z half, those that come on the -z half. */
export const SIDE_ROAD = {
  zM: -44,
  halfWidthM: 3.5,
  /** Middles of its lanes. */
  leavingZM: -42.25,
  comingZM: -45.75,
  /** Traffic comes from and goes to here. */
  farEndXM: 70,
  /** Radius of the kerb at both corners. */
  cornerRadiusM: 5,
} as const;

/** Traffic lights stand at the stop lines, on the right of those who wait. */
export const SIGNAL = {
  awayStopZM: -38,
  towardsStopZM: -50,
  sideStopXM: 12.5,
} as const;

/** Vehicles are counted and timed where their middle crosses these. */
export const COUNTING_LINES: readonly { readonly cameraId: string; readonly zM: number }[] = [
  { cameraId: 'street-a', zM: -14 },
  { cameraId: 'street-b', zM: -84 },
];

/**
 * The two cameras, on poles on the right pavement. A vehicle of 1.45 m is at least 40 px high within about 33 m of
 * them. They differ as two cheap cameras do: white balance, exposure, lens.
 */
export const STREET_CAMERAS: readonly StreetCameraPlan[] = [
  {
    cameraId: 'street-a',
    label: 'Camera A',
    positionM: [8.4, 5.2, 8],
    targetM: [1.2, 0.7, -16],
    verticalFovDeg: 22,
    widthPx: 640,
    heightPx: 360,
    optics: {
      whiteBalance: [1, 1, 1],
      exposureEv: 0,
      noise: 1.8,
      blurPx: 0.35,
      distortionK1: -0.012,
      vignette: 0.12,
    },
  },
  {
    cameraId: 'street-b',
    label: 'Camera B',
    positionM: [8.2, 4.7, -62],
    targetM: [1.4, 0.8, -85],
    verticalFovDeg: 24,
    widthPx: 640,
    heightPx: 360,
    optics: {
      whiteBalance: [1.07, 1, 0.9],
      exposureEv: -0.2,
      noise: 2.6,
      blurPx: 0.5,
      distortionK1: -0.02,
      vignette: 0.2,
    },
  },
];

export type SignalColour = 'red' | 'amber' | 'green';

/** What the traffic lights show. */
export interface Signals {
  readonly main: SignalColour;
  readonly side: SignalColour;
}
