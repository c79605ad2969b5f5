import 'fake-indexeddb/auto';
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AppError } from '../../../src/core/app-error';
import { GalleryStore } from '../../../src/storage/gallery-store';
import { galleryMigration } from '../../../src/storage/migrations/0001-gallery';
import { GALLERY_MIGRATIONS } from '../../../src/storage/migrations/gallery-migrations';
import type { Migration } from '../../../src/storage/migrations/migration';
import { openDatabase, type DatabaseConnection } from '../../../src/storage/open-database';
import { ALL_STORES } from '../../../src/storage/schema';
import { freshName, rawStores, record } from './gallery-fixtures';

const toClose: { close(): void }[] = [];

function remember<T extends { close(): void }>(opened: T): T {
  toClose.push(opened);
  return opened;
}

async function open(
  name: string,
  migrations: readonly Migration[],
  onLost: (reason: AppError) => void = () => undefined,
): Promise<DatabaseConnection> {
  return remember(await openDatabase(name, migrations, onLost));
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  for (const opened of toClose.splice(0)) opened.close();
});

/** What the next version might be: reads every row and writes it back richer. */
const addColour: Migration = {
  version: GALLERY_MIGRATIONS.length + 1,
  async migrate(_database, transaction) {
    let cursor = await transaction.objectStore('vehicles').openCursor();
    while (cursor) {
      await cursor.update({ ...cursor.value, colour: 'unknown' });
      cursor = await cursor.continue();
    }
  },
};

describe('migrations', () => {
  test('are numbered from one without a gap', () => {
    expect(GALLERY_MIGRATIONS.map((migration) => migration.version)).toEqual(
      GALLERY_MIGRATIONS.map((_, index) => index + 1),
    );
  });

  test('make every store of the schema in a database that was not there', async () => {
    const { database } = await open(freshName(), GALLERY_MIGRATIONS);
    expect(database.version).toBe(GALLERY_MIGRATIONS.length);
    expect([...database.objectStoreNames].sort()).toEqual([...ALL_STORES].sort());
  });

  test('from 0001 leave the stores and indexes that were released', async () => {
    const { database } = await open(freshName(), [galleryMigration]);
    const transaction = database.transaction([...database.objectStoreNames]);
    const described = [...database.objectStoreNames].map((name) => {
      const store = transaction.objectStore(name);
      return [
        name,
        store.keyPath,
        [...store.indexNames].map((index) => store.index(index).keyPath),
      ];
    });
    expect(described).toEqual([
      ['crops', 'id', ['sightingId']],
      ['meta', null, []],
      ['recentDescriptors', 'sequence', ['sightingId', ['space', 'sequence']]],
      ['sightings', 'id', ['candidateVehicleIds', 'endUnixMs', ['vehicleId', 'startUnixMs']]],
      ['vectorBlocks', 'id', ['sightingIds', 'space']],
      ['vehicles', 'id', [['lastSeenUnixMs', 'number'], 'number']],
    ]);
  });

  test('keep what an older database holds, and run only those it has not had', async () => {
    const name = freshName();
    const store = await GalleryStore.open(name);
    await store.commitSighting(record());
    store.close();
    const { database } = await open(name, [...GALLERY_MIGRATIONS, addColour]);
    expect(database.version).toBe(addColour.version);
    expect(await database.get('vehicles', 'v1')).toMatchObject({ number: 1, colour: 'unknown' });
    expect(await database.get('sightings', 's1')).toMatchObject({ vehicleId: 'v1' });
    expect(await database.count('crops')).toBe(1);
    expect(await database.count('recentDescriptors')).toBe(1);
  });

  test('leave the older database as it was when one fails', async () => {
    const name = freshName();
    const store = await GalleryStore.open(name);
    await store.commitSighting(record());
    store.close();
    const before = await rawStores(name);
    const failing: Migration = {
      version: addColour.version,
      async migrate(_database, transaction) {
        await transaction.objectStore('vehicles').clear();
        throw new Error('the colour could not be told');
      },
    };
    await expect(open(name, [...GALLERY_MIGRATIONS, failing])).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('the colour could not be told') as string,
    });
    expect(await rawStores(name)).toEqual(before);
  });

  test('are refused when their numbers have a gap', async () => {
    await expect(open(freshName(), [addColour])).rejects.toBeInstanceOf(RangeError);
  });
});

