import { memory } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { learnAdaptation } from '../../../src/adaptation/learn';
import { reasonAgainst } from '../../../src/adaptation/judge';
import { splitPairs } from '../../../src/adaptation/split-pairs';
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
      expect(told).toHaveLength(adaptation.report.epochCount);
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

  it('says how many pairs it takes when there are too few', async () => {
    const outcome = await learnAdaptation(
      syntheticPairs({ ...LEARNABLE, vehicleCount: 10 }),
      0.8,
      () => undefined,
    );
    expect(outcome).toMatchObject({ isBetter: false, report: null });
    expect(!outcome.isBetter && outcome.reason).toMatch(/80 pairs.*400 of different/);
  });
});

describe('splitPairs', () => {
  it('has no vehicle in two parts, also where the user joined two groups', () => {
    const set = syntheticPairs({ ...LEARNABLE, vehicleCount: 60 });
    // The user said: the first vehicle is the last one.
    const last = set.groups.length - 1;
    const joined = {
      ...set,
      pairs: [...set.pairs, { a: 0, b: last, isSame: true, evidence: 'confirmed' } as const],
    };
    const split = splitPairs(joined, 1);
    const vehicleOf = (index: number): number =>
      set.groups[index] === set.groups[last] ? 0 : set.groups[index]!;
    const [training, stopping, heldOut] = [split.training, split.stopping, split.heldOut].map(
      (part) => new Set(part.flatMap(({ a, b }) => [vehicleOf(a), vehicleOf(b)])),
    );
    expect([...training!].filter((one) => stopping!.has(one) || heldOut!.has(one))).toEqual([]);
    expect([...stopping!].filter((one) => heldOut!.has(one))).toEqual([]);
    expect(heldOut!.size).toBeGreaterThan(8);
    expect(splitPairs(joined, 1)).toEqual(split);
    expect(splitPairs(joined, 2)).not.toEqual(split);
  });
});

describe('reasonAgainst', () => {
  const before = { equalErrorRate: 0.1, recallAtOnePercent: 0.6 };

  it('keeps a clear gain, and not one that could be chance', () => {
    expect(
      reasonAgainst(before, { equalErrorRate: 0.05, recallAtOnePercent: 0.6 }, 100),
    ).toBeNull();
    expect(reasonAgainst(before, { equalErrorRate: 0.1, recallAtOnePercent: 0.7 }, 100)).toBeNull();
    const slight = { equalErrorRate: 0.088, recallAtOnePercent: 0.62 };
    expect(reasonAgainst(before, slight, 20)).toContain('not clearly better');
    expect(reasonAgainst(before, before, 1000)).toContain('not clearly better');
  });

  it('keeps nothing that makes the other figure worse', () => {
    const traded = { equalErrorRate: 0.02, recallAtOnePercent: 0.59 };
    expect(reasonAgainst(before, traded, 1000)).toContain('worse');
  });
});
