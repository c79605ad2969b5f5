import { join } from 'node:path';
import { learnAdaptation } from '../../../src/adaptation/learn';
import type { SeparationScores } from '../../../src/contracts/recognition';
import { projectionOf } from '../../../src/core/projection';
import { lowestAccept, shareAtOrAbove, similaritiesOf } from '../../../src/core/separation';
import { dot } from '../../../src/core/vector';
import { embedFiles } from '../reid/embed-files';
import { readReidFolder } from '../reid/reid-files';
import { scoreReid } from '../reid/reid-scores';
import type { AdaptationArguments } from './adaptation-arguments';
import { drawScene, type EmbeddedImage, type SceneDraw } from './scene-draw';

/** How well vehicles are told apart that took no part in learning. Fractions. */
export interface HeldOutFigures {
  /** Of pairs across cameras. */
  readonly eer: number;
  /** As `npm run eval -- reid` has them, among these vehicles. */
  readonly standardRank1: number;
  readonly crossRank1: number;
  /** By the threshold in use: pairs across cameras found, and different ones taken for one. */
  readonly recall: number;
  readonly falseMatchRate: number;
}

/** One draw. */
export interface AdaptationDraw {
  readonly seed: number;
  readonly samePairs: number;
  readonly differentPairs: number;
  readonly isKept: boolean;
  /** Why it was not. */
  readonly reason: string | null;
  /** What the app found itself, by cross-validation on what it learned from; null: too little to learn from. */
  readonly judged: { readonly before: SeparationScores; readonly after: SeparationScores } | null;
  /** `after`: null where nothing was kept. */
  readonly heldOut: { readonly before: HeldOutFigures; readonly after: HeldOutFigures | null };
  readonly seconds: number;
}

/** What came of all draws. */
interface DrawsEvaluation {
  /** To learn from, and held out, of each draw. */
  readonly vehicles: readonly [number, number];
  readonly keptCount: number;
  /** Means over all draws, a refused one counting as it was, and over those that were kept. */
  readonly all: MeanFigures;
  readonly kept: MeanFigures | null;
  readonly draws: readonly AdaptationDraw[];
}

export interface AdaptationEvaluation extends DrawsEvaluation {
  readonly eval: 'adaptation';
  readonly model: string;
  readonly split: string;
}

/** Means of the held-out figures. */
interface MeanFigures {
  readonly before: HeldOutFigures;
  readonly after: HeldOutFigures;
}

/** What a user would have the app propose. */
const FALSE_MATCH_RATE = 0.01;

/** Scores learning from a scene on other vehicles of that scene. Null when there is no data, which was said. */
export async function evaluateAdaptation(
  wanted: AdaptationArguments,
  sharedFolder: string | null,
  log: (line: string) => void,
): Promise<AdaptationEvaluation | null> {
  const folder =
    wanted.dataFolder ?? (sharedFolder === null ? null : join(sharedFolder, 'reid/vn-2cam'));
  if (folder === null) {
    log('skipped: no ../shared (or give --data <dir>)');
    return null;
  }
  const files = wanted.splits.flatMap((split) => readReidFolder(folder, split).gallery);
  const { model, vectors } = await embedFiles(
    wanted.model,
    files.map(({ path }) => path),
    log,
  );
  const images = files.flatMap(({ vehicle, camera }, index): readonly EmbeddedImage[] => {
    const vector = vectors[index];
    return vector ? [{ vehicle, camera, vector }] : [];
  });
  return {
    eval: 'adaptation',
    model,
    split: wanted.splits.join(','),
    ...(await evaluateDraws(images, wanted.seedCount, log)),
  };
}

/** Learns from draws of these pictures, with seeds from 1. */
async function evaluateDraws(
  images: readonly EmbeddedImage[],
  seedCount: number,
  log: (line: string) => void,
): Promise<DrawsEvaluation> {
  const draws: AdaptationDraw[] = [];
  for (let seed = 1; seed <= seedCount; seed += 1) {
    log(`draw ${seed} of ${seedCount} ...`);
    draws.push(await evaluateDraw(drawScene(images, seed), seed));
  }
  const { learned, heldOut } = drawScene(images, 1);
  const kept = draws.filter(({ isKept }) => isKept);
  return {
    vehicles: [new Set(learned.groups).size, new Set(heldOut.map(({ vehicle }) => vehicle)).size],
    keptCount: kept.length,
    all: meansOf(draws),
    kept: kept.length > 0 ? meansOf(kept) : null,
    draws,
  };
}

async function evaluateDraw(
  { learned, heldOut }: SceneDraw,
  seed: number,
): Promise<AdaptationDraw> {
  const { different } = similaritiesOf(learned, learned.pairs);
  const accept = lowestAccept(different, FALSE_MATCH_RATE) ?? 1;
  const startMs = performance.now();
  const outcome = await learnAdaptation(learned, accept, () => undefined);
  const seconds = Math.round(performance.now() - startMs) / 1_000;
  const report = outcome.isBetter ? outcome.adaptation.report : outcome.report;
  const samePairs = learned.pairs.filter(({ isSame }) => isSame).length;
  let after: HeldOutFigures | null = null;
  if (outcome.isBetter) {
    const project = projectionOf(outcome.adaptation);
    const projected = heldOut.map((image) => ({ ...image, vector: project(image.vector) }));
    after = figuresOf(projected, outcome.adaptation.accept);
  }
  return {
    seed,
    samePairs,
    differentPairs: learned.pairs.length - samePairs,
    isKept: outcome.isBetter,
    reason: outcome.isBetter ? null : outcome.reason,
    judged: report && { before: report.before, after: report.after },
    heldOut: { before: figuresOf(heldOut, accept), after },
    seconds,
  };
}

function figuresOf(images: readonly EmbeddedImage[], accept: number): HeldOutFigures {
  const { standard, cross } = scoreReid(images, images);
  if (!standard || !cross) throw new Error('Expected vehicles seen by two cameras, found none.');
  const across = (isSame: boolean): readonly number[] =>
    images.flatMap((first, a) =>
      images
        .slice(a + 1)
        .filter(({ camera }) => camera !== first.camera)
        .filter(({ vehicle }) => (vehicle === first.vehicle) === isSame)
        .map(({ vector }) => dot(first.vector, vector)),
    );
  return {
    eer: cross.eer,
    standardRank1: standard.rank1,
    crossRank1: cross.rank1,
    recall: shareAtOrAbove(across(true), accept),
    falseMatchRate: shareAtOrAbove(across(false), accept),
  };
}

function meansOf(draws: readonly AdaptationDraw[]): MeanFigures {
  const before = draws.map(({ heldOut }) => heldOut.before);
  return {
    before: meanOf(before),
    after: meanOf(draws.map(({ heldOut }) => heldOut.after ?? heldOut.before)),
  };
}

function meanOf(figures: readonly HeldOutFigures[]): HeldOutFigures {
  const mean = (name: keyof HeldOutFigures): number => {
    const sum = figures.reduce((total, one) => total + one[name], 0);
    return Math.round((sum / figures.length) * 10_000) / 10_000;
  };
  return {
    eer: mean('eer'),
    standardRank1: mean('standardRank1'),
    crossRank1: mean('crossRank1'),
    recall: mean('recall'),
    falseMatchRate: mean('falseMatchRate'),
  };
}
