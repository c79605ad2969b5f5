import { describe, expect, it } from 'vitest';
import { orthonormalRows } from '../../../src/adaptation/orthonormal-rows';
import { createRandom } from '../../../src/street/random';

const LENGTH = 32;

function randomRows(count: number): Float32Array {
  const random = createRandom(5);
  return Float32Array.from({ length: count * LENGTH }, () => random.next() - 0.5);
}

/** Largest distance of any dot product of two rows from what it should be. */
function worstOf(rows: Float32Array): number {
  const count = rows.length / LENGTH;
  let worst = 0;
  for (let a = 0; a < count; a += 1) {
    for (let b = 0; b < count; b += 1) {
      let dot = a === b ? -1 : 0;
      for (let i = 0; i < LENGTH; i += 1) dot += rows[a * LENGTH + i]! * rows[b * LENGTH + i]!;
      worst = Math.max(worst, Math.abs(dot));
    }
  }
  return worst;
}

describe('orthonormal rows', () => {
  it('span what the rows did', () => {
    const basis = orthonormalRows(randomRows(20), LENGTH);
    expect(basis).toHaveLength(20 * LENGTH);
    expect(worstOf(basis)).toBeLessThan(1e-6);
  });

  it('leave out what adds nothing: copies, sums and zeros', () => {
    const rows = randomRows(8);
    rows.copyWithin(3 * LENGTH, 0, LENGTH);
    for (let i = 0; i < LENGTH; i += 1) rows[5 * LENGTH + i] = rows[i]! + 2 * rows[LENGTH + i]!;
    rows.fill(0, 7 * LENGTH);
    const basis = orthonormalRows(rows, LENGTH);
    expect(basis).toHaveLength(5 * LENGTH);
    expect(worstOf(basis)).toBeLessThan(1e-6);
  });
});
