import { describe, expect, it } from 'vitest';
import { drawScene, type EmbeddedImage } from '../../eval/adaptation/scene-draw';

const VEHICLES = Array.from({ length: 30 }, (_, index) => `car_${index}`);
const IMAGES: readonly EmbeddedImage[] = VEHICLES.flatMap((vehicle, index) =>
  ['cam1', 'cam2'].map((camera, side) => ({
    vehicle,
    camera,
    vector: Float32Array.of(index, side),
  })),
);

describe('a draw of a scene to learn from', () => {
  const { learned, heldOut } = drawScene(IMAGES, 1);
  const vehicleAt = (index: number): number => learned.vectors[index * 2]!;
  const cameraAt = (index: number): number => learned.vectors[index * 2 + 1]!;

  it('holds a third of the vehicles out, with both of their pictures', () => {
    const out = new Set(heldOut.map(({ vehicle }) => vehicle));
    expect(out.size).toBe(10);
    expect(heldOut).toHaveLength(20);
    const known = new Set(learned.groups.map((_, index) => `car_${vehicleAt(index)}`));
    expect(known.size).toBe(20);
    expect([...known].filter((vehicle) => out.has(vehicle))).toEqual([]);
  });

  it('knows each vehicle at both cameras, and of others what was in view or was told apart', () => {
    const same = learned.pairs.filter(({ isSame }) => isSame);
    expect(same).toHaveLength(20);
    for (const { a, b, isSame, evidence } of learned.pairs) {
      expect(isSame).toBe(vehicleAt(a) === vehicleAt(b));
      expect(isSame).toBe(learned.groups[a] === learned.groups[b]);
      if (evidence === 'seen-together') expect(cameraAt(a)).toBe(cameraAt(b));
      else expect(cameraAt(a)).not.toBe(cameraAt(b));
    }
    // Four that follow at each camera, and two at the other, but for those at the end.
    expect(learned.pairs).toHaveLength(20 + 2 * (16 * 4 + 3 + 2 + 1) + 2 * (18 * 2 + 1));
  });

  it('is the same for a seed, and another for the next', () => {
    expect(drawScene(IMAGES, 1)).toEqual({ learned, heldOut });
    expect(drawScene(IMAGES, 2).heldOut).not.toEqual(heldOut);
  });
});
