import type { Database } from '../database/database';
import { DatabaseLocks } from './database-locks';
import { MemoryLocks } from './memory-locks';
import type { PieceLocks } from './piece-locks';

/** Locks that all who use the database respect; one for each process. */
export function createPieceLocks(database: Database): PieceLocks {
  return database.kind === 'embedded' ? new MemoryLocks() : new DatabaseLocks(database);
}
