import type { PairSet, VectorPair } from '../../../src/contracts/recognition';
import { toUnitLength } from '../../../src/core/vector';
import { createRandom, type Random } from '../../../src/street/random';

/** A made-up scene whose best projection is known. */
export interface SyntheticScene {
  readonly vehicleCount: number;
  readonly seed: number;
  /** How far what vehicles do not own (light, angle) moves a vector; it lies in its first dimensions. */
  readonly nuisance: number;
  /** How far vehicles differ, in the other dimensions. */
  readonly identity: number;
  /** Noise in all dimensions. */
  readonly noise: number;
}

const DIMENSION = 64;
const NUISANCE_DIMENSION = 6;
const SIGHTINGS = 3;
/** Vehicles that each one is seen together with. */
const NEIGHBOURS = 6;

/** Vehicles one after the other, each in three sightings, seen together with those after it. */
export function syntheticPairs(scene: SyntheticScene): PairSet {
  const random = createRandom(scene.seed);
  const rows: Float32Array[] = [];
  for (let vehicle = 0; vehicle < scene.vehicleCount; vehicle += 1) {
    const own = Float32Array.from({ length: DIMENSION }, (_, i) =>
      i < NUISANCE_DIMENSION ? 0 : scene.identity * gauss(random),
    );
    for (let sighting = 0; sighting < SIGHTINGS; sighting += 1) {
      const seen = own.map(
        (value, i) =>
          value + (i < NUISANCE_DIMENSION ? scene.nuisance : scene.noise) * gauss(random),
      );
      rows.push(toUnitLength(seen)!);
    }
  }
  const vectors = new Float32Array(rows.length * DIMENSION);
  rows.forEach((row, index) => vectors.set(row, index * DIMENSION));
  return {
    space: 'synthetic:1',
    dimension: DIMENSION,
    vectors,
    cameraIds: rows.map(() => 'a'),
    cameraLabels: rows.map(() => 'Camera A'),
    groups: rows.map((_, index) => Math.floor(index / SIGHTINGS)),
    pairs: pairsOf(scene.vehicleCount),
  };
}

function pairsOf(vehicleCount: number): readonly VectorPair[] {
  const pairs: VectorPair[] = [];
  for (let vehicle = 0; vehicle < vehicleCount; vehicle += 1) {
    const first = vehicle * SIGHTINGS;
    pairs.push({ a: first, b: first + 1, isSame: true, evidence: 'same-track' });
    pairs.push({ a: first + 1, b: first + 2, isSame: true, evidence: 'same-track' });
    for (let step = 1; step <= NEIGHBOURS && vehicle + step < vehicleCount; step += 1) {
      const other = (vehicle + step) * SIGHTINGS + (step % SIGHTINGS);
      pairs.push({ a: first, b: other, isSame: false, evidence: 'seen-together' });
    }
  }
  return pairs;
}

/** Box and Muller. */
function gauss(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
