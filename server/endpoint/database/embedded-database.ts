import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { PGlite, types, type Transaction } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { createEmbeddedDatabase } from './create-embedded';
import type { Database, Queries, SqlValue } from './database';
import { DurableFolder } from './durable-folder';
import { lockFolder } from './folder-lock';
import { ensureVector, migrate, type ScriptQueries } from './migrate';

/** A date stays text, as with a server: a Date would be a moment, in somebody's time zone. */
const PARSERS = { [types.DATE]: (text: string) => text };

/** PostgreSQL's own parameters. */
const PARAMETERS = [
  // 128 MB of pages by default, which the operating system keeps once more: our rows are few and small.
  'shared_buffers=16MB',
  'wal_sync_method=fsync',
];

/**
 * V8 compiles PostgreSQL's code once, and not again for speed: that takes 80 MB more and makes small queries no faster; a search through 20,000
 * descriptors takes 41 ms instead of 17 (Node 20.20; figures of PGlite alone). V8 of a later Node that no longer knows the flag says so, and goes on.
 */
const COMPILE_ONCE = '--liftoff-only';

/** Where the embedded database is, or what it is made of. */
export interface EmbeddedOptions {
  /** The endpoint's data folder, made when missing; null: in memory. */
  readonly dataFolder: string | null;
  /** An archive of {@link dumpEmbedded} that a new database starts from: much faster than from nothing. */
  readonly archive?: Blob;
}

/**
 * Opens the embedded database, with its schema up to date. Throws FolderInUseError when another process has it open and
 * DatabaseTooNewError when it is of a later version.
 */
export async function openEmbeddedDatabase(options: EmbeddedOptions): Promise<Database> {
  const { dataFolder, archive } = options;
  if (dataFolder !== null) await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const unlock = dataFolder === null ? () => undefined : lockFolder(dataFolder);
  try {
    const folder =
      dataFolder === null
        ? null
        : await openFolder(join(dataFolder, 'database'), archive !== undefined);
    const lite = await startLite(folder, archive);
    return await prepare(lite, folder, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** A new database with its schema, as an archive for {@link EmbeddedOptions}. */
export async function dumpEmbedded(): Promise<Blob> {
  const lite = await startLite(null);
  const database = await prepare(lite, null, () => undefined);
  const archive = await lite.dumpDataDir('none');
  await database.close();
  return archive;
}

async function openFolder(path: string, isFilledLater: boolean): Promise<DurableFolder> {
  if (!isFilledLater && !existsSync(path)) await createEmbeddedDatabase(path);
  return new DurableFolder(path);
}

async function startLite(folder: DurableFolder | null, archive?: Blob): Promise<PGlite> {
  setFlagsFromString(COMPILE_ONCE);
  return PGlite.create({
    ...(folder === null ? {} : { fs: folder }),
    ...(archive === undefined ? {} : { loadDataDir: archive }),
    extensions: { vector },
    parsers: PARSERS,
    // `-F`: never wait for the disk.
    startParams: [
      ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
      ...PARAMETERS.flatMap((parameter) => ['-c', parameter]),
    ],
  });
}

async function prepare(
  lite: PGlite,
  folder: DurableFolder | null,
  unlock: () => void,
): Promise<Database> {
  let hasVector = false;
  await lite.transaction(async (transaction) => {
    const queries = queriesOf(transaction);
    hasVector = await ensureVector(queries);
    await migrate(queries);
  });
  return new EmbeddedDatabase(lite, folder, hasVector, unlock);
}

function queriesOf(target: PGlite | Transaction): ScriptQueries {
  return {
    async query<Row extends object>(sql: string, parameters: readonly SqlValue[] = []) {
      return (await target.query<Row>(sql, [...parameters])).rows;
    },
    async script(sql) {
      await target.exec(sql);
    },
  };
}

class EmbeddedDatabase implements Database {
  readonly kind = 'embedded';
  readonly hasVector: boolean;
  readonly #lite: PGlite;
  readonly #folder: DurableFolder | null;
  readonly #unlock: () => void;
  readonly #listenerCounts = new Map<string, number>();
  #closed: Promise<void> | null = null;

  constructor(lite: PGlite, folder: DurableFolder | null, hasVector: boolean, unlock: () => void) {
    this.#lite = lite;
    this.#folder = folder;
    this.hasVector = hasVector;
    this.#unlock = unlock;
  }

  query<Row extends object>(
    sql: string,
    parameters: readonly SqlValue[] = [],
  ): Promise<readonly Row[]> {
    return queriesOf(this.#lite).query<Row>(sql, parameters);
  }

  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    // One connection: transactions come one after the other, and none can fail to be serialised.
    const result = await this.#lite.transaction((transaction) => work(queriesOf(transaction)));
    await this.#folder?.synced();
    return result;
  }

  async listen(
    channel: string,
    listener: (payload: string | null) => void,
  ): Promise<() => Promise<void>> {
    // Not by the library's own `listen`, which forgets to end channels whose names have to be quoted.
    const name = `"${channel.replaceAll('"', '""')}"`;
    await this.#lite.exec(`LISTEN ${name}`);
    const stop = this.#lite.onNotification((of, payload) => {
      if (of === channel) listener(payload);
    });
    this.#listenerCounts.set(channel, (this.#listenerCounts.get(channel) ?? 0) + 1);
    return async () => {
      stop();
      const leftCount = (this.#listenerCounts.get(channel) ?? 0) - 1;
      this.#listenerCounts.set(channel, leftCount);
      if (leftCount === 0) await this.#lite.exec(`UNLISTEN ${name}`);
    };
  }

  async notify(channel: string, payload: string): Promise<void> {
    await this.#lite.query('select pg_notify($1, $2)', [channel, payload]);
  }

  close(): Promise<void> {
    this.#closed ??= this.#lite
      .close()
      .then(() => this.#folder?.synced())
      .finally(this.#unlock);
    return this.#closed;
  }
}
