import { describe, expect, it } from 'vitest';
import type { PairEvidence, PairSet, VectorPair } from '../../../src/contracts/recognition';
import { trialsNeeded, upperBound } from '../../../src/core/binomial';
import { calibrate, HISTOGRAM_BIN_COUNT, histogramOf } from '../../../src/core/calibration';
import { projectionOf, projectPairSet } from '../../../src/core/projection';
import { equalErrorRate, lowestAccept, separationOf } from '../../../src/core/separation';
import { createRandom } from '../../../src/street/random';

interface Wanted {
  readonly similarity: number;
  readonly isSame: boolean;
  readonly evidence?: PairEvidence;
  readonly cameras?: readonly [string, string];
}

/** Pairs in the plane whose cosine is what is wanted: two vectors of their own each. */
function pairSetOf(wanted: readonly Wanted[]): PairSet {
  const pairs = wanted.map(({ isSame, evidence }, index): VectorPair => {
    const usual = isSame ? 'same-track' : 'seen-together';
    return { a: 2 * index, b: 2 * index + 1, isSame, evidence: evidence ?? usual };
  });
  const vectors = wanted.flatMap(({ similarity }) => [
    1,
    0,
    similarity,
    Math.sqrt(1 - similarity * similarity),
  ]);
  const cameraIds = wanted.flatMap(({ cameras }) => cameras ?? ['a', 'a']);
  return {
    space: 'model:1',
    dimension: 2,
    vectors: Float32Array.from(vectors),
    cameraIds,
    cameraLabels: cameraIds.map((id) => `Camera ${id}`),
    groups: cameraIds.map((_, index) => index),
    pairs,
  };
}

/** `count` pairs around a similarity. */
function around(centre: number, spread: number, count: number, isSame: boolean, seed: number) {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => ({
    similarity: Math.max(-1, Math.min(1, centre + random.between(-spread, spread))),
    isSame,
  }));
}

describe('calibrate', () => {
  it('proposes the lowest threshold that keeps to the rate, with what it misses', () => {
    const different = Array.from({ length: 400 }, (_, index) => (index + 0.5) / 1000); // to 0.3995
    const same = [0.2, 0.41, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99];
    const [all] = calibrate(
      pairSetOf([
        ...different.map((similarity) => ({ similarity, isSame: false })),
        ...same.map((similarity) => ({ similarity, isSame: true })),
      ]),
      0.01,
    );
    // Four of 400 may be taken for one: those from 0.3965 to 0.3995.
    expect(all?.proposal).toMatchObject({
      accept: 0.396,
      falseMatchRate: 0.01,
      falseNonMatchRate: expect.closeTo(0.1, 9) as number,
      sameCount: 10,
      differentCount: 400,
    });
    expect(all?.proposal?.falseMatchRateUpper).toBeCloseTo(0.02274, 4);
  });

  it('agrees with a search of every thousandth on random sets', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const different = around(0.3, 0.5, 350 + seed * 7, false, seed).map((p) => p.similarity);
      const same = around(0.7, 0.3, 40, true, seed + 100).map((p) => p.similarity);
      for (const rate of [0.01, 0.02, 0.1, 0.5]) {
        const proposed = lowestAccept(different, rate);
        expect(proposed).toBe(searchedAccept(different, rate));
      }
      expect(equalErrorRate({ same, different })).toBeCloseTo(
        searchedErrorRate(same, different),
        9,
      );
    }
  });

  it('says how many pairs the rate takes instead of guessing from too few', () => {
    const [all] = calibrate(
      pairSetOf([...around(0.1, 0.1, 250, false, 1), ...around(0.9, 0.05, 30, true, 2)]),
      0.01,
    );
    expect(all?.proposal).toBeNull();
    expect(all?.equalErrorRate).toBe(0);
    expect(all?.caution).toContain('299');
    expect(all?.caution).toContain('250');
  });

  it('proposes nothing when it cannot tell what a threshold would miss', () => {
    const [all] = calibrate(
      pairSetOf([...around(0.1, 0.1, 400, false, 1), ...around(0.9, 0.05, 1, true, 2)]),
      0.01,
    );
    expect(all?.proposal).toBeNull();
    expect(all?.caution).toContain('so far there is 1');
  });

  it('proposes nothing when different vehicles are copies of one another', () => {
    const [all] = calibrate(
      pairSetOf([...around(1, 0, 400, false, 1), ...around(0.9, 0.05, 20, true, 2)]),
      0.01,
    );
    expect(all?.proposal).toBeNull();
    expect(all?.caution).toContain('exactly alike');
  });

  it('warns that pairs of one passage flatter, until the user confirmed one', () => {
    const tracks = [...around(0.1, 0.1, 400, false, 1), ...around(0.9, 0.05, 20, true, 2)];
    expect(calibrate(pairSetOf(tracks), 0.01)[0]?.caution).toContain('single passages');
    const confirmed: Wanted = { similarity: 0.8, isSame: true, evidence: 'confirmed' };
    expect(calibrate(pairSetOf([...tracks, confirmed]), 0.01)[0]?.caution).toBeNull();
  });

  it('counts each pair of cameras by itself, in either order, after all together', () => {
    const calibrations = calibrate(
      pairSetOf([
        { similarity: 0.9, isSame: true, cameras: ['b', 'a'] },
        { similarity: 0.1, isSame: false, cameras: ['a', 'b'] },
        { similarity: 0.2, isSame: false, cameras: ['b', 'b'] },
      ]),
      0.01,
    );
    expect(calibrations.map(({ cameraIds }) => cameraIds)).toEqual([null, ['a', 'b'], ['b', 'b']]);
    expect(calibrations[1]?.cameraLabels).toEqual(['Camera a', 'Camera b']);
    expect(calibrations.map(({ same, different }) => [same.total, different.total])).toEqual([
      [1, 2],
      [1, 1],
      [0, 1],
    ]);
    expect(calibrations[2]?.equalErrorRate).toBeNull();
  });

  it('refuses a rate that is none', () => {
    const empty = pairSetOf([]);
    expect(() => calibrate(empty, 0)).toThrow(RangeError);
    expect(() => calibrate(empty, 1)).toThrow(RangeError);
    expect(calibrate(empty, 0.5)).toHaveLength(1);
  });

  it('looks at projected vectors when it is told to', async () => {
    const pairs = pairSetOf([{ similarity: 0.6, isSame: true }]);
    const onto = {
      matrix: Float32Array.of(1, 0, 0, 0.001),
      inputDimension: 2,
      outputDimension: 2,
    };
    const [direct] = calibrate(pairs, 0.5, projectionOf(onto));
    expect(direct?.same.counts.at(-1)).toBe(1);
    const [before] = calibrate(await projectPairSet(pairs, onto), 0.5);
    expect(before).toEqual(direct);
  });
});

