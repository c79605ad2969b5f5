import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { afterEach, expect, test } from 'vitest';
import { GalleryStore } from '../../../src/storage/gallery-store';
import { GALLERY_MIGRATIONS } from '../../../src/storage/migrations/gallery-migrations';
import { runMigrations } from '../../../src/storage/migrations/migration';
import type { VectorBlockRow } from '../../../src/storage/schema';
import { packBlock } from '../../../src/storage/vector-blocks';
import { freshName, record, sighting, SPACE } from '../../unit/storage/gallery-fixtures';

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

/** Writes all descriptors past the gallery; `blockRowCount` 1: one small record each. */
async function fill(database: IDBPDatabase, blockRowCount: number): Promise<void> {
  const rows = Array.from({ length: ROW_COUNT }, (_, n) => descriptor(n + 1));
  const store = blockRowCount === 1 ? 'recentDescriptors' : 'vectorBlocks';
  const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
  if (blockRowCount === 1) {
    for (const row of rows) void transaction.store.add(row);
  } else {
    for (let start = 0; start < ROW_COUNT; start += blockRowCount)
      void transaction.store.add(packBlock(rows.slice(start, start + blockRowCount)));
  }
  await transaction.done;
}

test.for([1, 256, 1_024, 4_096])(
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
      `${ROW_COUNT} x ${DIMENSION}, ${blockRowCount === 1 ? 'one record each' : `blocks of ${blockRowCount}`}: ` +
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

test('a vehicle is forgotten out of a block that stays full of others', async () => {
  const database = await emptyGallery();
  await fill(database, 1_024);
  const [firstBlock] = (await database.getAll('vectorBlocks', null, 1)) as VectorBlockRow[]; // just filled
  const sightingId = firstBlock?.sightingIds[4] ?? '';
  const row = { ...sighting({ id: sightingId, vehicleId: 'v5' }), candidateVehicleIds: [] };
  await database.put('sightings', row);
  const { name } = database;
  database.close();
  const store = await GalleryStore.open(name);
  const forgetMs = await msOf(async () => {
    expect((await store.forgetVehicle('v5')).vectorCount).toBe(1);
  });
  const left = await store.loadDescriptors(SPACE);
  expect(left).toHaveLength(ROW_COUNT - 1);
  expect(left.some((each) => each.sightingId === sightingId || each.vector[0] === 5)).toBe(false);
  store.close();
  console.info(`one vehicle forgotten out of a block of 1024: ${forgetMs.toFixed(0)} ms`);
});
