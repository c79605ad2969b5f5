import { describe, expect, test } from 'vitest';
import { packBlock, unpackBlock, withoutRows } from '../../../src/storage/vector-blocks';
import { vector } from './gallery-fixtures';

function row(id: string, first: number, space = 'space-a', dimension = 4) {
  return {
    sightingId: id,
    vehicleId: `vehicle-of-${id}`,
    vehicleNumber: 3,
    cameraId: 'camera',
    runId: 'run',
    startUnixMs: 1,
    endUnixMs: 2,
    space,
    vector: vector(first, dimension),
  };
}

describe('a block of vectors', () => {
  test('gives back every row with its facts and numbers', () => {
    const block = packBlock([row('a', 0.25), row('b', 0.5)]);
    expect(block.vectors.byteLength).toBe(2 * 4 * 4);
    expect(unpackBlock(block)).toEqual([
      expect.objectContaining({
        sightingId: 'a',
        vehicleId: 'vehicle-of-a',
        vector: vector(0.25),
      }),
      expect.objectContaining({ sightingId: 'b', vector: vector(0.5) }),
    ]);
  });

  test('refuses vectors of another space', () => {
    expect(() => packBlock([row('a', 1), row('b', 1, 'space-b')])).toThrow(
      expect.objectContaining({ code: 'EMBEDDING_SPACE_MISMATCH' }),
    );
  });

  test('refuses vectors of another length', () => {
    expect(() => packBlock([row('a', 1), row('b', 1, 'space-a', 8)])).toThrow(
      expect.objectContaining({ code: 'EMBEDDING_SPACE_MISMATCH' }),
    );
  });

  test('keeps no number of a removed row, wherever it was', () => {
    for (const removed of ['a', 'b', 'c']) {
      const block = packBlock([row('a', 0.25), row('b', 0.5), row('c', 0.75)]);
      const rest = withoutRows(block, new Set([removed]));
      const kept = ['a', 'b', 'c'].filter((id) => id !== removed);
      expect(rest?.sightingIds).toEqual(kept);
      expect(rest && unpackBlock(rest).map((each) => each.sightingId)).toEqual(kept);
      const gone = { a: 0.25, b: 0.5, c: 0.75 }[removed];
      expect([...new Float32Array(rest?.vectors ?? new ArrayBuffer(0))]).not.toContain(gone);
      expect(rest?.vectors.byteLength).toBe(2 * 4 * 4);
    }
  });

  test('is nothing once its last row is gone, and itself when no row of it goes', () => {
    const block = packBlock([row('a', 1)]);
    expect(withoutRows(block, new Set(['a']))).toBeNull();
    expect(withoutRows(block, new Set(['elsewhere']))).toBe(block);
  });
});
