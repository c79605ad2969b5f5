import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DETECTOR_ID, DEFAULT_EMBEDDER_ID, LISTINGS } from '../../models';
import { openHeadlessPage, type HeadlessPage } from '../../server/analyze/headless-page';
import type { ExecutionProvider, ModelManifest, SizePx } from '../../src/contracts/model';
import { median } from '../../src/core/rolling-stats';
import { describeFile, evalModel, serveWeights, type EvalModel } from '../eval/eval-models';

/** One model on one backend. */
export interface ModelTiming {
  readonly model: string;
  readonly provider: ExecutionProvider;
  readonly threadCount: number;
  readonly size: SizePx;
  /** Median milliseconds of one inference; null: it did not run, and `error` says why. */
  readonly ms: number | null;
  /** Over the built-in model of the same task on the same backend; null without either. */
  readonly overBuiltIn: number | null;
  readonly error: string | null;
}

export interface ModelBench {
  readonly bench: 'models';
  readonly rounds: number;
  readonly timings: readonly ModelTiming[];
  /** What was left out, and why. */
  readonly skipped: readonly string[];
}

interface Backend {
  readonly provider: ExecutionProvider;
  readonly threadCount: number;
}

/** A widescreen frame for a detector of any size, where its card has its figures; others have a size. */
const FREE_SIZE: SizePx = { widthPx: 416, heightPx: 256 };
const RUN_COUNT = 3;
const WASM: readonly Backend[] = [1, 2].map((threadCount) => ({ provider: 'wasm', threadCount }));

/**
 * Times built-in detector and embedder beside YOLOX-nano and person-reid-0277 of the shared folder, in the app's own probe in
 * Chromium. Models take turns in every round: whatever slows the machine down slows all of them.
 */
export async function benchModels(
  rounds: number,
  shared: string | null,
  log: (line: string) => void,
): Promise<ModelBench> {
  const skipped: string[] = [];
  const models = modelsToTime(shared, skipped);
  const headless = await openHeadlessPage({}, log);
  try {
    for (const model of models) await serveWeights(headless, model);
    const backends = [...WASM, ...(await webGpuOf(headless, skipped))];
    for (const line of skipped) log(`skipped: ${line}`);
    const measured = await takeTurns(headless, models, backends, rounds, log);
    return { bench: 'models', rounds, timings: withRatios(measured), skipped };
  } finally {
    await headless.close();
  }
}

function modelsToTime(shared: string | null, skipped: string[]): readonly EvalModel[] {
  const builtIn = [
    evalModel(DEFAULT_DETECTOR_ID, 'detect'),
    evalModel(DEFAULT_EMBEDDER_ID, 'embed'),
  ];
  const [nano, embedder] = [LISTINGS.find(({ id }) => id === 'detect-yolox-nano'), builtIn[1]];
  const others = [
    { path: 'models/yolox_nano.onnx', listing: nano },
    {
      path: 'models/teachers/person-reid-0277.onnx',
      listing: embedder && personReid(embedder.manifest),
    },
  ];
  return [
    ...builtIn,
    ...others.flatMap(({ path, listing }) => {
      const file = shared === null ? null : join(shared, path);
      if (file !== null && listing && existsSync(file)) return [describeFile(file, listing)];
      skipped.push(`no ../shared/${path}`);
      return [];
    }),
  ];
}

/** Of Open Model Zoo, Apache-2.0. An upright picture of fixed size. */
function personReid(like: ModelManifest): ModelManifest {
  return {
    ...like,
    id: 'person-reid-0277',
    title: 'person-reid-0277',
    input: {
      ...like.input,
      name: 'data',
      size: { widthPx: 128, heightPx: 256 },
      fit: 'stretched',
      channelOrder: 'BGR',
    },
    output: { type: 'embedding', name: 'reid_embedding', dimension: 256 },
    golden: null,
  };
}

async function webGpuOf({ page }: HeadlessPage, skipped: string[]): Promise<readonly Backend[]> {
  const hasAdapter = await page.evaluate(async () => {
    // Typed as always there, but missing in browsers without WebGPU.
    const gpu = (navigator as Partial<Navigator>).gpu;
    return Boolean(await gpu?.requestAdapter());
  });
  if (hasAdapter) return [{ provider: 'webgpu', threadCount: 1 }];
  skipped.push('webgpu: this browser has no graphics device to offer');
  return [];
}

interface Measured extends Backend {
  readonly manifest: ModelManifest;
  readonly size: SizePx;
  readonly ms: number | null;
  readonly error: string | null;
}

async function takeTurns(
  headless: HeadlessPage,
  models: readonly EvalModel[],
  backends: readonly Backend[],
  rounds: number,
  log: (line: string) => void,
): Promise<readonly Measured[]> {
  const cells = backends.flatMap((backend) =>
    models.map(({ manifest }) => ({
      ...backend,
      manifest,
      size: manifest.input.size ?? FREE_SIZE,
      times: [] as number[],
      error: null as string | null,
    })),
  );
  for (let round = 1; round <= rounds; round += 1) {
    for (const cell of cells) {
      if (cell.error !== null) continue;
      const { manifest, provider, threadCount, size } = cell;
      const request = { manifest, provider, threadCount, size, runCount: RUN_COUNT };
      try {
        cell.times.push(await headless.call('measureModel', request));
      } catch (error) {
        cell.error = error instanceof Error ? error.message : String(error);
      }
    }
    log(`round ${round} of ${rounds}`);
  }
  return cells.map(({ times, ...cell }) => ({
    ...cell,
    ms: cell.error === null ? median(times) : null,
  }));
}

function withRatios(measured: readonly Measured[]): readonly ModelTiming[] {
  return measured.map(({ manifest, provider, threadCount, size, ms, error }) => {
    const builtInId = manifest.task === 'detect' ? DEFAULT_DETECTOR_ID : DEFAULT_EMBEDDER_ID;
    const base = measured.find(
      (one) =>
        one.manifest.id === builtInId &&
        one.provider === provider &&
        one.threadCount === threadCount,
    );
    const overBuiltIn = ms !== null && base?.ms ? ms / base.ms : null;
    return { model: manifest.id, provider, threadCount, size, ms, overBuiltIn, error };
  });
}
