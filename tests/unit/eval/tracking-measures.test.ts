import { describe, expect, it } from 'vitest';
import { scoreTracking, countTracking } from '../../eval/tracking/score-tracking';
import { heaviestPairs, cheapestPairs } from '../../eval/tracking/pairing';
import {
  withoutIgnored,
  type TrackedBox,
  type TrackingFrame,
  type TrackingSequence,
} from '../../eval/tracking/tracking-sequence';
import reference from './tracking-reference.json';

/** A box 10 px square at x. */
const at = (id: number, x: number): TrackedBox => ({
  id,
  box: { x1: x, y1: 0, x2: x + 10, y2: 10 },
});

/** So many frames, each made from its index. */
const frames = (count: number, make: (index: number) => TrackingFrame): TrackingSequence =>
  Array.from({ length: count }, (_, index) => make(index));

const score = (...sequences: TrackingSequence[]) => scoreTracking(sequences.map(countTracking));

describe('the measures of tracking', () => {
  it('gives 1 to a tracker that equals the truth', () => {
    const sequence = frames(8, (index) => ({
      truth: [at(1, index), at(2, 100 - index)],
      predictions: [at(7, index), at(9, 100 - index)],
    }));
    expect(score(sequence)).toMatchObject({
      ...{ hota: 1, detA: 1, assA: 1, locA: 1, idf1: 1, idp: 1, idr: 1, mota: 1, motp: 1 },
      ...{ idSwitches: 0, fragments: 0, misses: 0, falsePositives: 0, mostlyTracked: 2 },
    });
  });

  it('charges two ids that are exchanged half-way to association alone', () => {
    const sequence = frames(10, (index) => ({
      truth: [at(1, 0), at(2, 100)],
      predictions: index < 5 ? [at(7, 0), at(9, 100)] : [at(9, 0), at(7, 100)],
    }));
    const scores = score(sequence);
    // Each of the four pairs of ids shares 5 boxes of 10 + 10 - 5.
    expect(scores.assA).toBeCloseTo(5 / 15, 12);
    expect(scores.hota).toBeCloseTo(Math.sqrt(5 / 15), 12);
    expect(scores).toMatchObject({ detA: 1, idSwitches: 2, idf1: 0.5, misses: 0 });
    expect(scores.mota).toBeCloseTo(1 - 2 / 20, 12);
  });

  it('weights the parts of a broken track by their length', () => {
    const sequence = frames(10, (index) => ({
      truth: [at(1, 0)],
      predictions: [at(index < 6 ? 7 : 8, 0)],
    }));
    const scores = score(sequence);
    // 6 boxes share 6 of 10 + 6 - 6, 4 boxes share 4 of 10 + 4 - 4.
    expect(scores.assA).toBeCloseTo((6 * 0.6 + 4 * 0.4) / 10, 12);
    // The longer part is the identity: 6 right of (10 + 10) / 2.
    expect(scores.idf1).toBeCloseTo(0.6, 12);
    expect(scores.idSwitches).toBe(1);
  });

  it('counts what is missed in detection and in association', () => {
    const sequence = frames(10, (index) => ({
      truth: [at(1, 0)],
      predictions: index < 5 ? [at(7, 0)] : [],
    }));
    // DetA 5 / 10 and AssA 5 / (10 + 5 - 5).
    const scores = score(sequence);
    expect(scores.hota).toBeCloseTo(0.5, 12);
    expect(scores.idf1).toBeCloseTo((2 * 5) / 15, 12);
    expect(scores).toMatchObject({ idp: 1, idr: 0.5, mota: 0.5, partlyTracked: 1, fragments: 0 });
  });

  it('lets a match count for the overlaps it reaches', () => {
    // Moved by a quarter: 75 px² of 125 are shared, 0.6, which 12 of the 19 alphas are content with.
    const scores = score(frames(3, () => ({ truth: [at(1, 0)], predictions: [at(7, 2.5)] })));
    expect(scores.hota).toBeCloseTo(12 / 19, 12);
    expect(scores.locA).toBeCloseTo((12 * 0.6 + 7) / 19, 12);
    expect(scores.motp).toBeCloseTo(0.6, 12);
  });

  it('counts a fragment only where the object is found again', () => {
    const found = [true, false, false, true, true, false, true, false];
    const sequence = frames(found.length, (index) => ({
      truth: [at(1, 0)],
      predictions: found[index] === true ? [at(7, 0)] : [],
    }));
    expect(score(sequence)).toMatchObject({ fragments: 2, misses: 4, idSwitches: 0 });
  });

  it('keeps the id an object had last although another box is closer', () => {
    const sequence: TrackingSequence = [
      { truth: [at(1, 0)], predictions: [at(7, 0)] },
      { truth: [at(1, 0)], predictions: [] },
      { truth: [at(1, 0)], predictions: [at(8, 0), at(7, 3)] },
    ];
    expect(score(sequence)).toMatchObject({ idSwitches: 0, falsePositives: 1, misses: 1 });
  });

  it('counts a switch after a gap', () => {
    const sequence: TrackingSequence = [
      { truth: [at(1, 0)], predictions: [at(7, 0)] },
      { truth: [], predictions: [] },
      { truth: [at(1, 50)], predictions: [at(8, 50)] },
    ];
    expect(score(sequence)).toMatchObject({ idSwitches: 1, fragments: 0 });
  });

  it('adds cameras up and takes their ids for different ones', () => {
    const one = frames(4, () => ({ truth: [at(1, 0)], predictions: [at(7, 0)] }));
    const none = frames(4, () => ({ truth: [at(1, 0)], predictions: [] }));
    // 4 of 8 boxes found; the matches there are belong together perfectly.
    expect(score(one, none)).toMatchObject({ detA: 0.5, assA: 1, mota: 0.5, mostlyLost: 1 });
    expect(score(one, none).idf1).toBeCloseTo(8 / 12, 12);
  });

  it('says null instead of a fraction of nothing', () => {
    expect(score([])).toMatchObject({ mota: null, motp: null, idf1: null, hota: 0 });
  });

  it('equals TrackEval on scenes with misses, false alarms and confused ids', () => {
    const sequences = reference.scenes.map((scene) =>
      scene.frames.map(({ truth, predictions }) => ({
        truth: truth.map(toTrackedBox),
        predictions: predictions.map(toTrackedBox),
      })),
    );
    const expectEqual = (
      ours: ReturnType<typeof score>,
      theirs: (typeof reference)['combined'],
    ): void => {
      expect(ours.hota).toBeCloseTo(theirs.HOTA, 9);
      expect(ours.detA).toBeCloseTo(theirs.DetA, 9);
      expect(ours.assA).toBeCloseTo(theirs.AssA, 9);
      expect(ours.locA).toBeCloseTo(theirs.LocA, 9);
      expect(ours.idf1).toBeCloseTo(theirs.IDF1, 9);
      expect(ours.idp).toBeCloseTo(theirs.IDP, 9);
      expect(ours.idr).toBeCloseTo(theirs.IDR, 9);
    };
    expect(sequences).toHaveLength(3);
    sequences.forEach((one, index) => expectEqual(score(one), reference.scenes[index]!.scores));
    expectEqual(score(...sequences), reference.combined);
  });
});

