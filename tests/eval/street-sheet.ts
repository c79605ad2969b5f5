import { stat, writeFile } from 'node:fs/promises';
import { openHeadlessPage } from '../../server/analyze/headless-page';
import type { HeadlessSheetPlan } from '../../src/contracts/headless';
import { BODY_TYPES, type BodyType, type StreetCameraPlan } from '../../src/contracts/street';
import { LANES, SIDE_ROAD, STREET_CAMERAS } from '../../src/street/layout';
import { createRandom } from '../../src/street/random';
import { BODY_FACTS } from '../../src/street/vehicles/body-facts';
import type { StreetArguments } from './street-arguments';
import { stateAt } from './street-placement';

const CELL_WIDTH_PX = 240;
const CELL_HEIGHT_PX = 150;
const VERTICAL_FOV_DEG = 24;
/** Three-quarter front, side, three-quarter rear: angle of the camera around the vehicle, from its nose to its left, degrees. */
const VIEWS = [
  { name: 'front', azimuthDeg: 28 },
  // From its right, where the side road leaves room.
  { name: 'side', azimuthDeg: -90 },
  { name: 'rear', azimuthDeg: 152 },
] as const;
/** From its nose or tail a camera goes no further to the left than the road is free of poles, metres. */
const MAX_OFFSET_M = 6;
/** Who sits on a motorcycle reaches up to here; cars are nearly as high. */
const RIDER_HEIGHT_M = 1.75;
/** Of the vehicle's length, what a camera must have in its picture. */
const ROOM = 1.3;

export interface StreetSheet {
  readonly eval: 'street-sheet';
  readonly file: string;
  readonly bytes: number;
}

/** Draws every body type from three sides into one JPEG. */
export async function drawStreetSheet(
  { seed, weather, out }: StreetArguments & { readonly out: string },
  log: (line: string) => void,
): Promise<StreetSheet> {
  const headless = await openHeadlessPage({}, log);
  try {
    await headless.call('openStills', { seed, weather, quality: 'fine' });
    const jpeg = await headless.call('drawSheet', sheetPlan(seed));
    await writeFile(out, Buffer.from(jpeg, 'base64'));
    return { eval: 'street-sheet', file: out, bytes: (await stat(out)).size };
  } finally {
    await headless.close();
  }
}

/** One row a body, one column a view; each vehicle stands in the middle of the junction, where nothing hides it. */
function sheetPlan(seed: number): HeadlessSheetPlan {
  const random = createRandom(seed);
  const cells = BODY_TYPES.flatMap((bodyType) => {
    const place = { xM: LANES.awayInner.xM, zM: SIDE_ROAD.zM, headingRad: Math.PI / 2 };
    const vehicle = stateAt(random.fork(bodyType), bodyType, place, true);
    return VIEWS.map(({ name, azimuthDeg }) => ({
      label: `${bodyType}, ${name}`,
      request: {
        camera: cameraAround(bodyType, place, azimuthDeg),
        vehicles: [vehicle],
        sceneTimeUs: 0,
      },
    }));
  });
  return { cells, columnCount: VIEWS.length };
}

/** Somewhat above the vehicle's middle, as far away as the body is large. */
function cameraAround(
  bodyType: BodyType,
  place: { readonly xM: number; readonly zM: number; readonly headingRad: number },
  azimuthDeg: number,
): StreetCameraPlan {
  const [first] = STREET_CAMERAS;
  if (!first) throw new RangeError('Expected a street with a camera');
  const { lengthM } = BODY_FACTS[bodyType];
  const heightM = Math.max(BODY_FACTS[bodyType].heightM, RIDER_HEIGHT_M);
  const halfFov = (VERTICAL_FOV_DEG / 2) * (Math.PI / 180);
  const wideEnoughM = (ROOM * lengthM * CELL_HEIGHT_PX) / CELL_WIDTH_PX;
  const distanceM = Math.max(wideEnoughM, ROOM * heightM) / (2 * Math.tan(halfFov)) + 1;
  const angle = place.headingRad + nearTheRoad(azimuthDeg * (Math.PI / 180), distanceM);
  return {
    ...first,
    cameraId: 'sheet',
    widthPx: CELL_WIDTH_PX,
    heightPx: CELL_HEIGHT_PX,
    verticalFovDeg: VERTICAL_FOV_DEG,
    positionM: [
      place.xM + distanceM * Math.cos(angle),
      1 + heightM * 0.7,
      place.zM - distanceM * Math.sin(angle),
    ],
    targetM: [place.xM, heightM * 0.48, place.zM],
  };
}

/** The same side, seen more from the front or the back where the camera would leave the road. */
function nearTheRoad(azimuth: number, distanceM: number): number {
  if (azimuth < 0) return azimuth;
  const most = Math.asin(Math.min(1, MAX_OFFSET_M / distanceM));
  return azimuth < Math.PI / 2 ? Math.min(azimuth, most) : Math.max(azimuth, Math.PI - most);
}
