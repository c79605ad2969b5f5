import { describe, expect, it } from 'vitest';
import { goldenInput, goldenTensor } from '../../../src/core/golden-input';

const size = { widthPx: 96, heightPx: 64 };

/** FNV-1a, so that one figure stands for all values. */
function fingerprint(values: Float32Array): number {
  let hash = 0x811c9dc5;
  for (const value of values) hash = Math.imul(hash ^ value, 0x01000193) >>> 0;
  return hash;
}

describe('the golden input', () => {
  it('is the same picture wherever it is made', () => {
    expect(fingerprint(goldenInput(7, size))).toBe(3_461_466_911);
  });

  it('holds whole grey levels of every range and three planes that differ', () => {
    const picture = goldenInput(7, size);
    expect(picture).toHaveLength(3 * 96 * 64);
    expect(picture.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(
      true,
    );
    const quarters = new Set([...picture].map((value) => Math.floor(value / 64)));
    expect([...quarters].sort()).toEqual([0, 1, 2, 3]);
    const [red, green] = [picture.slice(0, 96 * 64), picture.slice(96 * 64, 2 * 96 * 64)];
    expect(red).not.toEqual(green);
  });

  it('is another one for another seed', () => {
    expect(goldenInput(8, size)).not.toEqual(goldenInput(7, size));
  });

  it('has its planes in the channel order of the network, normalised', () => {
    const picture = goldenInput(7, size);
    const tensor = goldenTensor(7, size, {
      channelOrder: 'BGR',
      mean: [1, 2, 3],
      std: [10, 20, 40],
    });
    const plane = 96 * 64;
    expect(tensor[0]).toBeCloseTo(((picture[2 * plane] ?? NaN) - 1) / 10, 6);
    expect(tensor[plane]).toBeCloseTo(((picture[plane] ?? NaN) - 2) / 20, 6);
    expect(tensor[2 * plane]).toBeCloseTo(((picture[0] ?? NaN) - 3) / 40, 6);
  });
});
