import { describe, expect, test } from 'vitest';
import { FrameRatePicker } from '../../../src/sources/frame-rate-picker';

/** Indexes taken of `count` frames at `fileRate`, times in whole microseconds. */
function taken(fileRate: number, wantedRate: number, count: number): number[] {
  const picker = new FrameRatePicker(wantedRate);
  return Array.from({ length: count }, (_, index) => index).filter((index) =>
    picker.takes(Math.round((index * 1e6) / fileRate)),
  );
}

describe('thinning to a frame rate', () => {
  test.each([12, 24, 25, 30, 50, 60])(
    'takes every frame of a file of the same rate (%i)',
    (rate) => {
      expect(taken(rate, rate, 1000)).toHaveLength(1000);
    },
  );

  test('takes every frame of a slower file', () => {
    expect(taken(12.5, 30, 300)).toHaveLength(300);
  });

  test('takes every third frame where that is the wanted rate', () => {
    expect(taken(30, 10, 300)).toEqual(Array.from({ length: 100 }, (_, index) => index * 3));
  });

  test('takes the wanted number a second where the rates do not divide', () => {
    expect(taken(25, 10, 250)).toHaveLength(100);
    expect(taken(24, 5, 240)).toHaveLength(50);
  });

  test('takes a frame after every gap of an irregular file', () => {
    const picker = new FrameRatePicker(2);
    const timesUs = [0, 100_000, 499_000, 500_000, 700_000, 3_000_000, 3_100_000, 3_600_000];
    expect(timesUs.filter((timeUs) => picker.takes(timeUs))).toEqual([
      0, 499_000, 3_000_000, 3_600_000,
    ]);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate of %d', (rate) => {
    expect(() => new FrameRatePicker(rate)).toThrow(RangeError);
  });
});
