import { deleteDB, openDB, unwrap } from 'idb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { GalleryStore } from '../../../src/storage/gallery-store';
import { GALLERY_MIGRATIONS } from '../../../src/storage/migrations/gallery-migrations';
import { openDatabase } from '../../../src/storage/open-database';
import { requestPersistence } from '../../../src/storage/quota';
import {
  freshName,
  NOON_UNIX_MS,
  rawStores,
  record,
  SPACE,
  vector,
} from '../../unit/storage/gallery-fixtures';

interface HolderAnswer {
  readonly isOpen: boolean;
  readonly isExclusive?: boolean;
  readonly error?: { readonly code: string };
}

/** https://wicg.github.io/storage-buckets/ */
interface StorageBuckets {
  open(name: string, options: { quota: number }): Promise<{ readonly indexedDB: IDBFactory }>;
  delete(name: string): Promise<void>;
}

const stores: GalleryStore[] = [];
const workers: Worker[] = [];
const names: string[] = [];

function name(): string {
  const fresh = freshName();
  names.push(fresh);
  return fresh;
}

async function openGallery(databaseName: string): Promise<GalleryStore> {
  const store = await GalleryStore.open(databaseName);
  stores.push(store);
  return store;
}

/** Opens the gallery in a worker of its own. */
function openElsewhere(
  databaseName: string,
): Promise<{ readonly worker: Worker; readonly answer: HolderAnswer }> {
  const worker = new Worker(new URL('./gallery-holder.worker.ts', import.meta.url), {
    type: 'module',
  });
  workers.push(worker);
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', (event: MessageEvent<HolderAnswer>) =>
      resolve({ worker, answer: event.data }),
    );
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(databaseName);
  });
}

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const worker of workers.splice(0)) worker.terminate();
  for (const store of stores.splice(0)) store.close();
  for (const each of names.splice(0)) await deleteDB(each);
});

describe('the gallery in a browser', () => {
  test('is all there when it is opened again', async () => {
    const databaseName = name();
    const first = await openGallery(databaseName);
    const number = first.allocateVehicleNumber();
    const summary = await first.commitSighting(
      record({}, { vehicleNumber: number, vector: vector(0.5, 256) }),
    );
    first.close();
    const second = await openGallery(databaseName);
    expect(second.vehicleCount).toBe(1);
    expect(await second.listVehicles({ offset: 0, count: 10 })).toEqual([summary]);
    const crop = await second.crop('crop-s1');
    expect([crop?.type, await crop?.text()]).toEqual(['image/webp', 'crop-s1']);
    const [descriptor] = await second.loadDescriptors(SPACE);
    expect(descriptor?.vector).toEqual(vector(0.5, 256));
    expect(second.allocateVehicleNumber()).toBe(number + 1);
  });

  test('moves sightings, forgets vehicles and deletes everything in the real database', async () => {
    const databaseName = name();
    const store = await openGallery(databaseName);
    await store.commitSighting(record({ id: 's1' }));
    await store.commitSighting(record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 2 }));
    await store.commitSighting(record({ id: 's2', vehicleId: 'v1' }));
    expect(store.vehicleCount).toBe(1);
    expect(await store.forgetVehicle('v1')).toEqual({
      vehicleCount: 1,
      sightingCount: 2,
      cropCount: 2,
      vectorCount: 2,
    });
    await store.commitSighting(record({ id: 's3', vehicleId: 'v3' }, { vehicleNumber: 3 }));
    await store.deleteEverything();
    expect(Object.values(await rawStores(databaseName)).flat()).toEqual([]);
  });

  test('removes by age and by number in the real database', async () => {
    const store = await openGallery(name());
    for (const [index, ageDays] of [9, 1, 5, 3].entries()) {
      const endUnixMs = NOON_UNIX_MS - ageDays * 86_400_000;
      await store.commitSighting(
        record(
          { id: `s${ageDays}`, vehicleId: `v${ageDays}`, startUnixMs: endUnixMs - 1, endUnixMs },
          { vehicleNumber: index + 1 },
        ),
      );
    }
    const policy = { maxAgeDays: 7, maxVehicleCount: 2 };
    expect((await store.applyRetention(policy, NOON_UNIX_MS)).vehicleCount).toBe(2);
    const left = await store.listVehicles({ offset: 0, count: 9 });
    expect(left.map((vehicle) => vehicle.id)).toEqual(['v1', 'v3']);
  });

  test('tells what it uses of how much', async () => {
    const store = await openGallery(name());
    await store.commitSighting(record());
    const usage = await store.usage();
    expect(usage).toMatchObject({ vehicleCount: 1, sightingCount: 1 });
    expect(usage.usedBytes).toBeGreaterThan(0);
    expect(usage.quotaBytes).toBeGreaterThan(usage.usedBytes);
    expect(await requestPersistence()).toBe(await navigator.storage.persisted());
  });

  test('tells when the browser ends the connection', async () => {
    const told = vi.fn();
    const connection = await openDatabase(name(), GALLERY_MIGRATIONS, told);
    unwrap(connection.database).dispatchEvent(new Event('close'));
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'STORAGE_UNAVAILABLE' }),
    );
  });
});

