import type { PairSet, VectorPair } from '../contracts/recognition';
import { seededOrder } from './seeded-order';

/** Pairs to learn from, to know when to stop, and to judge by once at the end. No vehicle is in two of them. */
export interface SplitPairs {
  readonly training: readonly VectorPair[];
  readonly stopping: readonly VectorPair[];
  readonly heldOut: readonly VectorPair[];
}

type Part = keyof SplitPairs;

/**
 * Neighbouring vehicles stay together: they were seen at about the same time, so most of the pairs between them are of
 * vehicles seen together, and a pair whose vehicles are in two parts is of no use to either. And what was held out is then
 * from other times than what was learned from, as what comes after will be.
 */
const BLOCK_COUNT = 20;

/** Of {@link BLOCK_COUNT}: a quarter to judge by, a fifth to stop by, the rest to learn from. */
const HELD_OUT_BLOCK_COUNT = 5;
const STOPPING_BLOCK_COUNT = 4;

/** Of the vehicles; of the pairs less, where they join vehicles far apart. */
export const HELD_OUT_SHARE = HELD_OUT_BLOCK_COUNT / BLOCK_COUNT;

/** Seeded: the same set is split the same way. */
export function splitPairs(set: PairSet, seed: number): SplitPairs {
  const vehicleOf = vehiclesOf(set);
  const vehicles = [...new Set(set.groups.map((_, index) => vehicleOf(index)))];
  const parts = partsByBlock(seed);
  const partOfVehicle = new Map(
    vehicles.map((vehicle, position): [number, Part] => {
      const block = Math.floor((position * BLOCK_COUNT) / vehicles.length);
      return [vehicle, parts[block] ?? 'training'];
    }),
  );
  const split: Record<Part, VectorPair[]> = { training: [], stopping: [], heldOut: [] };
  for (const pair of set.pairs) {
    const part = partOfVehicle.get(vehicleOf(pair.a));
    if (part && part === partOfVehicle.get(vehicleOf(pair.b))) split[part].push(pair);
  }
  return split;
}

function partsByBlock(seed: number): readonly Part[] {
  const parts = new Array<Part>(BLOCK_COUNT).fill('training');
  seededOrder(BLOCK_COUNT, seed).forEach((block, rank) => {
    if (rank < HELD_OUT_BLOCK_COUNT) parts[block] = 'heldOut';
    else if (rank < HELD_OUT_BLOCK_COUNT + STOPPING_BLOCK_COUNT) parts[block] = 'stopping';
  });
  return parts;
}

/** The vehicle of each vector: groups that a same pair joins are one vehicle. Union by path halving. */
function vehiclesOf({ groups, pairs }: PairSet): (index: number) => number {
  const parents = new Map(groups.map((group) => [group, group]));
  const rootOf = (group: number): number => {
    let root = group;
    for (;;) {
      const parent = parents.get(root) ?? root;
      if (parent === root) return root;
      const above = parents.get(parent) ?? parent;
      parents.set(root, above);
      root = above;
    }
  };
  const groupOf = (index: number): number => groups[index] ?? -1 - index;
  for (const { a, b, isSame } of pairs) {
    if (isSame) parents.set(rootOf(groupOf(a)), rootOf(groupOf(b)));
  }
  return (index) => rootOf(groupOf(index));
}
