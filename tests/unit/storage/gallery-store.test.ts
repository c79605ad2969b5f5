import 'fake-indexeddb/auto';
import { afterEach, describe, expect, test } from 'vitest';
import { GalleryStore } from '../../../src/storage/gallery-store';
import {
  candidate,
  freshName,
  NOON_UNIX_MS,
  putRaw,
  rawStores,
  record,
  sighting,
  SPACE,
  vector,
} from './gallery-fixtures';

const open: GalleryStore[] = [];

async function openGallery(name = freshName()): Promise<GalleryStore> {
  const store = await GalleryStore.open(name);
  open.push(store);
  return store;
}

afterEach(() => {
  for (const store of open.splice(0)) store.close();
});

describe('writing sightings', () => {
  test('makes a vehicle with picture, descriptor and evidence that are all read back', async () => {
    const store = await openGallery();
    const written = record({ hitCount: 4 }, { vector: vector(0.5) });
    const summary = await store.commitSighting(written);
    expect(summary).toEqual({
      id: 'v1',
      number: 1,
      vehicleClass: 'car',
      sightingCount: 1,
      firstSeenUnixMs: NOON_UNIX_MS,
      lastSeenUnixMs: NOON_UNIX_MS + 1_000,
      lastSeenMediaUs: null,
      lastSeenLabel: 'Front door',
      cropId: 'crop-s1',
    });
    expect(store.vehicleCount).toBe(1);
    expect(await store.vehicle('v1')).toEqual({ ...summary, sightings: [written.sighting] });
    expect(await (await store.crop('crop-s1'))?.text()).toBe('crop-s1');
    expect(await store.loadDescriptors(SPACE)).toEqual([
      {
        sightingId: 's1',
        vehicleId: 'v1',
        vehicleNumber: 1,
        cameraId: 'camera-1',
        runId: 'run-1',
        startUnixMs: NOON_UNIX_MS,
        endUnixMs: NOON_UNIX_MS + 1_000,
        vector: vector(0.5),
      },
    ]);
  });

  test('rewrites a sighting that goes on instead of adding another', async () => {
    const store = await openGallery();
    await store.commitSighting(record());
    const summary = await store.commitSighting(
      record({ endUnixMs: NOON_UNIX_MS + 9_000 }, { crop: null, vector: vector(0.25) }),
    );
    expect(summary.sightingCount).toBe(1);
    expect(summary.lastSeenUnixMs).toBe(NOON_UNIX_MS + 9_000);
    expect(summary.cropId).toBe('crop-s1');
    const [descriptor, ...others] = await store.loadDescriptors(SPACE);
    expect(others).toEqual([]);
    expect(descriptor?.endUnixMs).toBe(NOON_UNIX_MS + 9_000);
    expect(descriptor?.vector).toEqual(vector(0.25));
  });

  test('keeps the stored descriptor, with the new times, when none is handed over', async () => {
    const store = await openGallery();
    await store.commitSighting(record({}, { vector: vector(0.5) }));
    await store.commitSighting(record({ endUnixMs: NOON_UNIX_MS + 5_000 }, { vector: null }));
    const [descriptor] = await store.loadDescriptors(SPACE);
    expect(descriptor?.vector).toEqual(vector(0.5));
    expect(descriptor?.endUnixMs).toBe(NOON_UNIX_MS + 5_000);
  });

  test('replaces the picture when it gets another id', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await store.commitSighting(record({ cropId: 'first' }));
    const summary = await store.commitSighting(record({ cropId: 'better' }));
    expect(summary.cropId).toBe('better');
    expect(await store.crop('first')).toBeNull();
    expect(await (await store.crop('better'))?.text()).toBe('better');
    expect((await rawStores(name))['crops']).toHaveLength(1);
  });

  test('never points at a picture or a descriptor that is not there', async () => {
    const store = await openGallery();
    const summary = await store.commitSighting(record({}, { crop: null, vector: null }));
    expect(summary.cropId).toBeNull();
    const [stored] = (await store.vehicle('v1'))?.sightings ?? [];
    expect(stored?.cropId).toBeNull();
    expect(stored?.space).toBeNull();
  });

  test('moves a sighting to another vehicle, and the one left empty goes', async () => {
    const store = await openGallery();
    await store.commitSighting(record({ id: 's1', vehicleId: 'v1' }));
    await store.commitSighting(record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 2 }));
    expect(store.vehicleCount).toBe(2);
    const summary = await store.commitSighting(record({ id: 's2', vehicleId: 'v1' }));
    expect(summary).toMatchObject({ id: 'v1', number: 1, sightingCount: 2 });
    expect(store.vehicleCount).toBe(1);
    expect(await store.vehicle('v2')).toBeNull();
    const descriptors = await store.loadDescriptors(SPACE);
    expect(descriptors.map((each) => each.vehicleId)).toEqual(['v1', 'v1']);
    expect(descriptors.map((each) => each.vehicleNumber)).toEqual([1, 1]);
  });

  test('takes a moved sighting out of the vehicle it came from, which stays for the others', async () => {
    const store = await openGallery();
    await store.commitSighting(record({ id: 's1', hitCount: 2 }));
    await store.commitSighting(
      record({ id: 's2', hitCount: 50, vehicleClass: 'bus', endUnixMs: NOON_UNIX_MS + 60_000 }),
    );
    expect(await store.vehicle('v1')).toMatchObject({ vehicleClass: 'bus', cropId: 'crop-s2' });
    await store.commitSighting(record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 2 }));
    expect(await store.vehicle('v1')).toMatchObject({
      sightingCount: 1,
      vehicleClass: 'car',
      cropId: 'crop-s1',
      lastSeenUnixMs: NOON_UNIX_MS + 1_000,
    });
    expect(store.vehicleCount).toBe(2);
  });

  test('tells where and when the vehicle was seen last, also after that sighting moved away', async () => {
    const store = await openGallery();
    await store.commitSighting(record({ id: 's1' }));
    const inFile = {
      id: 's2',
      cameraLabel: 'yard.mp4',
      startMediaUs: 11_000_000,
      endMediaUs: 12_000_000,
      endUnixMs: NOON_UNIX_MS + 60_000,
    };
    await store.commitSighting(record(inFile));
    const list = () => store.listVehicles({ offset: 0, count: 9 });
    expect(await list()).toMatchObject([
      { id: 'v1', lastSeenMediaUs: 12_000_000, lastSeenLabel: 'yard.mp4' },
    ]);
    await store.commitSighting(record({ ...inFile, vehicleId: 'v2' }, { vehicleNumber: 2 }));
    expect(await list()).toMatchObject([
      { id: 'v2', lastSeenMediaUs: 12_000_000, lastSeenLabel: 'yard.mp4' },
      { id: 'v1', lastSeenMediaUs: null, lastSeenLabel: 'Front door' },
    ]);
  });

  test('refuses a vector of another length than its space has, and changes nothing', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await store.commitSighting(record());
    const before = await rawStores(name);
    await expect(
      store.commitSighting(
        record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 2, vector: vector(1, 8) }),
      ),
    ).rejects.toMatchObject({ code: 'EMBEDDING_SPACE_MISMATCH' });
    expect(await rawStores(name)).toEqual(before);
    expect(store.vehicleCount).toBe(1);
  });

  test('keeps spaces apart', async () => {
    const store = await openGallery();
    await store.commitSighting(record({ id: 's1' }));
    await store.commitSighting(record({ id: 's2', space: 'other:2' }, { vector: vector(1, 8) }));
    expect((await store.loadDescriptors(SPACE)).map((each) => each.sightingId)).toEqual(['s1']);
    expect((await store.loadDescriptors('other:2')).map((each) => each.sightingId)).toEqual(['s2']);
    expect(await store.loadDescriptors('third:1')).toEqual([]);
  });

  test('refuses to give one number to two vehicles, or a second number to one', async () => {
    const store = await openGallery();
    await store.commitSighting(record({ id: 's1', vehicleId: 'v1' }, { vehicleNumber: 1 }));
    await expect(
      store.commitSighting(record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 1 })),
    ).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(
      store.commitSighting(record({ id: 's3', vehicleId: 'v1' }, { vehicleNumber: 9 })),
    ).rejects.toBeInstanceOf(RangeError);
    expect((await store.usage()).sightingCount).toBe(1);
  });
});

