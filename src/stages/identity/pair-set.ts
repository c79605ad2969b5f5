import type { EmbeddingSpaceId } from '../../contracts/embedding';
import type { SightingId, VehicleId } from '../../contracts/match';
import type { PairEvidence, PairSet, VectorPair } from '../../contracts/recognition';
import type { EvidenceSighting, StoredEvidence } from './ports';

/** Pairs of each kind, newest first: 12 MB of vectors of 256 numbers at most. */
export const MAX_PAIR_COUNT = 4_000;

/** Everything known of pairs as one table; vectors of another dimension than the first are left out. */
export function makePairSet(space: EmbeddingSpaceId, evidence: StoredEvidence): PairSet {
  const table = new PairTable(groupsOf(evidence));
  const confirmed = new Set(evidence.confirmed.map(({ sightings: [a, b] }) => keyOf(a, b)));
  const bySighting = new Map(evidence.samples.map((sample) => [sample.sightingId, sample]));
  for (const sample of evidence.samples) {
    if (sample.late) table.add([sample, sample.early], [sample, sample.late], true, 'same-track');
    for (const id of sample.companionIds) {
      const other = bySighting.get(id);
      // What the user said of them counts more: one vehicle may have been followed as two.
      if (!other || confirmed.has(keyOf(sample, other))) continue;
      table.add([sample, sample.early], [other, other.early], false, 'seen-together');
    }
  }
  for (const { sightings, isSame } of evidence.confirmed) {
    const [a, b] = sightings;
    table.add([a, a.vector], [b, b.vector], isSame, 'confirmed');
  }
  return table.toPairSet(space);
}

type VectorOf = readonly [EvidenceSighting, Float32Array];

class PairTable {
  readonly #groupOf: (vehicleId: VehicleId) => number;
  readonly #indexByVector = new Map<Float32Array, number>();
  readonly #sightings: EvidenceSighting[] = [];
  readonly #pairs: VectorPair[] = [];
  readonly #counts = new Map<PairEvidence, number>();
  #dimension = 0;

  constructor(groupOf: (vehicleId: VehicleId) => number) {
    this.#groupOf = groupOf;
  }

  add(a: VectorOf, b: VectorOf, isSame: boolean, evidence: PairEvidence): void {
    const count = this.#counts.get(evidence) ?? 0;
    if (count >= MAX_PAIR_COUNT) return;
    this.#dimension ||= a[1].length;
    if (a[1].length !== this.#dimension || b[1].length !== this.#dimension) return;
    this.#counts.set(evidence, count + 1);
    this.#pairs.push({ a: this.#indexOf(a), b: this.#indexOf(b), isSame, evidence });
  }

  toPairSet(space: EmbeddingSpaceId): PairSet {
    const vectors = new Float32Array(this.#sightings.length * this.#dimension);
    for (const [vector, index] of this.#indexByVector) vectors.set(vector, index * this.#dimension);
    return {
      space,
      dimension: this.#dimension,
      vectors,
      cameraIds: this.#sightings.map(({ cameraId }) => cameraId),
      cameraLabels: this.#sightings.map(({ cameraLabel }) => cameraLabel),
      groups: this.#sightings.map(({ vehicleId }) => this.#groupOf(vehicleId)),
      pairs: this.#pairs,
    };
  }

  #indexOf([sighting, vector]: VectorOf): number {
    const known = this.#indexByVector.get(vector);
    if (known !== undefined) return known;
    const index = this.#sightings.push(sighting) - 1;
    this.#indexByVector.set(vector, index);
    return index;
  }
}

/** One number for all vehicles that are one, be it only by what the user said. */
function groupsOf({ confirmed }: StoredEvidence): (vehicleId: VehicleId) => number {
  const parents = new Map<VehicleId, VehicleId>();
  const rootOf = (id: VehicleId): VehicleId => {
    let root = id;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  for (const { sightings, isSame } of confirmed) {
    const [a, b] = sightings.map(({ vehicleId }) => rootOf(vehicleId));
    if (isSame && a !== undefined && b !== undefined && a !== b) parents.set(a, b);
  }
  const numbers = new Map<VehicleId, number>();
  return (vehicleId) => {
    const root = rootOf(vehicleId);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  };
}

function keyOf(a: { sightingId: SightingId }, b: { sightingId: SightingId }): string {
  return JSON.stringify([a.sightingId, b.sightingId].sort());
}
