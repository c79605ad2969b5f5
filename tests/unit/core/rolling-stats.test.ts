import { describe, expect, it } from 'vitest';
import { median, RollingStats } from '../../../src/core/rolling-stats';

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 100])).toBe(3.5);
    expect(median([2])).toBe(2);
  });

  it('is 0 for nothing, and leaves its argument as it was', () => {
    const values = [3, 1, 2];
    expect(median([])).toBe(0);
    expect(median(values)).toBe(2);
    expect(values).toEqual([3, 1, 2]);
  });

  it('sorts as numbers, not as words', () => {
    expect(median([10, 9, 100])).toBe(10);
  });
});

describe('RollingStats', () => {
  it('forgets values older than its capacity', () => {
    const stats = new RollingStats(3);
    for (const value of [1000, 1000, 1, 2, 3]) stats.push(value);
    expect(stats.count).toBe(3);
    expect(stats.median).toBe(2);
  });

  it('begins anew after clear', () => {
    const stats = new RollingStats(3);
    stats.push(7);
    stats.clear();
    expect(stats.count).toBe(0);
    expect(stats.median).toBe(0);
    stats.push(5);
    expect(stats.median).toBe(5);
  });
});
