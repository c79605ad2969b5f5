import { expect, it } from 'vitest';
import { BODY_SHAPES } from '../../../../src/street/vehicles/body-shapes';
import { profileCurve } from '../../../../src/street/vehicles/profile-curve';

it('a silhouette goes through its points and stays between neighbours', () => {
  for (const [name, { top }] of Object.entries(BODY_SHAPES)) {
    const curve = profileCurve(top);
    for (const [index, [xM, yM]] of top.entries()) {
      expect(curve(xM), name).toBeCloseTo(yM, 9);
      const next = top[index + 1];
      if (!next) continue;
      for (const share of [0.1, 0.37, 0.5, 0.81]) {
        const height = curve(xM + (next[0] - xM) * share);
        expect(height, name).toBeGreaterThanOrEqual(Math.min(yM, next[1]) - 1e-9);
        expect(height, name).toBeLessThanOrEqual(Math.max(yM, next[1]) + 1e-9);
      }
    }
  }
});

it('outside its points a silhouette keeps the height of its ends', () => {
  const curve = profileCurve([
    [0, 1],
    [1, 3],
  ]);
  expect([curve(-5), curve(0.5), curve(9)]).toEqual([1, 2, 3]);
});
