import type { ModelManifest } from '../../contracts/model';
import type { DryRunResult } from '../../contracts/shelf';
import type { ModelSession } from '../../inference/model-session';
import { CanvasPreparer } from './canvas-preparer';
import { decodeDetections, detectorOutput } from './decode-detections';
import { letterboxFor } from './letterbox';

/** What a person should see of a model that is tried: above the clutter that only the tracker has use for. */
const SCORE_FLOOR = 0.25;

/** Longer side of the input of networks of free size: the middle of what the app offers. */
const INPUT_SIDE_PX = 416;

/**
 * Finds vehicles in one picture, over the path that works everywhere. Borrows network and picture. Throws AppError
 * MODEL_INCOMPATIBLE naming what was expected and what was found, BACKEND_FAILED.
 */
export async function dryRunDetector(
  network: Pick<ModelSession, 'run'>,
  manifest: ModelManifest,
  picture: ImageBitmap,
): Promise<DryRunResult> {
  const output = detectorOutput(manifest);
  const geometry = letterboxFor(manifest.input, picture.width, picture.height, INPUT_SIDE_PX);
  const preparer = new CanvasPreparer(manifest.input);
  try {
    const tensor = await preparer.prepare(picture, geometry);
    await network.run(tensor);
    // The second run is timed: the first one pays for what the runtime makes once.
    const startMs = performance.now();
    const outputs = await network.run(tensor);
    const inferenceMs = performance.now() - startMs;
    const detections = decodeDetections(outputs, output, geometry, SCORE_FLOOR);
    return { task: 'detect', inferenceMs, detections };
  } finally {
    preparer.dispose();
  }
}
