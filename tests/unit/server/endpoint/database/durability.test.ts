import { spawn } from 'node:child_process';
import { fsyncSync } from 'node:fs';
import type * as syncFiles from 'node:fs';
import type * as files from 'node:fs/promises';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Database } from '../../../../../server/endpoint/database/database';
import { DurableFolder } from '../../../../../server/endpoint/database/durable-folder';
import { openEmbeddedDatabase } from '../../../../../server/endpoint/database/embedded-database';
import { emptyDatabase } from '../../../../support/endpoint';

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof syncFiles>();
  return { ...original, fsyncSync: vi.fn(original.fsyncSync) };
});

/** Files that were synced to the end, as paths. */
const synced: string[] = [];

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof files>();
  const open: typeof original.open = async (path, ...how) => {
    const file = await original.open(path, ...how);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      await sync();
      synced.push(String(path));
    };
    return file;
  };
  return { ...original, open };
});

const MODULE = new URL(
  '../../../../../server/endpoint/database/embedded-database.ts',
  import.meta.url,
).href;

/** A part of the write-ahead log. */
const LOG = 'pg_wal/000000010000000000000001';

/** In a process of its own. */
const FAILING_DISK = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { openEmbeddedDatabase } = await import(process.argv[1]);
const database = await openEmbeddedDatabase({ dataFolder: process.argv[2] });
const opened = fs.promises.open;
fs.promises.open = async (...how) => {
  const file = await opened(...how);
  file.sync = () => Promise.reject(new Error('EIO'));
  return file;
};
syncBuiltinESMExports();
await database.transaction((queries) => queries.query("INSERT INTO words VALUES ('two')"));
process.exit(0);
`;

describe('the embedded database', () => {
  let folder: string;
  let database: Database;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resight-durable-'));
    database = await openEmbeddedDatabase({ dataFolder: folder, archive: await emptyDatabase() });
    await database.query('CREATE TABLE words (word text)');
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => void synced.splice(0));

  const insert = `INSERT INTO words VALUES ('one')`;

  it('has a transaction on the disk once it is done', async () => {
    await database.transaction((queries) => queries.query(insert));
    expect(synced).toContainEqual(expect.stringContaining('pg_wal'));
  });

  it('has what single queries change on the disk soon after, and does not wait for it', async () => {
    await vi.waitFor(() => database.query(insert).then(() => expect(synced).toEqual([])));
    await vi.waitFor(
      () => expect(synced).toContainEqual(expect.stringContaining('pg_wal')),
      20_000,
    );
  });

  it('does not wait for the disk when nothing changes', async () => {
    // What the tests before changed.
    await database.transaction((queries) => queries.query(insert));
    synced.splice(0);
    await database.query('SELECT word FROM words');
    expect(synced).toEqual([]);
  });

  it('ends the process when the disk does not keep what it is told', async () => {
    await database.close();
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', FAILING_DISK, '--', MODULE, folder],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(output).toContain('The disk did not keep what the database wrote');
    expect(code).toBe(1);
  }, 60_000);
});

describe('the folder of the embedded database', () => {
  it('writes no other file before the log that it follows from is on the disk', async () => {
    const path = await mkdtemp(join(tmpdir(), 'resight-durable-'));
    onTestFinished(() => rm(path, { recursive: true }));
    await mkdir(join(path, 'pg_wal'));
    await writeFile(join(path, LOG), 'log');
    const folder = new DurableFolder(path);
    const { emscriptenOpts } = await folder.init({} as never, {}); // keeps it, and does not look at it
    const order: string[] = [];
    const operations = {
      write: ({ path: to }: { readonly path: string }) => order.push(to),
      fsync: (_stream: { readonly path: string }) => 0,
    };
    // The library's own mounts a folder, which only its module can do.
    const [, watch] = emscriptenOpts.preRun as ((module: unknown) => void)[];
    watch?.({ FS: { filesystems: { NODEFS: { stream_ops: operations } } } });
    operations.fsync({ path: `/pglite/data/${LOG}` });
    vi.mocked(fsyncSync).mockImplementationOnce(() => void order.push('synced'));
    operations.write({ path: `/pglite/data/${LOG}` });
    operations.write({ path: '/pglite/data/base/1' });
    operations.write({ path: '/pglite/data/base/2' });
    expect(order).toEqual([
      `/pglite/data/${LOG}`,
      'synced',
      '/pglite/data/base/1',
      '/pglite/data/base/2',
    ]);
    await folder.synced();
  });
});
