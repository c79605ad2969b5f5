import type { ModelManifest } from '../../contracts/model';
import type { IdentityConfig, StageReady } from '../../contracts/worker-api';
import { checkGolden } from '../../inference/golden-test';
import { ModelSession } from '../../inference/model-session';
import { CropPixelReader } from './crop-pixels';
import { fixedSize } from './crop-tensor';
import { VehicleEmbedder } from './embedder';

/** A ready embedder and what it cost to get there. */
export interface ReadyEmbedder {
  readonly embedder: VehicleEmbedder;
  readonly ready: StageReady;
}

/**
 * Loads the network and runs it once, on a provider that is new with its golden test first. Throws AppError MODEL_*,
 * BACKEND_*.
 */
export async function openEmbedder(
  config: Pick<
    IdentityConfig,
    'manifest' | 'modelUrl' | 'runtimeBaseUrl' | 'backend' | 'isProviderNew'
  >,
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
  try {
    if (config.isProviderNew) await checkGolden(network, manifest);
    const embedder = makeEmbedder(network, manifest);
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
  } catch (error) {
    await network.dispose();
    throw error;
  }
}

/** An embedder on a loaded network, which it owns. Throws AppError MODEL_INCOMPATIBLE. */
function makeEmbedder(network: ModelSession, manifest: ModelManifest): VehicleEmbedder {
  const { widthPx, heightPx } = fixedSize(manifest);
  const reader = new CropPixelReader(2 * Math.max(widthPx, heightPx));
  return new VehicleEmbedder(network, manifest, (image) => reader.read(image));
}
