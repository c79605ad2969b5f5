import type { Database, Queries } from './database';

/** Severities (PostgreSQL, 53.8) after which it takes no more queries. */
const DEADLY: ReadonlySet<unknown> = new Set(['FATAL', 'PANIC']);

/**
 * An embedded database whose end is the process's: once its log cannot be written, such as on a full disk, it gives up, and the next query would
 * hold up the process for ever (PGlite 0.5.14). `end` is to say why and to end the process at once: started again, it reads all that was
 * promised from the disk.
 */
export function endWhenDead(database: Database, end: (error: unknown) => void): Database {
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Error && 'severity' in error && DEADLY.has(error.severity)) end(error);
      throw error;
    }
  };
  const watched = (queries: Queries): Queries => ({
    query: (sql, parameters) => watch(queries.query(sql, parameters)),
  });
  return {
    ...watched(database),
    // Its queries by themselves: what ends a transaction that failed is a further query.
    transaction: (work) => watch(database.transaction((queries) => work(watched(queries)))),
    listen: (channel, listener) => watch(database.listen(channel, listener)),
    notify: (channel, payload) => watch(database.notify(channel, payload)),
    hasVector: database.hasVector,
    kind: database.kind,
    close: () => database.close(),
  };
}