describe('reading the gallery', () => {
  test('lists the most recently seen first, in stretches that meet', async () => {
    const store = await openGallery();
    for (const [index, minute] of [3, 1, 4, 5, 2].entries()) {
      await store.commitSighting(
        record(
          { id: `s${minute}`, vehicleId: `v${minute}`, endUnixMs: NOON_UNIX_MS + minute * 60_000 },
          { vehicleNumber: index + 1 },
        ),
      );
    }
    const ids = async (offset: number, count: number): Promise<string[]> =>
      (await store.listVehicles({ offset, count })).map((vehicle) => vehicle.id);
    expect(await ids(0, 2)).toEqual(['v5', 'v4']);
    expect(await ids(2, 2)).toEqual(['v3', 'v2']);
    expect(await ids(4, 2)).toEqual(['v1']);
    expect(await ids(5, 2)).toEqual([]);
    expect(await ids(0, 0)).toEqual([]);
    expect(await ids(0, 99)).toHaveLength(5);
  });

  test('shows a vehicle with its newest sighting first, and no other vehicle with a similar id', async () => {
    const store = await openGallery();
    await store.commitSighting(record({ id: 'old', startUnixMs: NOON_UNIX_MS - 5_000 }));
    await store.commitSighting(record({ id: 'new' }));
    await store.commitSighting(record({ id: 'x', vehicleId: 'v10' }, { vehicleNumber: 2 }));
    const vehicle = await store.vehicle('v1');
    expect(vehicle?.sightings.map((each) => each.id)).toEqual(['new', 'old']);
    expect(await store.vehicle('v')).toBeNull();
  });

  test('answers null for what is not there', async () => {
    const store = await openGallery();
    expect(await store.vehicle('nobody')).toBeNull();
    expect(await store.crop('nothing')).toBeNull();
    expect(await store.listVehicles({ offset: 0, count: 10 })).toEqual([]);
  });

  test('leaves out rows that cannot be read, counts them, and goes on', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await store.commitSighting(record());
    await putRaw(name, 'vehicles', { id: 'foreign', lastSeenUnixMs: NOON_UNIX_MS, number: 77 });
    await putRaw(name, 'sightings', { id: 'broken', vehicleId: 'v1', startUnixMs: 5 });
    await putRaw(name, 'recentDescriptors', {
      sightingId: 'x',
      space: SPACE,
      vector: 'no numbers',
    });
    await putRaw(name, 'vectorBlocks', { space: SPACE, sightingIds: ['y'], vectors: null });
    await putRaw(name, 'crops', { id: 'bad', sightingId: 'z', picture: 'text' });
    expect((await store.listVehicles({ offset: 0, count: 10 })).map((each) => each.id)).toEqual([
      'v1',
    ]);
    expect((await store.usage()).unreadableCount).toBe(1);
    expect((await store.vehicle('v1'))?.sightings).toHaveLength(1);
    expect((await store.usage()).unreadableCount).toBe(2);
    expect(await store.loadDescriptors(SPACE)).toHaveLength(1);
    expect((await store.usage()).unreadableCount).toBe(4);
    expect(await store.vehicle('foreign')).toBeNull();
    expect(await store.crop('bad')).toBeNull();
    await store.commitSighting(record({ id: 's2' }));
    expect((await store.vehicle('v1'))?.sightings).toHaveLength(2);
  });

  test('heals a sighting whose stored row was damaged when it is written again', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await store.commitSighting(record());
    await putRaw(name, 'sightings', { ...sighting(), candidateVehicleIds: [], decision: 'lost' });
    const summary = await store.commitSighting(record());
    expect(summary.sightingCount).toBe(1);
    expect((await rawStores(name))['crops']).toHaveLength(1);
  });

  test('counts what it holds', async () => {
    const store = await openGallery();
    await store.commitSighting(record({ id: 's1' }));
    await store.commitSighting(record({ id: 's2' }));
    expect(await store.usage()).toMatchObject({ vehicleCount: 1, sightingCount: 2 });
  });
});

