/** A seeded source of chance: the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the entries, each as likely. Throws RangeError for an empty list. */
  pick<T>(entries: readonly T[]): T;
  /** A 32-bit unsigned integer, to seed another one with. */
  seed(): number;
  /** An independent sequence: what is drawn from it does not move this one. */
  fork(name: string): Random;
}

/** Mulberry32 by Tommy Ettinger (public domain). `seed`: 32-bit unsigned integer. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const nextUint32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return (value ^ (value >>> 14)) >>> 0;
  };
  const next = (): number => nextUint32() / 4294967296;
  return {
    next,
    between: (from, to) => from + (to - from) * next(),
    chance: (probability) => next() < probability,
    pick: (entries) => {
      const entry = entries[Math.floor(next() * entries.length)];
      if (entry === undefined) throw new RangeError('Expected a list with an entry, got none');
      return entry;
    },
    seed: nextUint32,
    fork: (name) => createRandom(mix(seed, name)),
  };
}

/** FNV-1a over the name, begun with the seed. */
function mix(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
