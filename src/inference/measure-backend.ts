import type { ProbeRequest } from '../contracts/worker-api';
import { median } from '../core/rolling-stats';
import { ModelSession } from './model-session';

/**
 * Loads a network and times it on empty pictures: median milliseconds for each of `inputs`, first run
 * of each not counted. Throws AppError BACKEND_*, MODEL_*.
 */
export async function measureBackend(request: ProbeRequest): Promise<readonly number[]> {
  const session = await ModelSession.open(request);
  try {
    const medians: number[] = [];
    for (const { widthPx, heightPx } of request.inputs) {
      medians.push(await measureInput(session, widthPx, heightPx, request.runCount));
    }
    return medians;
  } finally {
    await session.dispose();
  }
}

async function measureInput(
  session: ModelSession,
  widthPx: number,
  heightPx: number,
  runCount: number,
): Promise<number> {
  const data = new Float32Array(3 * widthPx * heightPx);
  const timesMs: number[] = [];
  for (let run = 0; run <= runCount; run += 1) {
    const startMs = performance.now();
    await session.run({ location: 'cpu', data, shape: [1, 3, heightPx, widthPx] });
    if (run > 0) timesMs.push(performance.now() - startMs);
  }
  return median(timesMs);
}
