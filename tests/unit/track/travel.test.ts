import { describe, expect, it } from 'vitest';
import { KalmanBox } from '../../../src/core/kalman-box';
import { Travel } from '../../../src/stages/track/travel';
import { boxAt } from './scene';

/** Whether a box of 100 px side that is seen at these places, `stepSeconds` apart, travels in the end. */
function travels(xs: readonly number[], stepSeconds = 0.2): boolean {
  const at = (x: number): KalmanBox => new KalmanBox(boxAt(x, 300, 100, 100));
  const travel = new Travel(at(xs[0] ?? 0), 0);
  xs.forEach((x, index) => travel.add(at(x), index * stepSeconds * 1e6));
  return travel.isTravelling;
}

describe('Travel', () => {
  it('begins with three quarters of a side of straight way', () => {
    expect(travels([0, 30, 60])).toBe(false);
    expect(travels([0, 30, 60, 90])).toBe(true);
  });

  it('is no back and forth, even when that ends far from its start', () => {
    expect(travels([0, 60, 0, 60, 0, 60, 90])).toBe(false);
  });

  it('is no jitter, however long', () => {
    expect(travels(Array.from({ length: 500 }, (_, index) => (index % 2) * 20))).toBe(false);
  });

  it('begins anew after a stop', () => {
    const stop = Array.from({ length: 10 }, () => 60);
    expect(travels([0, 30, 60, ...stop, 90])).toBe(false);
    expect(travels([0, 30, 60, ...stop, 90, 120, 150])).toBe(true);
  });
});
