import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openHeadlessPage, type HeadlessPage } from '../../server/analyze/headless-page';
import type { Detection } from '../../src/contracts/detection';
import {
  BODY_TYPES,
  type BodyType,
  type FrameTruth,
  type StreetWeather,
  type VehicleView,
} from '../../src/contracts/street';
import { createRandom, type Random } from '../../src/street/random';
import { toRgba } from './page-pixels';
import type { StreetStillsArguments } from './street-arguments';
import { placeStill, STILL_VIEWS, type StillView } from './street-placement';
import {
  leastCountOf,
  scoreStreetDetection,
  type BodyViewFigures,
  type DetectionFigures,
  type StreetDetectionScores,
} from './street-scores/detection';
import { DETECTION_RULE, sortTruth } from './street-scores/what-counts';
import { YoloxDetector } from './yolox';

/** YOLOX's own default for pictures it shows. */
const YOLOX_SCORE = 0.3;

type Recalls = Partial<
  Record<VehicleView, { readonly count: number; readonly recall: number | null }>
>;

export interface StreetStillsEvaluation {
  readonly eval: 'street-stills';
  readonly seed: number;
  readonly weather: StreetWeather;
  readonly stills: number;
  readonly scoreThreshold: number;
  readonly detection: DetectionFigures;
  readonly byView: readonly ({ readonly view: string } & DetectionFigures)[];
  readonly bodies: Readonly<Record<BodyType, Recalls>>;
  /** Vehicles that had to be found of the body and side there were fewest of: what the table rests on at least. */
  readonly leastCount: number;
  /** The body and side that was found least often. */
  readonly worst: BodyViewFigures | null;
  /** What another detector makes of the same stills, and how far apart both are; absent without it. */
  readonly yolox?: DetectionFigures & { readonly scoreThreshold: number };
  readonly recallDifference?: number;
}

/** One still and what both detectors found in it. */
interface JudgedStill {
  readonly view: StillView;
  readonly truth: FrameTruth;
  readonly detections: readonly Detection[];
  readonly yolox: readonly Detection[];
}

/** Scores the app's detector on vehicles placed so that every body shows every side about as often. */
export async function evaluateStreetStills(
  wanted: StreetStillsArguments,
  sharedFolder: string | null,
  log: (line: string) => void,
): Promise<StreetStillsEvaluation> {
  const { seed, weather, scoreThreshold, inputSidePx } = wanted;
  const yolox = await openYolox(sharedFolder);
  if (!yolox) log('skipped: no YOLOX-nano in ../shared');
  const page = { inputSidePx, provider: 'wasm', threadCount: 1, embedding: 'off' };
  const headless = await openHeadlessPage(page, log);
  let stills: readonly JudgedStill[];
  try {
    await headless.call('openStills', { seed, weather, quality: null });
    stills = await judgeStills(headless, wanted, yolox, log);
  } finally {
    await headless.close();
    await yolox?.close();
  }
  const scores = scoresOf(stills, scoreThreshold, 'detections');
  return {
    eval: 'street-stills',
    seed,
    weather,
    stills: stills.length,
    scoreThreshold,
    detection: figuresOf(scores),
    byView: scores.byCamera.map(({ cameraId, ...figures }) => ({ view: cameraId, ...figures })),
    bodies: tableOf(scores.byBodyAndView),
    leastCount: leastCountOf(scores.byBodyAndView),
    worst: worstOf(scores.byBodyAndView),
    ...(yolox ? compareYolox(scores, scoresOf(stills, YOLOX_SCORE, 'yolox')) : {}),
  };
}

async function openYolox(sharedFolder: string | null): Promise<YoloxDetector | null> {
  const path = sharedFolder && join(sharedFolder, 'models/yolox_nano.onnx');
  return path && existsSync(path) ? YoloxDetector.open(path) : null;
}

