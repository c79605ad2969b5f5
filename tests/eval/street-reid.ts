import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openHeadlessPage, type HeadlessPage } from '../../server/analyze/headless-page';
import type { StreetWeather, VehicleState } from '../../src/contracts/street';
import { LANES, STREET_CAMERAS } from '../../src/street/layout';
import { createRandom, type Random } from '../../src/street/random';
import { drawLook } from '../../src/street/vehicles/draw-look';
import type { RgbaPixels } from '../../src/stages/embed/resample';
import { openBuiltInEmbedder, openPersonEmbedder, type CropEmbedder } from './crop-embedders';
import { toRgba } from './page-pixels';
import { rankAcross, type RankingScores } from './ranking';
import type { StreetArguments } from './street-arguments';
import { doOverlap, stateAt } from './street-placement';

/** Queries of one camera among the vehicles of the other, mean of both ways. */
export interface ReidScores extends RankingScores {
  readonly embedder: string;
}

export interface StreetReidEvaluation extends ReidScores {
  readonly eval: 'street-reid';
  readonly seed: number;
  readonly weather: StreetWeather;
  readonly vehicles: number;
  /** The same with a network that was trained on people; absent without it. */
  readonly reference?: ReidScores;
}

/** Seen less than this, or smaller, a crop is taken again with the vehicle alone. As the detection scores have it. */
const MIN_VISIBLE_FRACTION = 0.6;
const MIN_HEIGHT_PX = 40;
/** Metres before the camera: whole in the picture, and large in it. */
const NEAR_ZONE_M = [18, 25] as const;
const QUARTER_TURN = Math.PI / 2;

/**
 * Shows so many vehicles to camera A and to camera B, cuts each out by its true box, and ranks those of one camera for
 * each of the other.
 */
export async function evaluateStreetReid(
  { seed, weather, count }: Pick<StreetArguments, 'seed' | 'weather'> & { readonly count: number },
  sharedFolder: string | null,
  log: (line: string) => void,
): Promise<StreetReidEvaluation> {
  const random = createRandom(seed);
  const vehicles = Array.from({ length: count }, (_, index) => {
    const own = random.fork(`vehicle-${index}`);
    const look = drawLook(own);
    return {
      ...stateAt(own, look.bodyType, { xM: 0, zM: 0, headingRad: 0 }),
      look,
      identity: index + 1,
    };
  });
  const headless = await openHeadlessPage({}, log);
  let views: readonly (readonly RgbaPixels[])[];
  try {
    await headless.call('openStills', { seed, weather, quality: null });
    views = [
      await cropAll(headless, vehicles, 0, random.fork('first camera'), log),
      await cropAll(headless, vehicles, 1, random.fork('second camera'), log),
    ];
  } finally {
    await headless.close();
  }
  const builtIn = await scoreWith(await openBuiltInEmbedder(), views);
  const personModel = sharedFolder && join(sharedFolder, 'models/teachers/person-reid-0277.onnx');
  const reference =
    personModel && existsSync(personModel)
      ? await scoreWith(await openPersonEmbedder(personModel), views)
      : null;
  if (!reference) log('skipped: no person-reid-0277 in ../shared');
  return {
    eval: 'street-reid',
    seed,
    weather,
    vehicles: count,
    ...builtIn,
    ...(reference ? { reference } : {}),
  };
}

/** One crop of every vehicle, by index. Two or three share a still, as they would share a street. */
async function cropAll(
  headless: HeadlessPage,
  vehicles: readonly VehicleState[],
  cameraIndex: number,
  random: Random,
  log: (line: string) => void,
): Promise<readonly RgbaPixels[]> {
  const camera = STREET_CAMERAS[cameraIndex];
  if (!camera) throw new RangeError('Expected a street with two cameras');
  const crops = new Map<number, RgbaPixels>();
  const waiting = shuffled(vehicles, random);
  for (let stillCount = 0; waiting.length > 0; stillCount += 1) {
    if (stillCount > 4 * vehicles.length) {
      throw new Error(`${waiting.length} vehicles are never seen well enough.`);
    }
    // Towards the end every one is alone, where nothing but its own place can hide it.
    const groupSize = stillCount > vehicles.length / 2 ? 1 : 1 + Math.floor(random.between(0, 3));
    const group = waiting.splice(0, groupSize);
    const still = await headless.call('cropStill', {
      camera,
      vehicles: placeGroup(group, random, camera.positionM[2]),
      sceneTimeUs: Math.round(random.between(0, 60e6)),
    });
    for (const { identity, visibleFraction, heightPx } of still.truth.vehicles) {
      const crop = still.crops.find((candidate) => candidate.identity === identity);
      const isGood = visibleFraction >= MIN_VISIBLE_FRACTION && heightPx >= MIN_HEIGHT_PX;
      if (crop && isGood) crops.set(identity, toRgba(crop.pixels));
    }
    waiting.push(...group.filter(({ identity }) => !crops.has(identity)));
  }
  log(`${camera.label}: ${crops.size} crops`);
  return vehicles.flatMap(({ identity }) => crops.get(identity) ?? []);
}

/** Each somewhere in the near zone of a lane; those that would overlap others are left out. */
function placeGroup(
  group: readonly VehicleState[],
  random: Random,
  cameraZM: number,
): readonly VehicleState[] {
  const placed: VehicleState[] = [];
  for (const vehicle of group) {
    const lane = random.pick([LANES.awayInner, LANES.awayOuter]);
    const state = {
      ...vehicle,
      xM: lane.xM + random.between(-0.25, 0.25),
      zM: cameraZM - random.between(...NEAR_ZONE_M),
      headingRad: QUARTER_TURN + random.between(-0.04, 0.04),
      drivenM: random.between(0, 1000),
      isBraking: random.chance(0.3),
    };
    if (!placed.some((other) => doOverlap(state, other))) placed.push(state);
  }
  return placed;
}

async function scoreWith(
  embedder: CropEmbedder,
  views: readonly (readonly RgbaPixels[])[],
): Promise<ReidScores> {
  const [first = [], second = []] = await Promise.all(
    views.map(async (crops) => {
      const vectors: Float32Array[] = [];
      for (const crop of crops) vectors.push(await embedder.embed(crop));
      return vectors;
    }),
  );
  await embedder.close();
  const [there, back] = [rankAcross(first, second), rankAcross(second, first)];
  return {
    rank1: (there.rank1 + back.rank1) / 2,
    meanAveragePrecision: (there.meanAveragePrecision + back.meanAveragePrecision) / 2,
    embedder: embedder.name,
  };
}

/** Fisher and Yates. */
function shuffled<T>(entries: readonly T[], random: Random): T[] {
  const list = [...entries];
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random.between(0, index + 1));
    const [a, b] = [list[index], list[other]];
    if (a === undefined || b === undefined) break;
    list[index] = b;
    list[other] = a;
  }
  return list;
}
