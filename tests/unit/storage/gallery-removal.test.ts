import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'vitest';
import { GalleryStore } from '../../../src/storage/gallery-store';
import {
  DAY_MS,
  freshName,
  NOON_UNIX_MS,
  putRaw,
  rawStores,
  record,
  SPACE,
} from './gallery-fixtures';

const NO_LIMIT = { maxAgeDays: null, maxVehicleCount: null };
const open: GalleryStore[] = [];

async function openGallery(name: string): Promise<GalleryStore> {
  const store = await GalleryStore.open(name);
  open.push(store);
  return store;
}

/** One vehicle `v<n>`, number n, for each age, with one sighting `s<n>` that ended so many days ago. */
async function commitAged(store: GalleryStore, agesInDays: readonly number[]): Promise<void> {
  for (const [index, age] of agesInDays.entries()) {
    const number = index + 1;
    const endUnixMs = NOON_UNIX_MS - age * DAY_MS;
    await store.commitSighting(
      record(
        { id: `s${number}`, vehicleId: `v${number}`, startUnixMs: endUnixMs - 1_000, endUnixMs },
        { vehicleNumber: number },
      ),
    );
  }
}

async function listedIds(store: GalleryStore): Promise<string[]> {
  return (await store.listVehicles({ offset: 0, count: 1_000 })).map((vehicle) => vehicle.id);
}

afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

describe('forgetting a vehicle', () => {
  test('removes its pictures, vectors and rows, and nothing of the others', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await store.commitSighting(record({ id: 's1' }));
    await store.commitSighting(record({ id: 's2' }));
    await store.commitSighting(record({ id: 's3', vehicleId: 'v2' }, { vehicleNumber: 2 }));
    expect(await store.forgetVehicle('v1')).toEqual({
      vehicleCount: 1,
      sightingCount: 2,
      cropCount: 2,
      vectorCount: 2,
    });
    expect(store.vehicleCount).toBe(1);
    expect(await store.vehicle('v1')).toBeNull();
    expect(await store.crop('crop-s1')).toBeNull();
    expect((await store.loadDescriptors(SPACE)).map((each) => each.sightingId)).toEqual(['s3']);
    const raw = await rawStores(name);
    for (const rows of [raw['vehicles'], raw['sightings'], raw['crops'], raw['recentDescriptors']])
      expect(rows).toHaveLength(1);
  });

  test('reports nothing for a vehicle that is not there', async () => {
    const store = await openGallery(freshName());
    expect(await store.forgetVehicle('nobody')).toEqual({
      vehicleCount: 0,
      sightingCount: 0,
      cropCount: 0,
      vectorCount: 0,
    });
    expect(store.vehicleCount).toBe(0);
  });
});

describe('deleting everything', () => {
  test('leaves every store empty, unreadable rows included, and says what went', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await commitAged(store, [3, 2, 1]);
    await putRaw(name, 'sightings', { id: 'foreign' });
    expect(await store.deleteEverything()).toEqual({
      vehicleCount: 3,
      sightingCount: 4,
      cropCount: 3,
      vectorCount: 3,
    });
    expect(store.vehicleCount).toBe(0);
    expect(await rawStores(name)).toEqual({
      vehicles: [],
      sightings: [],
      crops: [],
      recentDescriptors: [],
      vectorBlocks: [],
      meta: [],
      samples: [],
      confirmedPairs: [],
      state: [],
    });
  });

  test('lets a sighting that is still going on be written anew', async () => {
    const store = await openGallery(freshName());
    await store.commitSighting(record());
    await store.deleteEverything();
    const summary = await store.commitSighting(record({}, { crop: null, vector: null }));
    expect(summary).toMatchObject({ number: 1, sightingCount: 1, cropId: null });
    expect(store.vehicleCount).toBe(1);
  });
});

describe('retention', () => {
  test('removes by age only what ended before the limit', async () => {
    const store = await openGallery(freshName());
    await commitAged(store, [40, 31, 30, 29, 0]);
    const report = await store.applyRetention({ ...NO_LIMIT, maxAgeDays: 30 }, NOON_UNIX_MS);
    expect(report).toEqual({ vehicleCount: 2, sightingCount: 2, cropCount: 2, vectorCount: 2 });
    expect(await listedIds(store)).toEqual(['v5', 'v4', 'v3']);
    expect(store.vehicleCount).toBe(3);
  });

  test('keeps a vehicle whose later sightings are young enough, and forgets its old ones', async () => {
    const store = await openGallery(freshName());
    const old = NOON_UNIX_MS - 50 * DAY_MS;
    await store.commitSighting(
      record({
        id: 'old',
        startUnixMs: old,
        endUnixMs: old + 1,
        hitCount: 99,
        cameraLabel: 'Yard',
      }),
    );
    await store.commitSighting(record({ id: 'new', hitCount: 1 }));
    await store.applyRetention({ ...NO_LIMIT, maxAgeDays: 30 }, NOON_UNIX_MS);
    expect(await store.vehicle('v1')).toMatchObject({
      sightingCount: 1,
      firstSeenUnixMs: NOON_UNIX_MS,
      lastSeenLabel: 'Front door',
      cropId: 'crop-new',
    });
  });

  test('removes by number the vehicles longest unseen', async () => {
    const store = await openGallery(freshName());
    await commitAged(store, [5, 1, 4, 2, 3]);
    const report = await store.applyRetention({ ...NO_LIMIT, maxVehicleCount: 2 }, NOON_UNIX_MS);
    expect(report.vehicleCount).toBe(3);
    expect(await listedIds(store)).toEqual(['v2', 'v4']);
  });

  test('removes more than one step holds', async () => {
    const store = await openGallery(freshName());
    await commitAged(
      store,
      Array.from({ length: 450 }, (_, index) => 450 - index),
    );
    const byAge = await store.applyRetention({ ...NO_LIMIT, maxAgeDays: 230 }, NOON_UNIX_MS);
    expect(byAge.sightingCount).toBe(220);
    const byNumber = await store.applyRetention({ ...NO_LIMIT, maxVehicleCount: 10 }, NOON_UNIX_MS);
    expect(byNumber.vehicleCount).toBe(220);
    expect(await listedIds(store)).toHaveLength(10);
    expect(store.vehicleCount).toBe(10);
  }, 30_000);

  test('takes null and zero as no limit', async () => {
    const store = await openGallery(freshName());
    await commitAged(store, [4_000, 1]);
    await store.applyRetention(NO_LIMIT, NOON_UNIX_MS);
    await store.applyRetention({ maxAgeDays: 0, maxVehicleCount: 0 }, NOON_UNIX_MS);
    expect(store.vehicleCount).toBe(2);
  });

  test('ends although a sighting it removes cannot be read', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await putRaw(name, 'sightings', { id: 'foreign', endUnixMs: 1 });
    await store.applyRetention({ ...NO_LIMIT, maxAgeDays: 1 }, NOON_UNIX_MS);
    expect((await rawStores(name))['sightings']).toEqual([]);
  });
});
