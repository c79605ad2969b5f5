import type { EmbedderOutputSpec, ModelManifest } from '../../contracts/model';
import { AppError } from '../../core/app-error';
import { toUnitLength } from '../../core/vector';
import type { ModelSession } from '../../inference/model-session';
import { fixedSize } from './crop-tensor';

/** The output of an embedder's manifest. Throws AppError MODEL_INCOMPATIBLE for that of a detector. */
export function embedderOutput(manifest: Pick<ModelManifest, 'id' | 'output'>): EmbedderOutputSpec {
  if (manifest.output.type === 'embedding') return manifest.output;
  throw new AppError(
    'MODEL_INCOMPATIBLE',
    `Model ${manifest.id}: expected the output of an embedder, found ${manifest.output.type}`,
  );
}

/**
 * Runs an embedder on crops that are ready, all in one inference; vectors of unit length. Throws AppError
 * BACKEND_FAILED; MODEL_INCOMPATIBLE when the output has another size.
 */
export async function embedTensors(
  network: Pick<ModelSession, 'run'>,
  manifest: ModelManifest,
  tensors: readonly Float32Array[],
): Promise<readonly Float32Array[]> {
  const { name, dimension } = embedderOutput(manifest);
  const { widthPx, heightPx } = fixedSize(manifest);
  const length = 3 * widthPx * heightPx;
  const data = new Float32Array(length * tensors.length);
  tensors.forEach((tensor, i) => {
    data.set(tensor, i * length);
  });
  const outputs = await network.run({
    location: 'cpu',
    data,
    shape: [tensors.length, 3, heightPx, widthPx],
  });
  const output = outputs[name];
  if (output?.data.length !== tensors.length * dimension) {
    throw new AppError(
      'MODEL_INCOMPATIBLE',
      `Expected an output ${name} of ${tensors.length}x${dimension}, found ${output?.shape.join('x') ?? 'none'}`,
    );
  }
  return tensors.map((_, i) => requireUnit(output.data.slice(i * dimension, (i + 1) * dimension)));
}

/** A copy with unit length. Throws AppError BACKEND_FAILED when it has none. */
export function requireUnit(vector: Float32Array): Float32Array {
  const unit = toUnitLength(vector);
  if (unit) return unit;
  throw new AppError(
    'BACKEND_FAILED',
    'Expected a finite vector with a length, got NaN, infinity or zero',
  );
}
