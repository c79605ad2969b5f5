import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import * as files from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../../../server/endpoint/database/database';
import { openEmbeddedDatabase } from '../../../../../server/endpoint/database/embedded-database';

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof files>();
  return { ...original, fsyncSync: vi.fn(original.fsyncSync) };
});

const MODULE = new URL(
  '../../../../../server/endpoint/database/embedded-database.ts',
  import.meta.url,
).href;

/** In a process of its own. */
const FAILING_DISK = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { openEmbeddedDatabase } = await import(process.argv[1]);
const database = await openEmbeddedDatabase({ dataFolder: process.argv[2] });
fs.fsyncSync = () => {
  throw new Error('EIO');
};
syncBuiltinESMExports();
await database.transaction((queries) => queries.query("INSERT INTO words VALUES ('two')"));
process.exit(0);
`;

const synced = vi.mocked(files.fsyncSync);

describe('the embedded database', () => {
  let folder: string;
  let database: Database;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resight-durable-'));
    database = await openEmbeddedDatabase({ dataFolder: folder });
    await database.query('CREATE TABLE words (word text)');
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => void synced.mockClear());

  const insert = `INSERT INTO words VALUES ('one')`;

  it('has a transaction on the disk once it is done', async () => {
    await database.transaction((queries) => queries.query(insert));
    expect(synced).toHaveBeenCalled();
  });

  it('has what single queries change on the disk soon after, and does not wait for it', async () => {
    await vi.waitFor(() =>
      database.query(insert).then(() => expect(synced).not.toHaveBeenCalled()),
    );
    await vi.waitFor(() => expect(synced).toHaveBeenCalled(), 20_000);
  });

  it('does not write for queries that change nothing', async () => {
    // What the tests before changed.
    await database.transaction((queries) => queries.query(insert));
    synced.mockClear();
    await database.query('SELECT word FROM words');
    expect(synced).not.toHaveBeenCalled();
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
