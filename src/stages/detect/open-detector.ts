import type { FramePath, PerceptionConfig } from '../../contracts/worker-api';
import { checkGolden } from '../../inference/golden-test';
import { ModelSession, type OpenModelRequest } from '../../inference/model-session';
import letterboxKernelUrl from '../../kernels/letterbox.wasm?url';
import { CanvasPreparer } from './canvas-preparer';
import { NetworkDetector } from './detector';
import { FramePreparer } from './frame-preparer';
import { I420Preparer } from './i420-preparer';
import type { InputPreparer } from './input-preparer';
import { WebGpuPreparer } from './webgpu-preparer';

export interface OpenedDetector {
  readonly detector: NetworkDetector;
  /** Threads in use, which may be fewer than asked for. */
  readonly threadCount: number;
}

/**
 * Loads network, runtime and preparers; runs the golden test first on a provider that is new. Throws AppError MODEL_*,
 * BACKEND_*.
 */
export async function openDetector(
  config: Omit<PerceptionConfig, 'options'>,
  onProgress?: OpenModelRequest['onProgress'],
): Promise<OpenedDetector> {
  const { manifest, backend, framePath } = config;
  const session = await ModelSession.open({
    manifest,
    modelUrl: config.modelUrl,
    runtimeBaseUrl: config.runtimeBaseUrl,
    provider: backend.provider,
    threadCount: backend.threadCount,
    ...(onProgress ? { onProgress } : {}),
  });
  try {
    if (config.isProviderNew) await checkGolden(session, manifest);
    const preparers = await makePreparers(session, config);
    const wanted = framePath ? preparers.filter(({ path }) => path === framePath) : preparers;
    const detector = new NetworkDetector(
      manifest,
      session,
      new FramePreparer(requireAny(wanted, framePath)),
      backend.inputSidePx,
    );
    return { detector, threadCount: session.threadCount };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** All that can work with this session, best first. */
async function makePreparers(
  session: ModelSession,
  { manifest }: Pick<PerceptionConfig, 'manifest'>,
): Promise<readonly InputPreparer[]> {
  const canvas = new CanvasPreparer(manifest.input);
  // Its tensor is made as planes and turned over on the CPU, which one on the graphics card cannot be.
  if (session.gpuDevice && manifest.input.layout === 'NHWC') return [canvas];
  // Frames of a WebGPU session are on the graphics card already or go there in any case.
  if (session.gpuDevice) return [new WebGpuPreparer(session.gpuDevice, manifest.input), canvas];
  return [await I420Preparer.load(letterboxKernelUrl, manifest.input), canvas];
}

function requireAny(
  preparers: readonly InputPreparer[],
  framePath: FramePath | null,
): readonly InputPreparer[] {
  if (preparers.length > 0) return preparers;
  throw new RangeError(`Frame path ${framePath ?? 'any'} does not work with this backend`);
}
