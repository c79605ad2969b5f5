import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHeadlessPage } from '../../../server/analyze/headless-page';
import {
  composeTwoCameras,
  COMPOSITION,
  hasFfmpeg,
  type ComposedVideo,
} from '../../fixtures/compose-two-cameras';
import { calibrateOnTrain } from './calibrate-on-train';
import {
  decidedIds,
  identifyPassages,
  scoreAcross,
  type CrossCameraIdentity,
  type PassageIdentity,
} from './passage-identities';
import type { TwoCamerasArguments } from './two-cameras-arguments';

export interface TwoCamerasEvaluation extends CrossCameraIdentity {
  readonly eval: 'two-cameras';
  readonly model: string;
  readonly seed: number;
  /** What was asked of the calibration; null: the threshold was given. */
  readonly falseMatchRate: number | null;
  readonly matchThreshold: number;
  /** Vehicles that pass one camera only, at each. */
  readonly strangers: number;
}

/** What the app takes for files, see `runtime/backend-selector`. */
const INPUT_SIDE_PX = 512;
/** What any machine has: the same threads on all of them, so that the same numbers come out. */
const THREAD_COUNT = 2;

/**
 * Composes two videos of vehicles nobody trained on, lets the app analyse one after the other into one gallery, with the
 * threshold its own calibration proposes, and counts who was known again. Null when something is missing, which was said.
 */
export async function evaluateTwoCameras(
  wanted: TwoCamerasArguments,
  shared: string | null,
  log: (line: string) => void,
): Promise<TwoCamerasEvaluation | null> {
  if (shared === null || !(await hasFfmpeg())) {
    log(shared === null ? 'skipped: no ../shared' : 'skipped: no ffmpeg');
    return null;
  }
  const { model, falseMatchRate } = wanted;
  const matchThreshold =
    wanted.matchThreshold ?? (await calibrateOnTrain(shared, model, falseMatchRate, log)).accept;
  log(`recognised from a similarity of ${matchThreshold.toFixed(3)}`);
  const plan = { ...COMPOSITION, seed: wanted.seed ?? COMPOSITION.seed };
  const folder = await mkdtemp(join(tmpdir(), 'resight-two-cameras-'));
  try {
    const videos = await composeTwoCameras(shared, folder, plan);
    const [first, second] = await analyse(videos, { model, matchThreshold }, log);
    if (!first || !second) throw new Error('Expected results of two cameras');
    return {
      eval: 'two-cameras',
      model,
      seed: plan.seed,
      falseMatchRate: wanted.matchThreshold === null ? falseMatchRate : null,
      matchThreshold,
      strangers: plan.strangerCount,
      ...scoreAcross(first.passages, second.passages, first.galleryIds),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the app made of one video. */
interface AnalysedCamera {
  readonly passages: readonly PassageIdentity[];
  readonly galleryIds: ReadonlySet<string>;
}

/** What the app made of each video, one after the other in one page: its gallery goes on. */
async function analyse(
  videos: readonly ComposedVideo[],
  { model, matchThreshold }: { readonly model: string; readonly matchThreshold: number },
  log: (line: string) => void,
): Promise<readonly AnalysedCamera[]> {
  let lines: string[] = [];
  const headless = await openHeadlessPage(
    {
      inputSidePx: INPUT_SIDE_PX,
      provider: 'wasm',
      threadCount: THREAD_COUNT,
      matchThreshold,
      embedder: model,
    },
    log,
    (written) => {
      lines.push(...written);
      return Promise.resolve();
    },
  );
  try {
    await headless.setFiles(videos.map(({ path }) => path));
    const cameras: AnalysedCamera[] = [];
    for (const [index, video] of videos.entries()) {
      lines = [];
      const { tracks, vehicles, error } = await headless.call('analyze', index);
      if (error) throw new Error(error.message);
      log(`camera ${index + 1}: ${tracks} tracks, ${vehicles} vehicles`);
      cameras.push({ passages: identifyPassages(video, lines), galleryIds: decidedIds(lines) });
    }
    return cameras;
  } finally {
    await headless.close();
  }
}
