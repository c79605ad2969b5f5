import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Upload } from '@tus/server';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../../../server/endpoint/database/database';
import { PieceFolder } from '../../../../../server/endpoint/uploads/piece-folder';
import { requireOwnStore } from '../../../../../server/endpoint/uploads/store-mark';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import { makeTestSession, sendSession } from '../../../../support/endpoint-sessions';

onEachDatabase('files and database', (kind) => {
  let endpoint: TestEndpoint;
  let database: Database;
  let own: PieceFolder;
  let folder: string;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
    ({ database } = endpoint.endpoint);
    own = new PieceFolder(endpoint.config.dataFolder);
    folder = await mkdtemp(join(tmpdir(), 'resight-store-'));
  });
  afterAll(async () => {
    await endpoint.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => forgetMark());

  /** A folder that nobody used. */
  async function newStore(): Promise<PieceFolder> {
    return new PieceFolder(await mkdtemp(join(folder, 'data-')));
  }
  async function forgetMark(): Promise<void> {
    await database.query(`DELETE FROM secrets WHERE name = 'piece-store'`);
  }
  function start(store: PieceFolder): Promise<void> {
    return requireOwnStore(database, store);
  }

  it('know each other again', async () => {
    const store = await newStore();
    await start(store);
    const mark = await store.readMark();
    await start(store);
    expect(await store.readMark()).toBe(mark);
    expect(mark).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('belong together when the database does not know of its empty store yet: a process died between', async () => {
    const store = await newStore();
    await start(store);
    await forgetMark();
    await start(store);
    await start(store);
    await expect(start(await storeOfAnother())).rejects.toThrow('those of another one');
  });

  it('do not when such a store has pieces', async () => {
    const store = await storeOfAnother();
    await store.create(new Upload({ id: `${randomUUID()}.0`, size: 10, offset: 0 }));
    await expect(start(store)).rejects.toThrow('those of another one');
  });

  it('are marked once when several start at once', async () => {
    const stores = await Promise.all([newStore(), newStore(), newStore()]);
    const started = await Promise.allSettled(stores.map(start));
    const marks = await Promise.all(stores.map((store) => store.readMark()));
    if (kind.name === 'PGlite') {
      // One process at a time: a store that is gone while nothing was stored is made anew.
      expect(new Set(marks).size).toBe(1);
    } else {
      expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(marks.filter((mark) => mark !== null)).toHaveLength(1);
    }
  });

  if (kind.name === 'PostgreSQL') {
    it('are not those of a second machine, though nothing is stored yet', async () => {
      await start(await newStore());
      const second = await newStore();
      await expect(start(second)).rejects.toThrow('All endpoints on one database share one');
      expect(await second.readMark()).toBeNull();
      // What the message tells to do.
      await forgetMark();
      await start(second);
    });
  } else {
    it('begin with an empty store when one was lost in which nothing was stored', async () => {
      const lost = await newStore();
      await start(lost);
      const empty = await newStore();
      await start(empty);
      expect(await empty.readMark()).toBe(await lost.readMark());
    });
  }

  it('are missed when something was stored', async () => {
    await forgetMark();
    await database.query('INSERT INTO secrets (name, value) VALUES ($1, $2)', [
      'piece-store',
      Buffer.from((await own.readMark()) ?? ''),
    ]);
    const { token } = await endpoint.pair(['upload']);
    await sendSession(endpoint, token, makeTestSession([10]));
    await start(own);
    await expect(start(await newStore())).rejects.toThrow('Is the disk mounted');
    await forgetMark();
    await expect(start(await newStore())).rejects.toThrow('Is the disk mounted');
  });

  async function storeOfAnother(): Promise<PieceFolder> {
    const store = await newStore();
    await store.writeMark('of another');
    return store;
  }
});
