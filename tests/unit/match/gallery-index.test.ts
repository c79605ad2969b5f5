import { describe, expect, it } from 'vitest';
import { GalleryIndex } from '../../../src/stages/match/gallery-index';

const SPACE = 'a:1';

function at(angleDeg: number): { space: string; vector: Float32Array } {
  const angle = (angleDeg * Math.PI) / 180;
  return { space: SPACE, vector: Float32Array.from([Math.cos(angle), Math.sin(angle)]) };
}

function sighting(sightingId: string, vehicleNumber: number) {
  return { sightingId, vehicleId: `v${vehicleNumber}`, vehicleNumber, cameraId: 'gate' };
}

describe('GalleryIndex', () => {
  it('ranks vehicles by their most similar sighting, best first', () => {
    const index = new GalleryIndex(SPACE, 2);
    index.put(sighting('s1', 1), at(0));
    index.put(sighting('s2', 1), at(90));
    index.put(sighting('s3', 2), at(60));
    expect(index.rank(at(85)).map(({ vehicleId, sightingId }) => [vehicleId, sightingId])).toEqual([
      ['v1', 's2'],
      ['v2', 's3'],
    ]);
    expect(index.rank(at(0))[0]?.similarity).toBeCloseTo(1, 6);
    expect(index.rank(at(0))[0]?.similarity).toBeLessThanOrEqual(1);
  });

  it('replaces a sighting that is put again', () => {
    const index = new GalleryIndex(SPACE, 2);
    index.put(sighting('s1', 1), at(0));
    index.put(sighting('s1', 2), at(90));
    expect(index.size).toBe(1);
    expect(index.rank(at(90))).toMatchObject([{ vehicleId: 'v2' }]);
  });

  it('copies what it is given', () => {
    const index = new GalleryIndex(SPACE, 2);
    const embedding = at(0);
    index.put(sighting('s1', 1), embedding);
    embedding.vector.fill(0);
    expect(index.rank(at(0))[0]?.similarity).toBeCloseTo(1, 6);
  });

  it('finds everything after growing past a block and forgetting from the middle', () => {
    const index = new GalleryIndex(SPACE, 2);
    const count = 9000;
    for (let i = 0; i < count; i += 1) index.put(sighting(`s${i}`, i), at((i / count) * 300));
    expect(index.removeVehicle('v100')).toBe(1);
    expect(index.removeVehicle('v100')).toBe(0);
    expect(index.size).toBe(count - 1);
    for (const i of [0, 99, 101, 4095, 4096, 8191, 8192, 8999]) {
      expect(index.rank(at((i / count) * 300))[0]?.vehicleNumber).toBe(i);
    }
  });

  it('forgets all sightings of a vehicle, and everything on clear', () => {
    const index = new GalleryIndex(SPACE, 2);
    for (let i = 0; i < 6; i += 1) index.put(sighting(`s${i}`, i % 2), at(i * 10));
    expect(index.removeVehicle('v0')).toBe(3);
    expect(index.rank(at(0)).map(({ vehicleId }) => vehicleId)).toEqual(['v1']);
    index.clear();
    expect(index.rank(at(0))).toEqual([]);
  });

  it('never compares vectors of different spaces or lengths', () => {
    const index = new GalleryIndex(SPACE, 2);
    const mismatch = expect.objectContaining({ code: 'EMBEDDING_SPACE_MISMATCH' }) as Error; // a matcher
    const other = { space: 'b:1', vector: at(0).vector };
    expect(() => index.rank(other)).toThrow(mismatch);
    expect(() => {
      index.put(sighting('s1', 1), other);
    }).toThrow(mismatch);
    expect(() => index.rank({ space: SPACE, vector: new Float32Array(3) })).toThrow(mismatch);
  });
});
