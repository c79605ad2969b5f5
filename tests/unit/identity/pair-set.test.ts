import { describe, expect, it } from 'vitest';
import { makePairSet } from '../../../src/stages/identity/pair-set';
import type { StoredEvidence } from '../../../src/stages/identity/ports';

function of(id: string, vehicleId = `vehicle of ${id}`) {
  return { sightingId: id, vehicleId, cameraId: 'gate', cameraLabel: 'Gate' };
}

function sample(id: string, at: number, companionIds: readonly string[] = [], hasLate = true) {
  const late = hasLate ? Float32Array.of(at, 1) : null;
  return { ...of(id), early: Float32Array.of(at, 0), late, companionIds };
}

describe('the pairs a gallery knows of', () => {
  it('are the halves of a track, and those seen together where both are still known', () => {
    const samples = [sample('b', 2, ['a', 'gone']), sample('a', 1, [], false)];
    const set = makePairSet('space', { samples, confirmed: [] });
    expect(set.dimension).toBe(2);
    expect([...set.vectors]).toEqual([2, 0, 2, 1, 1, 0]);
    expect(set.pairs).toEqual([
      { a: 0, b: 1, isSame: true, evidence: 'same-track' },
      { a: 0, b: 2, isSame: false, evidence: 'seen-together' },
    ]);
    expect(set.groups).toEqual([0, 0, 1]);
  });

  it('join the groups of vehicles that the user called one, and believe him before the frame', () => {
    const confirmed: StoredEvidence['confirmed'] = [
      {
        isSame: true,
        sightings: [
          { ...of('a'), vector: Float32Array.of(5, 5) },
          { ...of('b'), vector: Float32Array.of(6, 6) },
        ],
      },
    ];
    const set = makePairSet('space', {
      samples: [sample('b', 2, ['a']), sample('a', 1)],
      confirmed,
    });
    expect(set.pairs.map(({ evidence }) => evidence)).toEqual([
      'same-track',
      'same-track',
      'confirmed',
    ]);
    expect(new Set(set.groups).size).toBe(1);
  });

  it('are none in an empty gallery', () => {
    const set = makePairSet('space', { samples: [], confirmed: [] });
    expect(set).toMatchObject({ dimension: 0, pairs: [], groups: [] });
    expect(set.vectors).toHaveLength(0);
  });
});
