import { describe, expect, it } from 'vitest';
import { createLearnAdaptation } from '../../../src/runtime/adaptation-client';
import type { AdaptationProgress } from '../../../src/contracts/recognition';
import { syntheticPairs } from '../../unit/adaptation/synthetic-scene';

const learn = createLearnAdaptation(
  () =>
    new Worker(new URL('../../../workers/adaptation.worker.ts', import.meta.url), {
      type: 'module',
    }),
);
const SCENE = { vehicleCount: 160, seed: 3, nuisance: 1.2, identity: 0.35, noise: 0.15 };

describe('the adaptation worker', () => {
  it('learns off the page, and ends when it is cancelled', async () => {
    const cancelled = new AbortController();
    const told: AdaptationProgress[] = [];
    const ended = learn(
      syntheticPairs(SCENE),
      0.8,
      (progress) => {
        told.push(progress);
        if (told.length === 2) cancelled.abort();
      },
      cancelled.signal,
    );
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
    expect(told.map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  it('answers within a second when it is cancelled in the middle of its work', async () => {
    const cancelled = new AbortController();
    let cancelledMs = Infinity;
    const learning = learn(
      syntheticPairs({ ...SCENE, vehicleCount: 600 }),
      0.8,
      () => {
        // The next epoch has begun by then, and takes longer than this.
        setTimeout(() => {
          cancelledMs = performance.now();
          cancelled.abort();
        }, 100);
      },
      cancelled.signal,
    );
    await expect(learning).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - cancelledMs).toBeLessThan(1_000);
  });

  it('answers in words when there are too few pairs', async () => {
    const few = syntheticPairs({ ...SCENE, vehicleCount: 8 });
    const { signal } = new AbortController();
    const outcome = await learn(few, 0.8, () => undefined, signal);
    expect(outcome).toMatchObject({ isBetter: false, report: null });
  });
});
