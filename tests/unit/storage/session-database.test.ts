import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, describe, expect, test } from 'vitest';
import { SESSION_MIGRATIONS } from '../../../src/storage/migrations/session-migrations';
import { SessionDatabase } from '../../../src/storage/session-database';
import {
  allSessions,
  deleteSessionRows,
  getSession,
  newestSessions,
  segmentsOf,
  sessionsWithVehicle,
  toldFiles,
} from '../../../src/storage/session-queries';
import type { SessionRow } from '../../../src/storage/session-rows';
import { sessionRow } from './session-rows';

const databases: SessionDatabase[] = [];

afterEach(() => {
  for (const database of databases.splice(0)) database.close();
});

function openNew(): SessionDatabase {
  const database = new SessionDatabase(`sessions-${crypto.randomUUID()}`);
  databases.push(database);
  return database;
}

async function put(database: SessionDatabase, ...rows: readonly SessionRow[]): Promise<void> {
  await database.write('fill', async (transaction) => {
    for (const row of rows) await transaction.objectStore('sessions').put(row);
  });
}

const segment = (sessionId: string, cameraId: string, index: number) => ({
  sessionId,
  cameraId,
  index,
  part: `video-0-${index}.mp4`,
  startUs: 0,
  endUs: 1,
  frameCount: 1,
  byteCount: 1,
  mimeType: 'video/mp4',
  codec: 'avc1.42001f',
  offsetUs: 0,
});

describe('rows of sessions', () => {
  test('are listed newest first, a stretch at a time', async () => {
    const database = openNew();
    await put(
      database,
      ...[3, 1, 2].map((createdUnixMs) => sessionRow({ id: `at-${createdUnixMs}`, createdUnixMs })),
    );
    const list = await database.read('list', (transaction) =>
      newestSessions(transaction, { offset: 1, count: 5 }),
    );
    expect(list.totalCount).toBe(3);
    expect(list.rows.map(({ id }) => id)).toEqual(['at-2', 'at-1']);
  });

  test('that cannot be read are left out, and their files are nobody’s to remove', async () => {
    const database = openNew();
    // As a damaged database has it.
    const damaged = {
      ...sessionRow({ id: 'damaged' }),
      resultFiles: 'none',
    } as unknown as SessionRow;
    await put(database, damaged, sessionRow({ id: 'whole' }));
    const found = await database.read('read', async (transaction) => ({
      rows: await allSessions(transaction),
      damaged: await getSession(transaction, 'damaged'),
      told: await toldFiles(transaction, 'damaged'),
    }));
    expect(found.rows.map(({ id }) => id)).toEqual(['whole']);
    expect([found.damaged, found.told]).toEqual([null, null]);
  });

  test('of a session are found and removed without those of another', async () => {
    const database = openNew();
    await put(database, sessionRow({ id: 'a' }), sessionRow({ id: 'ab' }));
    await database.write('fill', async (transaction) => {
      for (const id of ['a', 'ab']) {
        for (const index of [1, 0])
          await transaction.objectStore('segments').put(segment(id, 'c', index));
        await transaction.objectStore('sessionVehicles').put({ sessionId: id, vehicleId: 'v1' });
      }
    });
    const before = await database.read('read', async (transaction) => ({
      segments: await segmentsOf(transaction, 'a'),
      ids: await sessionsWithVehicle(transaction, 'v1'),
    }));
    expect(before.segments.map(({ sessionId, index }) => [sessionId, index])).toEqual([
      ['a', 0],
      ['a', 1],
    ]);
    expect(before.ids).toEqual(['a', 'ab']);
    await database.write('remove', (transaction) => deleteSessionRows(transaction, 'a'));
    const after = await database.read('read', async (transaction) => ({
      gone: await segmentsOf(transaction, 'a'),
      kept: await segmentsOf(transaction, 'ab'),
      ids: await sessionsWithVehicle(transaction, 'v1'),
    }));
    expect([after.gone.length, after.kept.length, after.ids]).toEqual([0, 2, ['ab']]);
  });
});

describe('the sessions’ database', () => {
  test('is opened again after it was closed', async () => {
    const database = openNew();
    await put(database, sessionRow());
    database.close();
    const rows = await database.read('list', allSessions);
    expect(rows).toHaveLength(1);
  });

  test('changes nothing when a transaction fails half-way', async () => {
    const database = openNew();
    const failing = database.write('try', async (transaction) => {
      await transaction.objectStore('sessions').put(sessionRow());
      throw new DOMException('injected', 'QuotaExceededError');
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await database.read('list', allSessions)).toEqual([]);
  });

  test('makes room for a newer version, and is refused then', async () => {
    const database = openNew();
    await put(database, sessionRow());
    const newer = await openDB(database.name, SESSION_MIGRATIONS.length + 1);
    await expect(database.read('list', allSessions)).rejects.toMatchObject({
      code: 'STORAGE_NEWER',
    });
    newer.close();
  });
});
