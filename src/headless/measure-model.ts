import type { HeadlessMeasurement } from '../contracts/headless';
import { ModelProbe } from '../runtime/model-probe';
import type { HeadlessServices } from './services';

/** Times a model in a worker of its own. See `HeadlessApi.measureModel`. */
export async function measureModel(
  { parts }: HeadlessServices,
  { manifest, provider, threadCount, size, runCount }: HeadlessMeasurement,
): Promise<number> {
  const probe = new ModelProbe(
    () => new Worker(new URL('../../workers/probe.worker.ts', import.meta.url), { type: 'module' }),
    new URL('ort/', document.baseURI).href,
  );
  const modelUrl = await parts.catalogue.urlOf(manifest);
  const { signal } = new AbortController();
  const [ms] = await probe.measure(
    { manifest, modelUrl, provider, threadCount, inputs: [size], runCount },
    signal,
  );
  if (ms === undefined) throw new TypeError('Expected one figure for one input, got none');
  return ms;
}
