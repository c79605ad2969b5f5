import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockAfter,
  compareEdits,
  fieldOf,
  mergeEdits,
  nextStamp,
  readEditEntry,
  valueOf,
  type Edit,
} from '../../../src/core/sync-format/edits';

const DEVICES = ['device-a', 'device-b', 'device-c'];

const stamps = fc.record({
  timeMs: fc.integer({ min: 0, max: 4 }),
  counter: fc.integer({ min: 0, max: 2 }),
  deviceId: fc.constantFrom(...DEVICES),
});

/** Few fields and few times, so that conflicts are the rule. */
const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    what: fc.constant('pair' as const),
    sightings: fc.constantFrom<[string, string]>(['s1', 's2'], ['s1', 's3']),
    verdict: fc.constantFrom('same' as const, 'different' as const, 'taken-back' as const),
    stamp: stamps,
  }),
  fc.record({
    what: fc.constant('title' as const),
    session: fc.constantFrom('1:run-a', '2:run-b'),
    title: fc.constantFrom('', 'North gate', 'South gate'),
    stamp: stamps,
  }),
  fc.record({
    what: fc.constant('position' as const),
    session: fc.constant('1:run-a'),
    cameraId: fc.constantFrom('camera-a', 'camera-b'),
    position: fc.constantFrom(null, { latitudeDeg: 47.5, longitudeDeg: 8 }),
    stamp: stamps,
  }),
);
const manyEdits = fc.array(edits, { maxLength: 12 });

const merged = (...lists: readonly (readonly Edit[])[]) =>
  lists.reduce<ReadonlyMap<string, Edit>>((all, list) => mergeEdits(all, list), new Map());
const sorted = (map: ReadonlyMap<string, Edit>) =>
  [...map.entries()].sort(([a], [b]) => (a < b ? -1 : 1));

describe('merging edits', () => {
  it('gives the same in whatever order devices hear of them', () => {
    fc.assert(
      fc.property(manyEdits, manyEdits, (a, b) => {
        expect(sorted(merged(a, b))).toEqual(sorted(merged(b, a)));
      }),
    );
  });

  it('gives the same however they come in groups', () => {
    fc.assert(
      fc.property(manyEdits, manyEdits, manyEdits, (a, b, c) => {
        const left = mergeEdits(merged(a, b), c);
        const right = mergeEdits(merged(a), merged(b, c).values());
        expect(sorted(left)).toEqual(sorted(right));
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(manyEdits, (a) => {
        expect(sorted(merged(a, a))).toEqual(sorted(merged(a)));
      }),
    );
  });

  it('keeps for each field an edit that none is newer than', () => {
    fc.assert(
      fc.property(manyEdits, (all) => {
        const result = merged(all);
        for (const edit of all) {
          const kept = result.get(fieldOf(edit));
          expect(kept).toBeDefined();
          expect(compareEdits(kept!, edit)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('the clock of edits', () => {
  it('stamps after everything seen, also when the time of day went back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(stamps, fc.integer({ min: 1, max: 6 })), { maxLength: 20 }),
        (events) => {
          let clock = { timeMs: 0, counter: 0 };
          let last: Edit | null = null;
          for (const [seen, nowMs] of events) {
            clock = clockAfter(clock, seen);
            const stamp = nextStamp(clock, nowMs, 'device-a');
            const made: Edit = { what: 'title', session: 's', title: '', stamp };
            expect(compareEdits(made, { ...made, stamp: seen })).toBeGreaterThan(0);
            if (last) expect(compareEdits(made, last)).toBeGreaterThan(0);
            clock = clockAfter(clock, stamp);
            last = made;
          }
        },
      ),
    );
  });
});

describe('an entry of the log', () => {
  const entry = {
    version: 1,
    deviceId: 'device-a',
    number: 3,
    edits: [
      {
        what: 'title',
        session: '1:run',
        title: 'Gate',
        stamp: { timeMs: 5, counter: 0, deviceId: 'device-a' },
      },
    ],
  };

  it('is read back as it was written', () => {
    const read = readEditEntry(JSON.stringify(entry), 'device-a', 3);
    expect(read).toEqual(entry);
    expect(valueOf(read!.edits[0]!)).toBe('Gate');
  });

  it('counts for nothing in another place, for another device, or with another shape', () => {
    const text = JSON.stringify(entry);
    expect(readEditEntry(text, 'device-b', 3)).toBeNull();
    expect(readEditEntry(text, 'device-a', 4)).toBeNull();
    expect(readEditEntry('{', 'device-a', 3)).toBeNull();
    expect(readEditEntry(JSON.stringify({ ...entry, version: 2 }), 'device-a', 3)).toBeNull();
  });
});
