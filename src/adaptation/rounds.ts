import type { PairSet, VectorPair } from '../contracts/recognition';

/** Each part of the vehicles is judged by once, with what was learned without it; a fifth leaves enough to learn from. */
const ROUND_COUNT = 5;

/** Pairs of one vehicle, and of two. */
export interface PairsByKind {
  readonly same: readonly VectorPair[];
  readonly different: readonly VectorPair[];
}

/** Pairs of one round. No vehicle is in two of the parts. */
export interface Round {
  readonly training: PairsByKind;
  /** Tell when to stop: they are what the next round is judged by. */
  readonly stopping: PairsByKind;
  readonly heldOut: PairsByKind;
}

/**
 * Rounds of cross-validation: one part of the vehicles to judge by, the next to stop by, the others to learn from. A part is a
 * stretch of the set's own order, which is that of time: vehicles seen together stay together (a pair whose vehicles are in two
 * parts of a round is of no use there), and what is judged by is from another time than what was learned from, as what comes
 * later will be. All parts have about as many vehicles with a pair of their own.
 */
export function roundsOf(set: PairSet): readonly Round[] {
  const partOf = partsOf(set);
  return Array.from({ length: ROUND_COUNT }, (_, heldOutPart): Round => {
    const stoppingPart = (heldOutPart + 1) % ROUND_COUNT;
    const useOf = (index: number): keyof Round => {
      const part = partOf(index);
      if (part === heldOutPart) return 'heldOut';
      return part === stoppingPart ? 'stopping' : 'training';
    };
    const pairsFor = (use: keyof Round): PairsByKind =>
      byKind(set.pairs.filter(({ a, b }) => useOf(a) === use && useOf(b) === use));
    return {
      training: pairsFor('training'),
      stopping: pairsFor('stopping'),
      heldOut: pairsFor('heldOut'),
    };
  });
}

function byKind(pairs: readonly VectorPair[]): PairsByKind {
  return {
    same: pairs.filter(({ isSame }) => isSame),
    different: pairs.filter(({ isSame }) => !isSame),
  };
}

function partsOf({ groups, pairs }: PairSet): (index: number) => number {
  const groupOf = (index: number): number => groups[index] ?? -1;
  const paired = new Set(pairs.filter(({ isSame }) => isSame).map(({ a }) => groupOf(a)));
  const partOfGroup = new Map<number, number>();
  let pairedCount = 0;
  for (const group of new Set(groups)) {
    const part = Math.floor((pairedCount * ROUND_COUNT) / Math.max(1, paired.size));
    partOfGroup.set(group, Math.min(ROUND_COUNT - 1, part));
    if (paired.has(group)) pairedCount += 1;
  }
  return (index) => partOfGroup.get(groupOf(index)) ?? 0;
}
