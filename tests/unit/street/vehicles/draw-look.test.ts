import { describe, expect, it } from 'vitest';
import { BODY_TYPES, type BodyType, type VehicleLook } from '../../../../src/contracts/street';
import { createRandom } from '../../../../src/street/random';
import { drawLook } from '../../../../src/street/vehicles/draw-look';
import { drawDetails } from '../../../../src/street/vehicles/vehicle-details';

function looks(count: number, seed = 11, bodyType?: BodyType): readonly VehicleLook[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => drawLook(random, bodyType));
}

describe('a drawn look', () => {
  it('is the same for the same seed and another for another', () => {
    expect(looks(20, 3)).toEqual(looks(20, 3));
    expect(looks(20, 3)).not.toEqual(looks(20, 4));
  });

  it('has the body that was asked for, and takes as many draws as without', () => {
    const free = createRandom(5);
    const asked = createRandom(5);
    drawLook(free);
    expect(drawLook(asked, 'motorcycle').bodyType).toBe('motorcycle');
    // Both paints take one draw, so what follows is the same.
    expect(asked.next()).toBe(free.next());
  });

  it('mixes bodies as a town road does: most are cars, every body comes', () => {
    const counts = new Map<BodyType, number>();
    for (const { bodyType } of looks(4000)) counts.set(bodyType, (counts.get(bodyType) ?? 0) + 1);
    for (const bodyType of BODY_TYPES) {
      expect(counts.get(bodyType) ?? 0, bodyType).toBeGreaterThan(60);
    }
    const cars = (['hatchback', 'saloon', 'estate', 'suv'] as const).reduce(
      (sum, bodyType) => sum + (counts.get(bodyType) ?? 0),
      0,
    );
    expect(cars / 4000).toBeGreaterThan(0.65);
    expect(cars / 4000).toBeLessThan(0.85);
  });

  it('paints most cars in white, grey and black, and vans white', () => {
    const isColourless = ({ paint }: VehicleLook): boolean => {
      const channels = [paint >> 16, (paint >> 8) & 255, paint & 255];
      return Math.max(...channels) - Math.min(...channels) < 14;
    };
    const share = (drawn: readonly VehicleLook[]): number =>
      drawn.filter(isColourless).length / drawn.length;
    expect(share(looks(1000, 2, 'hatchback'))).toBeGreaterThan(0.6);
    expect(share(looks(1000, 2, 'hatchback'))).toBeLessThan(0.85);
    const white = looks(1000, 2, 'van').filter(({ paint }) => (paint & 255) > 215);
    expect(white.length).toBeGreaterThan(500);
  });

  it('has a plate of its own', () => {
    const plates = looks(500).map(({ plate }) => plate);
    for (const plate of plates) expect(plate).toMatch(/^[A-Y]{2} \d{3} [A-Y]{2}$/);
    expect(new Set(plates).size).toBe(500);
  });
});

describe('details', () => {
  it('follow from the look alone', () => {
    const [look] = looks(1);
    if (!look) throw new Error('Expected a look');
    expect(drawDetails(look)).toEqual(drawDetails({ ...look }));
  });

  it('tell vehicles of one body and paint apart', () => {
    const same = looks(50, 9, 'hatchback').map((look) => ({ ...look, paint: 0x6e7377 }));
    const seen = same.map((look) => {
      const { wheelStyle, rimColour, face, roofLoad, isGlassTinted } = drawDetails(look);
      return JSON.stringify([wheelStyle, rimColour, face, roofLoad, isGlassTinted]);
    });
    expect(new Set(seen).size).toBeGreaterThan(45);
  });

  it('letter taxis as such, and give every bus a route', () => {
    const taxi = looks(200, 1, 'saloon')
      .map(drawDetails)
      .find(({ roofLoad }) => roofLoad === 'taxi');
    expect(taxi?.livery?.name).toBe('TAXI');
    for (const look of looks(20, 1, 'bus')) expect(drawDetails(look).livery).not.toBeNull();
  });
});
