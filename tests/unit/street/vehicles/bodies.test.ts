import { describe, expect, it } from 'vitest';
import { BODY_TYPES, type BodyType, type VehicleLook } from '../../../../src/contracts/street';
import { createRandom } from '../../../../src/street/random';
import { buildBody, planOf } from '../../../../src/street/vehicles/body-builder';
import { BODY_FACTS } from '../../../../src/street/vehicles/body-facts';
import { drawLook } from '../../../../src/street/vehicles/draw-look';
import { drawDetails } from '../../../../src/street/vehicles/vehicle-details';

/** What a machine without a GPU can draw seven of. */
const MOST_TRIANGLES = 7500;
/** A hand's breadth. */
const HAND_M = 0.1;

function bare(bodyType: BodyType): {
  readonly look: VehicleLook;
  readonly details: ReturnType<typeof drawDetails>;
} {
  const look = drawLook(createRandom(1), bodyType);
  return { look, details: { ...drawDetails(look), roofLoad: 'none', variant: 0 } };
}

describe.each(BODY_TYPES)('a %s', (bodyType) => {
  const { look, details } = bare(bodyType);
  const { geometry } = buildBody(look, details);
  geometry.computeBoundingBox();
  const box = geometry.boundingBox;
  const facts = BODY_FACTS[bodyType];

  it('is as long, wide and high as traffic believes', () => {
    if (!box) throw new Error('Expected a bounding box');
    const { wheels } = planOf(bodyType, details);
    const ends = wheels.flatMap(({ xM, radiusM }) => [xM - radiusM, xM + radiusM]);
    const lengthM = Math.max(box.max.x, ...ends) - Math.min(box.min.x, ...ends);
    expect(Math.abs(lengthM - facts.lengthM)).toBeLessThan(HAND_M);
    expect(Math.abs(box.max.y - facts.heightM)).toBeLessThan(HAND_M);
    // Mirrors stand out on both sides of what counts as the width.
    const widthM = box.max.z - box.min.z;
    expect(widthM).toBeGreaterThan(facts.widthM - HAND_M);
    expect(widthM).toBeLessThan(facts.widthM + 0.55);
  });

  it('stands with its middle over the origin, on its wheels', () => {
    if (!box) throw new Error('Expected a bounding box');
    expect(Math.abs(box.max.x + box.min.x)).toBeLessThan(2 * HAND_M);
    expect(Math.abs(box.max.z + box.min.z)).toBeLessThan(0.01);
    expect(box.min.y).toBeGreaterThan(0.05);
    for (const { xM, radiusM } of planOf(bodyType, details).wheels) {
      expect(Math.abs(xM) + radiusM).toBeLessThan(facts.lengthM / 2 + 0.01);
    }
  });

  it('is cheap enough, and whole', () => {
    const index = geometry.getIndex();
    expect((index?.count ?? 0) / 3).toBeLessThan(MOST_TRIANGLES);
    const positions = geometry.getAttribute('position').array;
    expect(positions.every((value) => Number.isFinite(value))).toBe(true);
    const uvs = geometry.getAttribute('uv').array;
    expect(uvs.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});