describe('opening', () => {
  test('refuses a database of a newer version and keeps its data', async () => {
    const name = freshName();
    const newer = await openDB(name, GALLERY_MIGRATIONS.length + 1, {
      upgrade: (database: IDBPDatabase) => void database.createObjectStore('future'),
    });
    await newer.put('future', 'kept', 1);
    newer.close();
    await expect(GalleryStore.open(name)).rejects.toMatchObject({ code: 'STORAGE_NEWER' });
    expect(await rawStores(name)).toEqual({ future: ['kept'] });
  });

  test('says that there is no storage where the browser has none', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expect(GalleryStore.open('any')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  test.each([
    ['SecurityError', 'STORAGE_UNAVAILABLE'],
    ['InvalidStateError', 'STORAGE_UNAVAILABLE'],
    ['UnknownError', 'STORAGE_UNAVAILABLE'],
    ['QuotaExceededError', 'STORAGE_FULL'],
  ])('reads a %s of the browser as %s', async (errorName, code) => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('injected', errorName);
      },
    });
    await expect(GalleryStore.open('any')).rejects.toMatchObject({ code });
  });

  test('says that a foreign database of the same name is not a gallery', async () => {
    const name = freshName();
    (await openDB(name, GALLERY_MIGRATIONS.length)).close();
    await expect(GalleryStore.open(name)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });

  test('gives up when another tab keeps the older version open, and lingers on nothing', async () => {
    const name = freshName();
    const stuck = await openDB(name, 1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const opening = open(name, [galleryMigration, addColour]);
    const refused = expect(opening).rejects.toMatchObject({ code: 'STORAGE_BLOCKED' });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    await vi.advanceTimersByTimeAsync(3_000);
    await refused;
    vi.useRealTimers();
    stuck.close();
    // Would never end if the opener that gave up had kept its late connection.
    await deleteDB(name);
  });

  test('works without Web Locks and says that it is not alone', async () => {
    vi.stubGlobal('navigator', {});
    const store = remember(await GalleryStore.open(freshName()));
    expect(store.isExclusive).toBe(false);
    expect(await store.usage()).toMatchObject({ usedBytes: 0, quotaBytes: 0, isPersistent: false });
  });
});

describe('an open gallery', () => {
  test('lets go when a newer version wants to upgrade, tells, and refuses further work', async () => {
    const name = freshName();
    const store = await GalleryStore.open(name);
    const told = vi.fn();
    store.onClosed(told);
    const newer = remember(await openDB(name, addColour.version));
    expect(newer.version).toBe(addColour.version);
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'STORAGE_NEWER' }),
    );
    await expect(store.commitSighting(record())).rejects.toMatchObject({ code: 'STORAGE_NEWER' });
    await expect(store.usage()).rejects.toMatchObject({ code: 'STORAGE_NEWER' });
    const late = vi.fn();
    store.onClosed(late);
    expect(late).toHaveBeenCalledOnce();
  });

  test('lets go when its data is cleared elsewhere', async () => {
    const name = freshName();
    const store = await GalleryStore.open(name);
    const told = vi.fn();
    store.onClosed(told);
    await deleteDB(name);
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'STORAGE_UNAVAILABLE' }),
    );
  });

  test('tells nobody when it was closed on purpose, and may be closed twice', async () => {
    const store = await GalleryStore.open(freshName());
    const told = vi.fn();
    store.onClosed(told);
    store.close();
    store.close();
    expect(told).not.toHaveBeenCalled();
    await expect(store.usage()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  });
});
