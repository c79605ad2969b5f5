import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BLOCK_ROW_COUNT, RECENT_ROW_COUNT } from '../../../src/storage/descriptor-rows';
import { GalleryStore } from '../../../src/storage/gallery-store';
import type { VectorBlockRow } from '../../../src/storage/schema';
import { freshName, rawStores, record, SPACE, vector } from './gallery-fixtures';

/** Enough for one block to be packed, and looked for, while the newest stay unpacked. */
const ROW_COUNT = BLOCK_ROW_COUNT + RECENT_ROW_COUNT + BLOCK_ROW_COUNT / 4;

let name: string;
let store: GalleryStore;

/** Writes sighting `s<n>` of vehicle `v<n % 10>`, whose vector begins with n. */
function commit(n: number, first = n): Promise<unknown> {
  const vehicle = n % 10;
  return store.commitSighting(
    record(
      { id: `s${n}`, vehicleId: `v${vehicle}`, cropId: null },
      { vehicleNumber: vehicle + 1, vector: vector(first) },
    ),
  );
}

async function blocks(): Promise<VectorBlockRow[]> {
  const raw = await rawStores(name);
  return raw['vectorBlocks'] as VectorBlockRow[]; // written by the store under test
}

async function firstNumbers(): Promise<number[]> {
  const descriptors = await store.loadDescriptors(SPACE);
  return descriptors.map((each) => each.vector[0] ?? NaN).sort((a, b) => a - b);
}

beforeEach(async () => {
  name = freshName();
  store = await GalleryStore.open(name);
  for (let n = 1; n <= ROW_COUNT; n += 1) await commit(n);
}, 60_000);

afterEach(() => {
  store.close();
});

describe('descriptors of a large gallery', () => {
  test('are packed, the longest untouched first, and all load with what belongs to them', async () => {
    const [block, ...others] = await blocks();
    expect(others).toEqual([]);
    expect(block?.sightingIds).toEqual(
      Array.from({ length: BLOCK_ROW_COUNT }, (_, index) => `s${index + 1}`),
    );
    expect(block?.vectors.byteLength).toBe(BLOCK_ROW_COUNT * 4 * 4);
    expect(await firstNumbers()).toEqual(
      Array.from({ length: ROW_COUNT }, (_, index) => index + 1),
    );
    const descriptors = await store.loadDescriptors(SPACE);
    expect(descriptors.every((each) => each.sightingId === `s${each.vector[0]}`)).toBe(true);
  });

  test('are replaced when their sighting is written again, packed or not', async () => {
    await commit(3, -3);
    await commit(3, -33);
    await commit(ROW_COUNT, -4);
    const numbers = await firstNumbers();
    expect(numbers).toHaveLength(ROW_COUNT);
    expect(numbers.slice(0, 2)).toEqual([-33, -4]);
    expect(numbers).not.toContain(3);
    const [block] = await blocks();
    expect(block?.sightingIds).not.toContain('s3');
    expect([...new Float32Array(block?.vectors ?? new ArrayBuffer(0))]).not.toContain(3);
  });

  test('leave no number behind in a block when their vehicle is forgotten', async () => {
    const report = await store.forgetVehicle('v7');
    const forgotten = Array.from({ length: ROW_COUNT }, (_, index) => index + 1).filter(
      (n) => n % 10 === 7,
    );
    expect(report.vectorCount).toBe(forgotten.length);
    const [block] = await blocks();
    const stored = new Set(new Float32Array(block?.vectors ?? new ArrayBuffer(0)));
    expect(forgotten.filter((n) => stored.has(n))).toEqual([]);
    expect(await firstNumbers()).toHaveLength(ROW_COUNT - forgotten.length);
  });

  test('dissolve a block in which few are left, and lose none of these', async () => {
    for (const vehicle of [0, 1, 2, 3, 4, 5, 6, 7]) await store.forgetVehicle(`v${vehicle}`);
    expect(await blocks()).toEqual([]);
    const kept = Array.from({ length: ROW_COUNT }, (_, index) => index + 1).filter(
      (n) => n % 10 >= 8,
    );
    expect(await firstNumbers()).toEqual(kept);
  });

  test('refuse a vector of another length also when all of the space is packed', async () => {
    const database = await openDB(name);
    await database.clear('recentDescriptors');
    database.close();
    await expect(
      store.commitSighting(
        record({ id: 'long', vehicleId: 'v1' }, { vehicleNumber: 2, vector: vector(1, 5) }),
      ),
    ).rejects.toMatchObject({ code: 'EMBEDDING_SPACE_MISMATCH' });
  });

  test('go without the rest of a block that became unreadable', async () => {
    const [block] = await blocks();
    const database = await openDB(name);
    await database.put('vectorBlocks', { ...block, vectors: new ArrayBuffer(3) });
    database.close();
    expect(await firstNumbers()).toHaveLength(ROW_COUNT - BLOCK_ROW_COUNT);
    expect((await store.usage()).unreadableCount).toBe(1);
    await commit(1, -1);
    expect((await firstNumbers())[0]).toBe(-1);
  });
});
