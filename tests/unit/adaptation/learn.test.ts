import { memory } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { learnAdaptation } from '../../../src/adaptation/learn';
import type { AdaptationProgress } from '../../../src/contracts/recognition';
import { projectionOf } from '../../../src/core/projection';
import { equalErrorRate, similaritiesOf } from '../../../src/core/separation';
import { syntheticPairs, type SyntheticScene } from './synthetic-scene';

/** What all vehicles share drowns what is their own; a projection that leaves it out is right. */
const LEARNABLE: SyntheticScene = {
  vehicleCount: 160,
  seed: 3,
  nuisance: 1.2,
  identity: 0.35,
  noise: 0.15,
};
/** Sightings of a vehicle have nothing in common. */
const HOPELESS: SyntheticScene = { ...LEARNABLE, nuisance: 1, identity: 0, noise: 1 };
const TIMEOUT_MS = 180_000;

describe('learnAdaptation', () => {
  it(
    'tells vehicles apart that it never saw, the same way each time, and holds no tensor afterwards',
    async () => {
      const set = syntheticPairs(LEARNABLE);
      const tensorCount = memory().numTensors;
      const told: AdaptationProgress[] = [];
      const outcome = await learnAdaptation(set, 0.8, (progress) => told.push(progress));
      if (!outcome.isBetter) throw new Error(outcome.reason);
      const { adaptation } = outcome;
      expect(adaptation.report.before.equalErrorRate).toBeGreaterThan(0.1);
      expect(adaptation.report.after.equalErrorRate).toBeLessThan(0.04);
      expect(told.map(({ epoch }) => epoch)).toEqual(told.map((_, index) => index + 1));
      expect(told.every(({ epoch, epochCount }) => epoch <= epochCount)).toBe(true);
      expect(adaptation.id).toMatch(/^[0-9a-f]{8}$/);
      expect(adaptation.accept).toBeGreaterThan(0);
      expect(adaptation.accept).toBeLessThan(1);
      expect(memory().numTensors).toBe(tensorCount);

      // Another draw of the same world: other vehicles, the same nuisance.
      const others = syntheticPairs({ ...LEARNABLE, seed: 77 });
      const project = projectionOf(adaptation);
      const errorBefore = equalErrorRate(similaritiesOf(others, others.pairs))!;
      const errorAfter = equalErrorRate(similaritiesOf(others, others.pairs, project))!;
      expect(errorAfter).toBeLessThan(errorBefore / 3);

      const again = await learnAdaptation(set, 0.8, () => undefined);
      if (!again.isBetter) throw new Error(again.reason);
      expect(again.adaptation.id).toBe(adaptation.id);
      expect(again.adaptation.matrix).toEqual(adaptation.matrix);
    },
    TIMEOUT_MS,
  );

  it(
    'refuses what it learned where there is nothing to learn',
    async () => {
      const outcome = await learnAdaptation(syntheticPairs(HOPELESS), 0.8, () => undefined);
      expect(outcome).toMatchObject({ isBetter: false });
      expect(!outcome.isBetter && outcome.reason).toContain('Nothing was changed');
    },
    TIMEOUT_MS,
  );

  it(
    'refuses to change a space in which vehicles lie apart already',
    async () => {
      const clear = syntheticPairs({ ...LEARNABLE, nuisance: 0, identity: 1, noise: 0.05 });
      const outcome = await learnAdaptation(clear, 0.8, () => undefined);
      expect(outcome).toMatchObject({
        isBetter: false,
        report: { before: { equalErrorRate: 0, recallAtOnePercent: 1 } },
      });
      expect(!outcome.isBetter && outcome.reason).toContain('Nothing was changed');
    },
    TIMEOUT_MS,
  );

  it('says so when there are pairs enough, but of few vehicles', async () => {
    const set = syntheticPairs({ ...LEARNABLE, vehicleCount: 4 });
    // The user confirmed one vehicle over and over.
    const same = Array.from({ length: 60 }, () => set.pairs[0]!);
    const different = Array.from({ length: 300 }, () => set.pairs.find((pair) => !pair.isSame)!);
    const outcome = await learnAdaptation(
      { ...set, groups: set.groups.map(() => 0), pairs: [...same, ...different] },
      0.8,
      () => undefined,
    );
    expect(outcome).toMatchObject({ isBetter: false, report: null });
    expect(!outcome.isBetter && outcome.reason).toMatch(/60 and 300 of use, of too few vehicles/);
  });

  it('says how many pairs it takes when there are too few', async () => {
    const outcome = await learnAdaptation(
      syntheticPairs({ ...LEARNABLE, vehicleCount: 10 }),
      0.8,
      () => undefined,
    );
    expect(outcome).toMatchObject({ isBetter: false, report: null });
    expect(!outcome.isBetter && outcome.reason).toMatch(
      /50 pairs.*250 of different.*20 and \d+ of use\.$/,
    );
  });
});
