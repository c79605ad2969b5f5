import * as v from 'valibot';
import type { LedgerEntry } from '../contracts/sync';
import { LazyDatabase, runDurably } from './lazy-database';
import { SYNC_MIGRATIONS } from './migrations/sync-migrations';
import {
  connectionSchema,
  flightSchema,
  ledgerSchema,
  outboxSchema,
  syncSettingsSchema,
  type ConnectionRow,
  type FlightRow,
  type OutboxRow,
  type SyncIdb,
  type SyncSettingsRow,
  type SyncStoreName,
} from './sync-rows';

/** Where the device keeps what it sends, and where to. */
const SYNC_DATABASE_NAME = 'resight-sync';

/** The key of stores with one row. */
const ONLY = 'only';

/** What is forgotten with a connection. The ledger stays: what has left the device has left it. */
const OF_A_CONNECTION: readonly SyncStoreName[] = [
  'connection',
  'outbox',
  'flights',
  'edits',
  'seenValues',
  'editLog',
];

/**
 * Connection, outbox, ledger and choices. Every change is one durable transaction. All methods throw AppError STORAGE_*.
 */
export class SyncStore extends LazyDatabase<SyncIdb> {
  /** Tests bring their own name. */
  constructor(name = SYNC_DATABASE_NAME) {
    super(name, SYNC_MIGRATIONS);
  }

  async connection(): Promise<ConnectionRow | null> {
    return readOne(connectionSchema, await this.get('connection', ONLY));
  }

  setConnection(row: ConnectionRow): Promise<void> {
    return this.change('keep the connection', ['connection'], async (stores) => {
      await stores.objectStore('connection').put(row, ONLY);
    });
  }

  /** Nothing is changed when another connection, or none, is there by now. */
  updateConnection(token: string, change: Partial<ConnectionRow>): Promise<void> {
    return this.change('keep the connection', ['connection'], async (stores) => {
      const connection = stores.objectStore('connection');
      const row = readOne(connectionSchema, await connection.get(ONLY));
      if (row?.token === token) await connection.put({ ...row, ...change }, ONLY);
    });
  }

  /** Forgets address, token, key, outbox and edits. */
  forgetConnection(): Promise<void> {
    return this.change('forget the connection', OF_A_CONNECTION, async (stores) => {
      for (const name of OF_A_CONNECTION) await stores.objectStore(name).clear();
    });
  }

  async settings(): Promise<SyncSettingsRow> {
    const row = readOne(syncSettingsSchema, await this.get('settings', ONLY));
    return row ?? { isMeteredAllowed: false, isLivePublished: false };
  }

  async changeSettings(change: Partial<SyncSettingsRow>): Promise<void> {
    const row = { ...(await this.settings()), ...change };
    await this.change('keep what was chosen', ['settings'], async (stores) => {
      await stores.objectStore('settings').put(row, ONLY);
    });
  }

  /** Oldest first. */
  async outbox(): Promise<readonly OutboxRow[]> {
    const rows = await this.use('read the outbox', (database) => database.getAll('outbox'));
    return readAll(outboxSchema, rows).sort((a, b) => a.queuedUnixMs - b.queuedUnixMs);
  }

  async outboxItem(id: string): Promise<OutboxRow | null> {
    return readOne(outboxSchema, await this.get('outbox', id));
  }

  putOutboxItem(row: OutboxRow): Promise<void> {
    return this.change('keep what is to be sent', ['outbox'], async (stores) => {
      await stores.objectStore('outbox').put(row);
    });
  }

  /**
   * Null, and nothing is changed: it is not there any more, or `change` does not want to. Others may change it at the same time. `entry` goes to
   * the ledger with the change: both, or neither.
   */
  updateOutboxItem(
    id: string,
    change: (row: OutboxRow) => Partial<OutboxRow> | null,
    entry: Omit<LedgerEntry, 'id'> | null = null,
  ): Promise<OutboxRow | null> {
    return this.change('keep what is to be sent', ['outbox', 'ledger'], async (stores) => {
      const outbox = stores.objectStore('outbox');
      const row = readOne(outboxSchema, await outbox.get(id));
      const changes = row && change(row);
      if (!row || !changes) return null;
      const changed = { ...row, ...changes };
      await outbox.put(changed);
      if (entry) await stores.objectStore('ledger').add({ ...entry, id: crypto.randomUUID() });
      return changed;
    });
  }

  removeOutboxItem(id: string): Promise<void> {
    return this.change('take off what was to be sent', ['outbox'], async (stores) => {
      await stores.objectStore('outbox').delete(id);
    });
  }

  async flight(uploadId: string): Promise<FlightRow | null> {
    return readOne(flightSchema, await this.get('flights', uploadId));
  }

  putFlight(row: FlightRow): Promise<void> {
    return this.change('keep what is under way', ['flights'], async (stores) => {
      await stores.objectStore('flights').put(row);
    });
  }

  removeFlight(uploadId: string): Promise<void> {
    return this.change('forget what was under way', ['flights'], async (stores) => {
      await stores.objectStore('flights').delete(uploadId);
    });
  }

  /** Nothing is ever changed or removed there. */
  addToLedger(entry: Omit<LedgerEntry, 'id'>): Promise<void> {
    return this.change('write down what left the device', ['ledger'], async (stores) => {
      await stores.objectStore('ledger').add({ ...entry, id: crypto.randomUUID() });
    });
  }

  /** Newest first. */
  async ledger(): Promise<readonly LedgerEntry[]> {
    const rows = await this.use('read the ledger', (database) => database.getAll('ledger'));
    return readAll(ledgerSchema, rows).reverse();
  }

  /** One row as it lies there. */
  get(store: SyncStoreName, key: string): Promise<unknown> {
    // The ledger's keys are numbers, and nobody asks for one of its rows.
    return this.use(`read ${store}`, (database) =>
      database.get(store as Exclude<SyncStoreName, 'ledger'>, key),
    );
  }

  /** Runs one durable transaction over these stores: entirely or not at all. `doing` as in {@link toStorageError}. */
  change<T>(
    doing: string,
    stores: readonly SyncStoreName[],
    work: (transaction: SyncTransaction) => Promise<T>,
  ): Promise<T> {
    return this.use(doing, (database) => runDurably(openTransaction(database, stores), work));
  }
}

/** A transaction that may change its stores. */
export type SyncTransaction = ReturnType<typeof openTransaction>;

function openTransaction(database: SyncIdb, stores: readonly SyncStoreName[]) {
  return database.transaction([...stores], 'readwrite', { durability: 'strict' });
}

function readOne<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> | null {
  const read = v.safeParse(schema, value);
  return read.success ? read.output : null;
}

function readAll<Schema extends v.GenericSchema>(
  schema: Schema,
  values: readonly unknown[],
): v.InferOutput<Schema>[] {
  return values.flatMap((value) => {
    const read = v.safeParse(schema, value);
    return read.success ? [read.output] : [];
  });
}
