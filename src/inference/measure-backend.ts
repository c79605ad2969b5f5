import type { ProbeRequest } from '../contracts/worker-api';
import { median } from '../core/rolling-stats';
import { checkGolden } from './golden-test';
import { ModelSession } from './model-session';

/** A device this slow needs no median to be told from others: one timed run is enough then. */
const LONG_ENOUGH_MS = 500;

/**
 * Loads a network, runs its golden test and times it on empty pictures: median milliseconds for each of `inputs`, first run
 * of each not counted, fewer than `runCount` on a slow device. Throws AppError BACKEND_*, MODEL_*.
 */
export async function measureBackend(request: ProbeRequest): Promise<readonly number[]> {
  const session = await ModelSession.open(request);
  try {
    await checkGolden(session, request.manifest);
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
  const timeOnce = async (): Promise<number> => {
    const startMs = performance.now();
    await session.run({ location: 'cpu', data, shape: [1, 3, heightPx, widthPx] });
    return performance.now() - startMs;
  };
  await timeOnce();
  for (let spentMs = 0; timesMs.length < runCount && spentMs < LONG_ENOUGH_MS;) {
    const ms = await timeOnce();
    timesMs.push(ms);
    spentMs += ms;
  }
  return median(timesMs);
}
