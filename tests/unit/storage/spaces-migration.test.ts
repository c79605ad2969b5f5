import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, describe, expect, test } from 'vitest';
import { GalleryStore } from '../../../src/storage/gallery-store';
import { galleryMigration } from '../../../src/storage/migrations/0001-gallery';
import { openDatabase } from '../../../src/storage/open-database';
import { freshName, record, sighting, SPACE, vector } from './gallery-fixtures';

const stores: GalleryStore[] = [];

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

/** Facts as version 1 kept them with a descriptor. */
function facts(id: string) {
  return {
    sightingId: id,
    vehicleId: `vehicle of ${id}`,
    vehicleNumber: 1,
    cameraId: 'camera-1',
    runId: 'run-1',
    startUnixMs: 1,
    endUnixMs: 2,
  };
}

/** A database as version 1 left it: two descriptors on their own, two of another space in a block. */
async function makeVersion1(name: string): Promise<void> {
  const opened = await openDatabase(name, [galleryMigration], () => undefined);
  const { database } = opened;
  const stores = ['sightings', 'recentDescriptors', 'vectorBlocks'];
  const transaction = database.transaction(stores, 'readwrite');
  for (const id of ['r1', 'r2', 'b1', 'b2', 'b3']) {
    const space = id.startsWith('r') ? SPACE : 'packed:1';
    const row = {
      ...sighting({ id, vehicleId: `vehicle of ${id}`, space }),
      candidateVehicleIds: [],
    };
    await transaction.objectStore('sightings').add(row);
  }
  for (const id of ['r1', 'r2']) {
    const row = { ...facts(id), space: SPACE, vector: vector(id === 'r1' ? 1 : 2) };
    await transaction.objectStore('recentDescriptors').add(row);
  }
  const sightingIds = ['b1', 'b2', 'b3'];
  await transaction.objectStore('vectorBlocks').add({
    space: 'packed:1',
    dimension: 2,
    sightingIds,
    facts: sightingIds.map(facts),
    vectors: Float32Array.of(1, 0, 0, 1, 1, 1).buffer,
  });
  await transaction.done;
  opened.close();
}

async function openVersion1(): Promise<{ readonly store: GalleryStore; readonly name: string }> {
  const name = freshName();
  await makeVersion1(name);
  const store = await GalleryStore.open(name);
  stores.push(store);
  return { store, name };
}

describe('a gallery of version 1', () => {
  test('keeps every descriptor, packed or not', async () => {
    const { store } = await openVersion1();
    const recent = await store.loadDescriptors(SPACE);
    expect(recent.map((row) => [row.sightingId, row.vector[0]])).toEqual([
      ['r1', 1],
      ['r2', 2],
    ]);
    const packed = await store.loadDescriptors('packed:1');
    expect(packed.map((row) => [row.sightingId, [...row.vector]])).toEqual([
      ['b1', [1, 0]],
      ['b2', [0, 1]],
      ['b3', [1, 1]],
    ]);
  });

  test('is searched in the space with most descriptors until another is chosen', async () => {
    const { store } = await openVersion1();
    expect(await store.recognition.gallerySpace()).toEqual({ space: 'packed:1', adaptation: null });
    await store.recognition.adoptSpace(SPACE);
    expect((await store.recognition.gallerySpace()).space).toBe('packed:1');
  });

  test('takes a second descriptor of a sighting, of another space, and removes both with it', async () => {
    const { store, name } = await openVersion1();
    const change = { id: 'b1', vehicleId: 'vehicle of b1', space: 'packed:1' };
    await store.commitSighting(record({ ...change, cropId: 'picture' }, { vector: vector(1, 2) }));
    const { recognition } = store;
    const made = { sightingId: 'b1', cropId: 'picture', space: SPACE, vector: vector(7) };
    expect(await recognition.putReembedded(made)).toBe(true);
    expect(await store.loadDescriptors(SPACE)).toHaveLength(3);
    expect(await store.loadDescriptors('packed:1')).toHaveLength(3);
    const report = await store.forgetVehicle('vehicle of b1');
    expect(report).toMatchObject({ sightingCount: 1, vectorCount: 2 });
    expect(await store.loadDescriptors(SPACE)).toHaveLength(2);
    expect(await store.loadDescriptors('packed:1')).toHaveLength(2);
    store.close();
    const database = await openDB(name);
    expect(database.version).toBe(2);
    database.close();
  });
});
