import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Adaptation } from '../../../src/contracts/recognition';
import { GalleryStore } from '../../../src/storage/gallery-store';
import { freshName, rawStores, record, SPACE, vector } from './gallery-fixtures';

let name: string;
let store: GalleryStore;

function commit(n: number, companionIds: readonly string[] = []): Promise<unknown> {
  const sample = { early: vector(n), late: null, companionIds };
  return store.commitSighting(
    record({ id: `s${n}`, vehicleId: `v${n}` }, { vehicleNumber: n, vector: vector(n), sample }),
  );
}

const SCORES = { equalErrorRate: 0.1, recallAtOnePercent: 0.5 };

function adaptation(baseSpace: string, inputDimension = vector(1).length): Adaptation {
  const report = { before: SCORES, after: SCORES, trainingPairCount: 1, heldOutPairCount: 1 };
  return {
    id: '01234567',
    baseSpace,
    inputDimension,
    outputDimension: 1,
    matrix: new Float32Array(inputDimension).fill(1),
    learnedUnixMs: 1,
    report: { ...report, epochCount: 1 },
    accept: 0.5,
  };
}

beforeEach(async () => {
  name = freshName();
  store = await GalleryStore.open(name);
});

afterEach(() => {
  store.close();
});

describe('what is known of pairs', () => {
  test('goes with a sighting, its name in the samples of others included', async () => {
    await commit(1);
    await commit(2, ['s1', 'never written']);
    const pair = { sightings: ['s2', 's1'] as const, isSame: true, confirmedUnixMs: 5 };
    await store.recognition.confirmPair(pair);
    expect(await store.recognition.confirmedPairs('s1')).toEqual([
      { sightings: ['s1', 's2'], isSame: true, confirmedUnixMs: 5 },
    ]);
    const evidence = await store.recognition.pairEvidence(SPACE, 10);
    expect(evidence.samples.find((one) => one.sightingId === 's2')?.companionIds).toEqual(['s1']);
    expect(evidence.confirmed).toHaveLength(1);
    await store.forgetVehicle('v1');
    const raw = await rawStores(name);
    expect(raw['confirmedPairs']).toEqual([]);
    expect(raw['samples']).toMatchObject([{ sightingId: 's2', companionIds: [] }]);
  });

  test('tells all pairs, and forgets one that is taken back', async () => {
    for (const n of [1, 2, 3]) await commit(n);
    const { recognition } = store;
    const answer = { isSame: true, confirmedUnixMs: 5 };
    await recognition.confirmPair({ sightings: ['s1', 's2'], ...answer });
    await recognition.confirmPair({ sightings: ['s2', 's3'], ...answer });
    expect(await recognition.confirmedPairs(null)).toHaveLength(2);
    await recognition.takeBackPair(['s2', 's1']);
    await recognition.takeBackPair(['s1', 'never said']);
    expect(await recognition.confirmedPairs(null)).toMatchObject([{ sightings: ['s2', 's3'] }]);
  });

  test('keeps the newest answer of a pair, and refuses sightings that are not there', async () => {
    await commit(1);
    await commit(2);
    const answer = (isSame: boolean, confirmedUnixMs: number) =>
      store.recognition.confirmPair({ sightings: ['s1', 's2'], isSame, confirmedUnixMs });
    await answer(false, 7);
    await answer(true, 6);
    expect(await store.recognition.confirmedPairs('s2')).toMatchObject([{ isSame: false }]);
    const gone = { sightings: ['s1', 'gone'] as const, isSame: true, confirmedUnixMs: 1 };
    await expect(store.recognition.confirmPair(gone)).rejects.toThrow(RangeError);
  });
});

describe('an adaptation', () => {
  test('is kept with the gallery, refused for other vectors, and gone after a change of space', async () => {
    await commit(1);
    const { recognition } = store;
    await recognition.setAdaptation(adaptation(SPACE));
    expect((await recognition.gallerySpace()).adaptation).toEqual(adaptation(SPACE));
    const mismatch = { code: 'EMBEDDING_SPACE_MISMATCH' };
    await expect(recognition.setAdaptation(adaptation('other:1'))).rejects.toMatchObject(mismatch);
    await expect(recognition.setAdaptation(adaptation(SPACE, 9))).rejects.toMatchObject(mismatch);
    await recognition.switchSpace('other:1');
    expect((await rawStores(name))['state']).toEqual(['other:1']);
    expect((await rawStores(name))['samples']).toEqual([]);
  });
});