describe('histogramOf', () => {
  it('has a place for every similarity, both ends included', () => {
    const { counts, total } = histogramOf([-1, -0.999, 0, 0.999, 1]);
    expect(counts).toHaveLength(HISTOGRAM_BIN_COUNT);
    expect(total).toBe(5);
    expect([counts[0], counts[HISTOGRAM_BIN_COUNT / 2], counts.at(-1)]).toEqual([2, 1, 2]);
  });
});

describe('upperBound', () => {
  it('is the exact bound of Clopper and Pearson', () => {
    // scipy 1.10.1: beta.ppf(0.95, count + 1, total - count)
    expect(upperBound(0, 300)).toBeCloseTo(1 - 0.05 ** (1 / 300), 12);
    expect(upperBound(1, 10)).toBeCloseTo(0.39416, 4);
    expect(upperBound(3, 3)).toBe(1);
    expect(upperBound(0, 0)).toBe(1);
  });

  it('stays above what was counted, and comes near it with many trials', () => {
    expect(upperBound(1000, 100_000)).toBeGreaterThan(0.01);
    expect(upperBound(1000, 100_000)).toBeLessThan(0.0106);
  });

  it('needs as many trials without a hit as the rule of three says', () => {
    expect(trialsNeeded(0.01)).toBe(299);
    expect(upperBound(0, 299)).toBeLessThanOrEqual(0.01);
    expect(upperBound(0, 298)).toBeGreaterThan(0.01);
  });
});

describe('separationOf', () => {
  it('is perfect for pairs that come apart, and a coin for pairs that do not', () => {
    expect(separationOf({ same: [0.8, 0.9], different: [0.1, 0.2] })).toEqual({
      equalErrorRate: 0,
      recallAtOnePercent: 1,
    });
    const both = Array.from({ length: 100 }, (_, index) => index / 100);
    expect(separationOf({ same: both, different: both })?.equalErrorRate).toBeCloseTo(0.5, 9);
    expect(separationOf({ same: [], different: [0.1] })).toBeNull();
  });
});

/** Every thousandth, from the lowest. */
function searchedAccept(different: readonly number[], rate: number): number | null {
  for (let step = 0; step <= 1000; step += 1) {
    const taken = different.filter((similarity) => similarity >= step / 1000).length;
    if (taken <= rate * different.length + 1e-9) return step / 1000;
  }
  return null;
}

/** Both shares counted anew at every similarity there is. */
function searchedErrorRate(same: readonly number[], different: readonly number[]): number {
  let best: readonly [gap: number, rate: number] = [Infinity, 1];
  for (const accept of [...same, ...different, Infinity].sort((a, b) => a - b)) {
    const missed = same.filter((similarity) => similarity < accept).length / same.length;
    const taken = different.filter((similarity) => similarity >= accept).length / different.length;
    const gap = Math.abs(missed - taken);
    if (gap < best[0] - 1e-12) best = [gap, (missed + taken) / 2];
  }
  return best[1];
}
