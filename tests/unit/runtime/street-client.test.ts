import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StreetClient } from '../../../src/runtime/street-client';

/** As much of a worker as is needed to hear nothing from it. */
class SilentWorker extends EventTarget {
  isTerminated = false;

  postMessage(): void {
    // It hangs.
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the street client', () => {
  it('ends a worker that hangs over a picture before the run takes its perception for hanging', async () => {
    const worker = new SilentWorker();
    // The host posts to it, listens and ends it, no more.
    const client = new StreetClient(() => worker as unknown as Worker);
    client.open({ seed: 1, weather: 'sun', quality: null }).catch(() => undefined);
    const request = { cameraId: 'street-a', sceneTimeUs: 0, captureTimeUs: 0, wantsTruth: false };
    const failure = client.frame(request).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(worker.isTerminated).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(worker.isTerminated).toBe(true);
    expect(await failure).toMatchObject({ code: 'WORKER_GONE' });
  });
});