describe('a second context', () => {
  test('is told that the gallery is in use, and gets it once the first has closed', async () => {
    const databaseName = name();
    const store = await openGallery(databaseName);
    expect(store.isExclusive).toBe(true);
    const refused = await openElsewhere(databaseName);
    expect(refused.answer).toMatchObject({ isOpen: false, error: { code: 'GALLERY_IN_USE' } });
    store.close();
    const accepted = await openElsewhere(databaseName);
    expect(accepted.answer).toEqual({ isOpen: true, isExclusive: true });
  });

  test('gets the gallery when the worker that had it is terminated', async () => {
    const databaseName = name();
    const { worker, answer } = await openElsewhere(databaseName);
    expect(answer.isOpen).toBe(true);
    await expect(openGallery(databaseName)).rejects.toMatchObject({ code: 'GALLERY_IN_USE' });
    worker.terminate();
    expect((await openGallery(databaseName)).isExclusive).toBe(true);
  });

  test('gets it although it asked before the first had closed, as on a reload', async () => {
    const databaseName = name();
    const first = await openGallery(databaseName);
    const opening = openGallery(databaseName);
    await vi.waitFor(async () => {
      const { pending } = await navigator.locks.query();
      expect(pending?.some((lock) => lock.name?.startsWith(databaseName))).toBe(true);
    });
    first.close();
    expect((await opening).isExclusive).toBe(true);
  });

  test('that takes the lock by force is reported to the first', async () => {
    const databaseName = name();
    const store = await openGallery(databaseName);
    const told = vi.fn();
    store.onClosed(told);
    await navigator.locks.request(`${databaseName}:writer`, { steal: true }, () => undefined);
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce());
    await expect(store.usage()).rejects.toMatchObject({ code: 'GALLERY_IN_USE' });
  });
});

describe('a database of a newer version', () => {
  test('is refused and keeps its data', async () => {
    const databaseName = name();
    const newer = await openDB(databaseName, GALLERY_MIGRATIONS.length + 1, {
      upgrade: (database) => void database.createObjectStore('future'),
    });
    await newer.put('future', 'kept', 1);
    newer.close();
    await expect(GalleryStore.open(databaseName)).rejects.toMatchObject({ code: 'STORAGE_NEWER' });
    expect(await rawStores(databaseName)).toEqual({ future: ['kept'] });
  });

  test('makes an open gallery let go of its own when it arrives', async () => {
    const databaseName = name();
    const store = await openGallery(databaseName);
    const told = vi.fn();
    store.onClosed(told);
    const newer = await openDB(databaseName, GALLERY_MIGRATIONS.length + 1);
    newer.close();
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'STORAGE_NEWER' }),
    );
  });
});

describe('a full disk', () => {
  test('met in mid-transaction is STORAGE_FULL and leaves what was stored before', async () => {
    const databaseName = name();
    const store = await openGallery(databaseName);
    await store.commitSighting(record());
    const before = await rawStores(databaseName);
    // Called below with the store it belongs to.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const put = IDBObjectStore.prototype.put;
    // The sighting and its picture are written by then; only the vehicle's row fails.
    const failing = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args
    ) {
      if (this.name === 'vehicles') throw new DOMException('injected', 'QuotaExceededError');
      return put.apply(this, args);
    });
    await expect(
      store.commitSighting(record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 2 })),
    ).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(failing).toHaveBeenCalled();
    failing.mockRestore();
    expect(await rawStores(databaseName)).toEqual(before);
    expect(store.vehicleCount).toBe(1);
    await store.commitSighting(record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 2 }));
    expect(store.vehicleCount).toBe(2);
  });

  test('as the browser itself reports it is STORAGE_FULL, and room helps', async () => {
    // A bucket has a quota of its own and the same IndexedDB inside.
    const buckets = (navigator as { storageBuckets?: StorageBuckets }).storageBuckets; // not in TypeScript's library yet
    if (!buckets) throw new Error('Expected Chromium with storage buckets');
    const bucket = await buckets.open('small', { quota: 10_000_000 });
    vi.stubGlobal('indexedDB', bucket.indexedDB);
    const store = await openGallery(freshName());
    await store.commitSighting(record());
    const large = new Blob([new Uint8Array(20_000_000)], { type: 'image/webp' });
    const tooMuch = record({ id: 's2', vehicleId: 'v2' }, { vehicleNumber: 2, crop: large });
    await expect(store.commitSighting(tooMuch)).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(store.vehicleCount).toBe(1);
    expect((await store.vehicle('v1'))?.sightings).toHaveLength(1);
    expect(await store.vehicle('v2')).toBeNull();
    await store.commitSighting({ ...tooMuch, crop: new Blob(['small enough']) });
    expect(await (await store.crop('crop-s2'))?.text()).toBe('small enough');
    store.close();
    vi.unstubAllGlobals();
    await buckets.delete('small');
  });
});
