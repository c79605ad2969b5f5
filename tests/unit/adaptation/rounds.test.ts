import { describe, expect, it } from 'vitest';
import { roundsOf, type PairsByKind } from '../../../src/adaptation/rounds';
import { syntheticPairs } from './synthetic-scene';

const SET = syntheticPairs({ vehicleCount: 60, seed: 3, nuisance: 1, identity: 1, noise: 0.1 });

describe('the rounds of learning', () => {
  const groupsOf = ({ same, different }: PairsByKind): ReadonlySet<number> =>
    new Set([...same, ...different].flatMap(({ a, b }) => [SET.groups[a]!, SET.groups[b]!]));

  it('have no vehicle in two parts of a round', () => {
    const rounds = roundsOf(SET);
    expect(rounds).toHaveLength(5);
    for (const round of rounds) {
      const [training, stopping, heldOut] = [round.training, round.stopping, round.heldOut].map(
        groupsOf,
      );
      expect(training!.size).toBe(36);
      expect([...training!].filter((one) => stopping!.has(one) || heldOut!.has(one))).toEqual([]);
      expect([...stopping!].filter((one) => heldOut!.has(one))).toEqual([]);
    }
  });

  it('judge by every vehicle once, and stop one by what the next is judged by', () => {
    const rounds = roundsOf(SET);
    const judged = rounds.flatMap(({ heldOut }) => [...groupsOf(heldOut)]);
    expect(judged).toHaveLength(60);
    expect(new Set(judged).size).toBe(60);
    rounds.forEach(({ stopping }, index) => {
      expect(stopping).toEqual(rounds[(index + 1) % rounds.length]!.heldOut);
    });
  });

  it('lose few pairs of vehicles that were seen together', () => {
    const judgedCount = roundsOf(SET).reduce(
      (sum, { heldOut }) => sum + heldOut.different.length,
      0,
    );
    const differentCount = SET.pairs.filter(({ isSame }) => !isSame).length;
    // Six neighbours each: those across the four bounds between five parts.
    expect(differentCount - judgedCount).toBe(4 * (6 + 5 + 4 + 3 + 2 + 1));
  });

  it('spread the vehicles that were seen twice, not those that are only strangers', () => {
    // Vehicles 12 to 59 were seen once.
    const few = SET.pairs.filter(({ a, isSame }) => !isSame || SET.groups[a]! < 12);
    const counts = roundsOf({ ...SET, pairs: few }).map(({ heldOut }) => heldOut.same.length);
    expect(counts).toEqual([6, 4, 6, 4, 4]);
  });
});
