import { describe, expect, it } from 'vitest';
import type { EmbeddedCrop } from '../../../src/contracts/embedding';
import { dot } from '../../../src/core/vector';
import { TrackDescriptor } from '../../../src/stages/embed/track-descriptor';

function crop(atS: number, angleDeg: number, quality = 0.5, space = 'a:1'): EmbeddedCrop {
  const angle = (angleDeg * Math.PI) / 180;
  return {
    trackId: 1,
    captureTimeUs: atS * 1e6,
    embedding: { space, vector: Float32Array.from([Math.cos(angle), Math.sin(angle)]) },
    sharpness: 1,
    quality,
  };
}

function descriptorOf(...crops: EmbeddedCrop[]): TrackDescriptor {
  const descriptor = new TrackDescriptor();
  for (const one of crops) descriptor.add(one);
  return descriptor;
}

function angleOf(descriptor: TrackDescriptor): number {
  const [x = 0, y = 0] = descriptor.mean()?.vector ?? [];
  return (Math.atan2(y, x) * 180) / Math.PI;
}

describe('TrackDescriptor', () => {
  it('has no mean before the first crop', () => {
    expect(new TrackDescriptor().mean()).toBeNull();
  });

  it('is the unit-length mean, better crops counting more', () => {
    const descriptor = descriptorOf(crop(0, 0, 0.9), crop(2, 40, 0.1));
    expect(angleOf(descriptor)).toBeGreaterThan(0);
    expect(angleOf(descriptor)).toBeLessThan(10);
    const vector = descriptor.mean()?.vector ?? new Float32Array(2);
    expect(dot(vector, vector)).toBeCloseTo(1, 5);
  });

  it('keeps the best five, whatever the order', () => {
    const qualities = [0.1, 0.9, 0.2, 0.8, 0.7, 0.3, 0.6, 0.5];
    const descriptor = descriptorOf(...qualities.map((q, i) => crop(i * 5, 0, q)));
    expect(descriptor.cropCount).toBe(5);
    expect(descriptor.mean()?.cropTimesUs).toEqual([5, 15, 20, 30, 35].map((s) => s * 1e6));
  });

  it('prefers a slightly poorer crop from another moment to a double', () => {
    const descriptor = descriptorOf(
      ...[0, 5, 10, 15].map((atS) => crop(atS, 0, 0.6)),
      crop(0.05, 0, 0.55),
      crop(20, 0, 0.5),
    );
    expect(descriptor.mean()?.cropTimesUs).toEqual([0, 5, 10, 15, 20].map((s) => s * 1e6));
  });

  it('leaves out a crop that shows something else', () => {
    const descriptor = descriptorOf(crop(0, 0), crop(2, 5), crop(4, 90), crop(6, 10));
    expect(descriptor.mean()?.cropTimesUs).toEqual([0, 2e6, 6e6]);
    expect(angleOf(descriptor)).toBeCloseTo(5, 0);
  });

  it('cannot tell which of two crops is wrong, and keeps both', () => {
    expect(descriptorOf(crop(0, 0), crop(2, 80)).mean()?.cropTimesUs).toHaveLength(2);
  });

  it('takes over the crops of a bridged part', () => {
    const descriptor = descriptorOf(crop(0, 0), crop(2, 0));
    descriptor.absorb(descriptorOf(crop(9, 20)));
    expect(descriptor.mean()?.cropTimesUs).toEqual([0, 2e6, 9e6]);
  });

  it('refuses a crop of another space', () => {
    expect(() => descriptorOf(crop(0, 0), crop(1, 0, 0.5, 'b:1'))).toThrow(
      expect.objectContaining({ code: 'EMBEDDING_SPACE_MISMATCH' }),
    );
  });
});
