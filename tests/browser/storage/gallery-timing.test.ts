import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { afterEach, expect, test } from 'vitest';
import { GalleryStore } from '../../../src/storage/gallery-store';
import { GALLERY_MIGRATIONS } from '../../../src/storage/migrations/gallery-migrations';
import { runMigrations } from '../../../src/storage/migrations/migration';
import { packBlock } from '../../../src/storage/vector-blocks';
import { freshName, record, SPACE } from '../../unit/storage/gallery-fixtures';

/*
 * Prints what descriptors cost to write and load, because the choices in descriptor-rows.ts rest on
 * it. Times depend on the machine and are for reading; only what was loaded is asserted.
 */

const ROW_COUNT = 10_000;
const DIMENSION = 256;

const names: string[] = [];

afterEach(async () => {
  for (const name of names.splice(0)) await deleteDB(name);
});

function descriptor(n: number) {
  const vector = new Float32Array(DIMENSION).fill(1 / Math.sqrt(DIMENSION));
  vector[0] = n;
  return {
    sightingId: crypto.randomUUID(),
    vehicleId: `v${n}`,
    vehicleNumber: n,
    cameraId: 'camera',
    runId: 'run',
    startUnixMs: n,
    endUnixMs: n + 1,
    space: SPACE,
    vector,
  };
}

async function emptyGallery(): Promise<IDBPDatabase> {
  const name = freshName();
  names.push(name);
  return openDB(name, GALLERY_MIGRATIONS.length, {
    upgrade: (database, oldVersion, _newVersion, transaction) =>
      void runMigrations(GALLERY_MIGRATIONS, oldVersion, database, transaction),
  });
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Writes all descriptors past the gallery; `blockRowCount` null: one record each. */
async function fill(database: IDBPDatabase, blockRowCount: number | null): Promise<void> {
  const rows = Array.from({ length: ROW_COUNT }, (_, n) => descriptor(n + 1));
  const store = blockRowCount === null ? 'recentDescriptors' : 'vectorBlocks';
  const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
  if (blockRowCount === null) {
    for (const row of rows) void transaction.store.add(row);
  } else {
    for (let start = 0; start < ROW_COUNT; start += blockRowCount)
      void transaction.store.add(packBlock(rows.slice(start, start + blockRowCount)));
  }
  await transaction.done;
}

test.for([null, 256, 1_024, 4_096])(
  'ten thousand descriptors in blocks of %s are all loaded',
  async (blockRowCount) => {
    const database = await emptyGallery();
    const writeMs = await msOf(() => fill(database, blockRowCount));
    const { name } = database;
    database.close();
    const store = await GalleryStore.open(name);
    let loadedCount = 0;
    const loadMs = await msOf(async () => {
      loadedCount = (await store.loadDescriptors(SPACE)).length;
    });
    store.close();
    expect(loadedCount).toBe(ROW_COUNT);
    console.info(
      `${ROW_COUNT} x ${DIMENSION}, ${blockRowCount === null ? 'one record each' : `blocks of ${blockRowCount}`}: ` +
        `write ${writeMs.toFixed(0)} ms, load ${loadMs.toFixed(0)} ms`,
    );
  },
);

test('a sighting is committed to a gallery that already holds ten thousand descriptors', async () => {
  const database = await emptyGallery();
  await fill(database, 1_024);
  const { name } = database;
  database.close();
  const store = await GalleryStore.open(name);
  const commit = (n: number): Promise<unknown> =>
    store.commitSighting(
      record(
        { id: `live-${n}`, vehicleId: `live-${n}` },
        {
          vehicleNumber: ROW_COUNT + n,
          vector: descriptor(n).vector,
          crop: new Blob([new Uint8Array(15_000)]),
        },
      ),
    );
  const newMs = await msOf(async () => {
    for (let n = 1; n <= 200; n += 1) await commit(n);
  });
  const againMs = await msOf(async () => {
    for (let n = 1; n <= 200; n += 1) await commit(1);
  });
  expect(store.vehicleCount).toBe(200);
  store.close();
  console.info(
    `one commit: new ${(newMs / 200).toFixed(1)} ms, again ${(againMs / 200).toFixed(1)} ms`,
  );
});
