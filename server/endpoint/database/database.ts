/** A value of a parameter; arrays and objects only where the column is of such a type. */
export type SqlValue = string | number | boolean | null | Date | Uint8Array | readonly string[];

/** What can be asked within and outside of a transaction. */
export interface Queries {
  /** Parameters are `$1`, `$2`, ...; 64-bit integers come as numbers, `bytea` as Uint8Array, `timestamptz` as Date. */
  query<Row extends object>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/**
 * PostgreSQL: embedded (PGlite, a folder on disk, one process) or a server shared by several processes. The same SQL for both.
 */
export interface Database extends Queries {
  /**
   * All or nothing; rolled back when `work` throws. Serialisation failures are tried again. Survives a power cut once it is done; what single
   * queries change survives the end of the process, and a power cut a little later.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` with the payload of every `notify` on the channel, from any process, in order. After a lost connection it listens again and
   * calls with `null`: something may have been missed. Returns what ends it.
   */
  listen(channel: string, listener: (payload: string | null) => void): Promise<() => Promise<void>>;
  /** At most 7,999 bytes (PostgreSQL's own limit). */
  notify(channel: string, payload: string): Promise<void>;
  /** The extension `vector` is there: descriptors can be compared by the database. */
  readonly hasVector: boolean;
  readonly kind: 'embedded' | 'server';
  close(): Promise<void>;
}
