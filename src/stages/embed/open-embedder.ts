import type { IdentityConfig, StageReady } from '../../contracts/worker-api';
import { ModelSession } from '../../inference/model-session';
import { CropPixelReader } from './crop-pixels';
import { VehicleEmbedder } from './embedder';

/** A ready embedder and what it cost to get there. */
export interface ReadyEmbedder {
  readonly embedder: VehicleEmbedder;
  readonly ready: StageReady;
}

/** Loads the network and runs it once. Throws AppError MODEL_*, BACKEND_*. */
export async function openEmbedder(
  config: Pick<IdentityConfig, 'manifest' | 'modelUrl' | 'runtimeBaseUrl' | 'backend'>,
): Promise<ReadyEmbedder> {
  const { manifest, modelUrl, runtimeBaseUrl, backend } = config;
  const { provider, threadCount } = backend;
  const startMs = performance.now();
  const network = await ModelSession.open({
    manifest,
    modelUrl,
    runtimeBaseUrl,
    provider,
    threadCount,
  });
  const loadedMs = performance.now();
  const reader = new CropPixelReader();
  const embedder = new VehicleEmbedder(network, manifest, (image) => reader.read(image));
  await embedder.warmUp();
  return {
    embedder,
    ready: {
      backend: { ...backend, threadCount: network.threadCount },
      model: { id: manifest.id, sha256: manifest.sha256 },
      loadMs: loadedMs - startMs,
      warmUpMs: performance.now() - loadedMs,
    },
  };
}