async function judgeStills(
  headless: HeadlessPage,
  { seed, count, out }: StreetStillsArguments,
  yolox: YoloxDetector | null,
  log: (line: string) => void,
): Promise<readonly JudgedStill[]> {
  const random = createRandom(seed);
  const bodies = new BalancedBodies(random.fork('bodies'));
  const stills: JudgedStill[] = [];
  if (out !== null) await mkdir(out, { recursive: true });
  while (stills.length < count) {
    const view = STILL_VIEWS[stills.length % STILL_VIEWS.length] ?? 'along-a';
    const request = placeStill(random.fork(`still-${stills.length}`), view, (side) =>
      bodies.choose(side),
    );
    const still = await headless.call('detectStill', request, out !== null);
    const { truth, detections, pixels, pngBase64 } = still;
    bodies.note(truth);
    const second = yolox ? await yolox.detect(toRgba(pixels), YOLOX_SCORE) : [];
    stills.push({ view, truth, detections, yolox: second });
    if (out !== null) {
      const name = `still-${String(stills.length).padStart(3, '0')}`;
      const found = JSON.stringify({ view, truth, detections, yolox: second }, null, 2);
      await writeFile(join(out, `${name}.json`), `${found}\n`);
      await writeFile(join(out, `${name}.png`), Buffer.from(pngBase64 ?? '', 'base64'));
    }
    if (stills.length % 16 === 0) log(`${stills.length} of ${count} stills`);
  }
  return stills;
}

/** Chooses bodies so that each shows each side about as often, counting only what could be seen. */
class BalancedBodies {
  readonly #random: Random;
  readonly #counts = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** One of those that were seen least from this side. */
  choose(side: VehicleView): BodyType {
    const countOf = (bodyType: BodyType): number => this.#counts.get(`${bodyType} ${side}`) ?? 0;
    const least = Math.min(...BODY_TYPES.map(countOf));
    const bodyType = this.#random.pick(BODY_TYPES.filter((one) => countOf(one) === least));
    // Until it is known better: one still has several vehicles, and they should differ.
    this.#add(bodyType, side, 0.5);
    return bodyType;
  }

  note({ vehicles }: FrameTruth): void {
    for (const { bodyType, view } of sortTruth(vehicles, DETECTION_RULE).counted) {
      this.#add(bodyType, view, 0.5);
    }
  }

  #add(bodyType: BodyType, side: VehicleView, amount: number): void {
    const key = `${bodyType} ${side}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + amount);
  }
}

function scoresOf(
  stills: readonly JudgedStill[],
  scoreThreshold: number,
  finder: 'detections' | 'yolox',
): StreetDetectionScores {
  const cameras = STILL_VIEWS.map((view) => ({
    cameraId: view,
    pairs: stills
      .filter((still) => still.view === view)
      .map(({ truth, ...found }) => ({
        truth,
        frame: {
          cameraId: view,
          captureTimeUs: truth.captureTimeUs,
          detections: found[finder],
          tracks: [],
        },
      })),
  }));
  return scoreStreetDetection(cameras, scoreThreshold);
}

function figuresOf({
  recall,
  precision,
  vehicleCount,
  foundCount,
  falseCount,
  forgivenCount,
}: StreetDetectionScores): DetectionFigures {
  return { recall, precision, vehicleCount, foundCount, falseCount, forgivenCount };
}

function compareYolox(
  own: StreetDetectionScores,
  other: StreetDetectionScores,
): Pick<StreetStillsEvaluation, 'yolox' | 'recallDifference'> {
  return {
    yolox: { ...figuresOf(other), scoreThreshold: other.scoreThreshold },
    recallDifference: (own.recall ?? 0) - (other.recall ?? 0),
  };
}

function tableOf(cells: readonly BodyViewFigures[]): Record<BodyType, Recalls> {
  const rowOf = (bodyType: BodyType): Recalls =>
    Object.fromEntries(
      cells
        .filter((cell) => cell.bodyType === bodyType)
        .map(({ view, vehicleCount, recall }) => [view, { count: vehicleCount, recall }]),
    );
  // Object.fromEntries forgets which keys it was given: all of BODY_TYPES.
  return Object.fromEntries(BODY_TYPES.map((bodyType) => [bodyType, rowOf(bodyType)])) as Record<
    BodyType,
    Recalls
  >;
}

function worstOf(cells: readonly BodyViewFigures[]): BodyViewFigures | null {
  return cells.reduce<BodyViewFigures | null>(
    (worst, cell) => (worst && (worst.recall ?? 1) <= (cell.recall ?? 1) ? worst : cell),
    null,
  );
}