describe('numbers of vehicles', () => {
  test('count from one and go on after the gallery was closed', async () => {
    const name = freshName();
    const first = await openGallery(name);
    expect([first.allocateVehicleNumber(), first.allocateVehicleNumber()]).toEqual([1, 2]);
    await first.commitSighting(record({}, { vehicleNumber: 2 }));
    first.close();
    const second = await openGallery(name);
    expect(second.allocateVehicleNumber()).toBe(3);
    expect(second.vehicleCount).toBe(1);
  });

  test('are not reused for a vehicle that was forgotten', async () => {
    const name = freshName();
    const first = await openGallery(name);
    await first.commitSighting(record({}, { vehicleNumber: first.allocateVehicleNumber() }));
    await first.forgetVehicle('v1');
    first.close();
    const second = await openGallery(name);
    expect(second.allocateVehicleNumber()).toBe(2);
  });

  test('are not reused when the stored mark was damaged', async () => {
    const name = freshName();
    const first = await openGallery(name);
    await first.commitSighting(record({}, { vehicleNumber: 5 }));
    first.close();
    await putRaw(name, 'meta', 'rubbish', 'highestVehicleNumber');
    const second = await openGallery(name);
    expect(second.allocateVehicleNumber()).toBe(6);
  });

  test('go on after everything was deleted, and start at one when the empty gallery is opened', async () => {
    const name = freshName();
    const first = await openGallery(name);
    await first.commitSighting(record({}, { vehicleNumber: first.allocateVehicleNumber() }));
    await first.deleteEverything();
    expect(first.allocateVehicleNumber()).toBe(2);
    first.close();
    const second = await openGallery(name);
    expect(second.allocateVehicleNumber()).toBe(1);
  });
});

describe('evidence', () => {
  test('no longer names a vehicle once it was forgotten', async () => {
    const name = freshName();
    const store = await openGallery(name);
    await store.commitSighting(record({ id: 's1', vehicleId: 'v1' }));
    const { decision } = sighting({ vehicleId: 'v2' });
    await store.commitSighting(
      record(
        {
          id: 's2',
          vehicleId: 'v2',
          decision: { ...decision, candidates: [candidate('v1', 1), candidate('v3', 3)] },
        },
        { vehicleNumber: 2 },
      ),
    );
    await store.forgetVehicle('v1');
    const [stored] = (await store.vehicle('v2'))?.sightings ?? [];
    expect(stored?.decision.candidates.map((each) => each.vehicleId)).toEqual(['v3']);
    expect(JSON.stringify(await rawStores(name))).not.toContain('"v1"');
  });
});
