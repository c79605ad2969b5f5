import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../../../../server/endpoint/database/database';
import { openEmbeddedDatabase } from '../../../../../server/endpoint/database/embedded-database';
import { FolderInUseError, lockFolder } from '../../../../../server/endpoint/database/folder-lock';
import { DatabaseTooNewError } from '../../../../../server/endpoint/database/migrate';
import { MIGRATIONS } from '../../../../../server/endpoint/database/migrations/all-migrations';
import { openServerDatabase } from '../../../../../server/endpoint/database/server-database';
import { emptyDatabase } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';

const SILENT = pino({ level: 'silent' });

/** A folder that is gone after the test. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resight-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Hears a channel and lets a test wait for what comes. */
async function hear(database: Database, channel: string) {
  const heard: (string | null)[] = [];
  let wake: () => void = () => undefined;
  const stop = await database.listen(channel, (payload) => {
    heard.push(payload);
    wake();
  });
  const until = async (isThere: () => boolean) => {
    while (!isThere()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { heard, stop, until };
}

onEachDatabase('the database', (kind) => {
  const open = async (url: string | null, folder: string | null = null) => {
    if (url !== null) return openServerDatabase(url, SILENT);
    const isNew = folder === null || readdirSync(folder).length === 0;
    return openEmbeddedDatabase({
      dataFolder: folder,
      ...(isNew ? { archive: await emptyDatabase() } : {}),
    });
  };

  let database: Database;
  beforeAll(async () => {
    database = await open(await kind.createUrl());
    await database.query(
      'CREATE TABLE things (id bigint PRIMARY KEY, bytes bytea, moment timestamptz, day date, words text[], numbers real[], flag boolean)',
    );
  });
  afterAll(() => database.close());

  it('has all steps of the schema', async () => {
    const steps = await database.query('SELECT number, name FROM schema_steps ORDER BY number');
    expect(steps).toEqual(
      MIGRATIONS.map((step, index) => ({ number: index + 1, name: step.name })),
    );
  });

  it('says whether it compares descriptors, and does when it says so', async () => {
    if (kind.name === 'PGlite') expect(database.hasVector).toBe(true);
    const distance = database.query(`SELECT '[3,0]'::vector <-> '[0,4]'::vector AS distance`);
    if (database.hasVector) expect(await distance).toEqual([{ distance: 5 }]);
    else await expect(distance).rejects.toThrow('vector');
  });

  it('gives back values as they were put in', async () => {
    const row = {
      id: Number.MAX_SAFE_INTEGER,
      bytes: Uint8Array.from([0, 255, 7]),
      moment: new Date('2026-11-23T05:00:00.123Z'),
      day: '2026-11-23',
      words: ['a "b"', 'c,d', '{}'],
      numbers: ['0.5', '-2'],
      flag: true,
    };
    await database.query(
      'INSERT INTO things VALUES ($1, $2, $3, $4, $5, $6, $7)',
      Object.values(row),
    );
    const [found] = await database.query<typeof row>('SELECT * FROM things WHERE id = $1', [
      row.id,
    ]);
    expect({ ...found, bytes: [...(found?.bytes ?? [])] }).toEqual({
      ...row,
      bytes: [0, 255, 7],
      numbers: [0.5, -2],
    });
    expect(found?.bytes).toBeInstanceOf(Uint8Array);
    const [sum] = await database.query<{ count: number }>('SELECT count(*) FROM things');
    expect(sum?.count).toBe(1);
  });

  it('does all of a transaction or nothing', async () => {
    const insert = 'INSERT INTO things (id) VALUES ($1)';
    await database.transaction(async (queries) => {
      await queries.query(insert, [1]);
      await queries.query(insert, [2]);
    });
    const failed = database.transaction(async (queries) => {
      await queries.query(insert, [3]);
      await queries.query(insert, [1]);
    });
    await expect(failed).rejects.toThrow('duplicate');
    const ids = await database.query('SELECT id FROM things WHERE id < 10 ORDER BY id');
    expect(ids).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('brings every message to every listener, in order', async () => {
    const one = await hear(database, 'Odd "channel"');
    const other = await hear(database, 'Odd "channel"');
    for (let index = 0; index < 20; index += 1) await database.notify('Odd "channel"', `${index}`);
    await one.until(() => one.heard.length === 20);
    await other.until(() => other.heard.length === 20);
    const numbers = Array.from({ length: 20 }, (_, index) => String(index));
    expect([one.heard, other.heard]).toEqual([numbers, numbers]);
    await one.stop();
    await database.notify('Odd "channel"', 'last');
    await other.until(() => other.heard.includes('last'));
    expect(one.heard).not.toContain('last');
    await other.stop();
  });

  it('refuses a database of a later version and leaves it as it is', async () => {
    const url = await kind.createUrl();
    const folder = makeFolder();
    const first = await open(url, folder);
    await first.query(`INSERT INTO schema_steps (number, name) VALUES (99, '099-later')`);
    await first.close();
    const again = open(url, folder);
    await expect(again).rejects.toThrow(DatabaseTooNewError);
    await expect(again).rejects.toThrow('found version 99 (099-later)');
  });

  it('keeps what was written when it is opened again', async () => {
    const url = await kind.createUrl();
    const folder = makeFolder();
    const first = await open(url, folder);
    await first.query(`INSERT INTO secrets (name, value) VALUES ('kept', $1)`, [Uint8Array.of(1)]);
    await first.close();
    const again = await open(url, folder);
    expect(await again.query(`SELECT name FROM secrets WHERE name = 'kept'`)).toHaveLength(1);
    await again.close();
  });

  if (kind.name !== 'PostgreSQL') return;

  it('is prepared once when many processes start at once', async () => {
    const url = await kind.createUrl();
    const opened = await Promise.all(Array.from({ length: 5 }, () => open(url)));
    const steps = await opened[0]!.query('SELECT number FROM schema_steps');
    expect(steps).toHaveLength(MIGRATIONS.length);
    for (const one of opened) await one.close();
  });

  it('works on after its connections broke, and tells listeners that something may be missing', async () => {
    const own = await open(await kind.createUrl());
    const { heard, until } = await hear(own, 'news');
    await own.notify('news', 'before');
    await until(() => heard.includes('before'));
    await kind.dropConnections();
    await until(() => heard.includes(null));
    await own.notify('news', 'after');
    await until(() => heard.includes('after'));
    expect(heard).toEqual(['before', null, 'after']);
    await own.close();
  });

  it('tries a transaction again that got into the way of another', async () => {
    await database.query('INSERT INTO things (id) VALUES (100), (101)');
    let tryCount = 0;
    // Each takes one row and then wants the other's: the server ends one of them.
    const cross = (first: number, second: number) =>
      database.transaction(async (queries) => {
        tryCount += 1;
        const update = 'UPDATE things SET flag = true WHERE id = $1';
        await queries.query(update, [first]);
        await queries.query('SELECT pg_sleep(0.3)');
        await queries.query(update, [second]);
      });
    await Promise.all([cross(100, 101), cross(101, 100)]);
    expect(tryCount).toBeGreaterThan(2);
    expect(await database.query('SELECT id FROM things WHERE flag AND id >= 100')).toHaveLength(3);
  });
});

describe('the folder of an embedded database', () => {
  it('is opened once at a time', async () => {
    const dataFolder = makeFolder();
    const unlock = lockFolder(dataFolder);
    const second = openEmbeddedDatabase({ dataFolder });
    await expect(second).rejects.toThrow(FolderInUseError);
    await expect(second).rejects.toThrow(`process id ${process.pid}`);
    unlock();
    lockFolder(dataFolder)();
    expect(readdirSync(dataFolder)).toEqual([]);
  });

  it.each(['999999999 1', `${process.pid} 1`, 'no number'])(
    'is free when the process that had it is gone (%s), also when its number was given to another',
    (mark) => {
      const dataFolder = makeFolder();
      writeFileSync(join(dataFolder, 'endpoint.lock'), mark);
      const unlock = lockFolder(dataFolder);
      expect(() => lockFolder(dataFolder)).toThrow(FolderInUseError);
      unlock();
    },
  );
});

describe('a database server', () => {
  it('that is not there is told as such', async () => {
    await expect(openServerDatabase('postgres://127.0.0.1:1/none', SILENT)).rejects.toThrow(
      'ECONNREFUSED',
    );
  });
});