describe('withoutIgnored', () => {
  const nothing = { truth: [], predictions: [], ignoredTruth: [], ignoreRegions: [] };

  it('drops a prediction on an ignored object', () => {
    const frame = withoutIgnored({
      ...nothing,
      predictions: [at(7, 0), at(8, 50)],
      ignoredTruth: [at(1, 1)],
    });
    expect(frame.predictions.map(({ id }) => id)).toEqual([8]);
  });

  it('drops a prediction that lies mostly in an ignored place, not one that lies half in it', () => {
    const frame = withoutIgnored({
      ...nothing,
      predictions: [at(7, 0), at(8, 5)],
      ignoreRegions: [{ x1: -50, y1: -50, x2: 10, y2: 50 }],
    });
    expect(frame.predictions.map(({ id }) => id)).toEqual([8]);
  });

  it('keeps the prediction that finds an object in front of an ignored one', () => {
    const frame = withoutIgnored({
      ...nothing,
      truth: [at(1, 3)],
      predictions: [at(7, 1)],
      ignoredTruth: [at(2, 1)],
    });
    expect(frame.predictions.map(({ id }) => id)).toEqual([7]);
  });
});

describe('pairing', () => {
  it('makes as many pairs as can be before it looks at their cost', () => {
    const costs = [
      [0.1, 0.9],
      [0.2, null],
    ];
    expect(cheapestPairs(2, 2, (row, column) => costs[row]![column]!)).toEqual([
      { row: 0, column: 1 },
      { row: 1, column: 0 },
    ]);
  });

  it('takes one heavy pair over two light ones', () => {
    const weights = [
      [9, 4],
      [4, 0],
    ];
    expect(heaviestPairs(2, 2, (row, column) => weights[row]![column]!)).toEqual([
      { row: 0, column: 0 },
    ]);
  });
});

/** A row of the reference: id, x1, y1, x2, y2. */
function toTrackedBox([id, x1, y1, x2, y2]: number[]): TrackedBox {
  return { id: id!, box: { x1: x1!, y1: y1!, x2: x2!, y2: y2! } };
}
