import type { ModelManifest } from '../../contracts/model';
import type { DryRunResult } from '../../contracts/shelf';
import { dot } from '../../core/vector';
import type { ModelSession } from '../../inference/model-session';
import { CropPixelReader } from './crop-pixels';
import { fixedSize, mirrorPlanes, toPlanes } from './crop-tensor';
import { embedTensors } from './embed-tensors';
import { fitPicture } from './fit-picture';

/**
 * Embeds one picture and its mirror image, however flat or blurred it is. Borrows network and picture. Throws AppError
 * MODEL_INCOMPATIBLE naming what was expected and what was found, BACKEND_FAILED.
 */
export async function dryRunEmbedder(
  network: Pick<ModelSession, 'run'>,
  manifest: ModelManifest,
  picture: ImageBitmap,
): Promise<DryRunResult> {
  const size = fixedSize(manifest);
  const reader = new CropPixelReader(2 * Math.max(size.widthPx, size.heightPx));
  const tensor = toPlanes(fitPicture(reader.read(picture), size, manifest.input), manifest.input);
  const [mirrored] = await embedTensors(network, manifest, [mirrorPlanes(tensor, size.widthPx)]);
  // The second run is timed: the first one pays for what the runtime makes once.
  const startMs = performance.now();
  const [plain] = await embedTensors(network, manifest, [tensor]);
  const inferenceMs = performance.now() - startMs;
  if (!plain || !mirrored) throw new RangeError('Expected a vector for each picture');
  return {
    task: 'embed',
    inferenceMs,
    dimension: plain.length,
    selfSimilarity: dot(plain, mirrored),
  };
}
