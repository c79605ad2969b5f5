import { randomUUID } from 'node:crypto';
import type { Database, Queries } from '../database/database';
import { lockUntilCommit } from '../database/lock-until-commit';
import type { PieceStore } from './piece-store';

/** Name among the endpoint's secrets. */
const MARK_NAME = 'piece-store';

/** The files are not those of this database, or are not there at all. Said before anything is removed. */
class WrongStoreError extends Error {
  override readonly name = 'WrongStoreError';
}

/**
 * Makes sure that files and database belong together, at the first start by marking both. Without it a folder that is not mounted would look
 * like all files lost, another database's files like rubbish, and two machines on one database would each keep a part of the files.
 * Throws {@link WrongStoreError}.
 */
export async function requireOwnStore(database: Database, store: PieceStore): Promise<void> {
  await database.transaction(async (queries) => {
    await lockUntilCommit(queries, MARK_NAME);
    const known = await knownMark(queries);
    const found = await store.readMark();
    if (known !== null && known === found) return;
    if (found !== null) await adopt(queries, store, known, found);
    else await markBoth(database, queries, store, known);
  });
}

/** A process that died after it marked the store and before the database knew has left an empty store that is nobody's. */
async function adopt(
  queries: Queries,
  store: PieceStore,
  known: string | null,
  found: string,
): Promise<void> {
  if (known !== null || (await hasPieces(store))) {
    throw new WrongStoreError(
      'Expected the files of this database, found those of another one. Use the database that belongs to them, or an empty folder or bucket.',
    );
  }
  await requireNothingStored(queries);
  await remember(queries, found);
}

async function markBoth(
  { kind }: Database,
  queries: Queries,
  store: PieceStore,
  known: string | null,
): Promise<void> {
  await requireNothingStored(queries);
  // An embedded database has one process: its empty store was lost or moved. Of a server's, another machine may have the store.
  if (known !== null && kind === 'server') {
    throw new WrongStoreError(
      "Expected the folder or bucket that another start on this database used, found a new one. All endpoints on one database share one; is the disk mounted? Should this one take the other's place, end all endpoints and run: DELETE FROM secrets WHERE name = 'piece-store'",
    );
  }
  const mark = known ?? randomUUID();
  if (known === null) await remember(queries, mark);
  await store.writeMark(mark);
}

async function requireNothingStored(queries: Queries): Promise<void> {
  const stored = await queries.query(`SELECT 1 FROM pieces WHERE state = 'stored' LIMIT 1`);
  if (stored.length === 0) return;
  throw new WrongStoreError(
    'Expected the files of sessions that the database knows, found none. Is the disk mounted, and the folder or bucket the right one? If they are lost for good, see the README of the endpoint.',
  );
}

async function hasPieces(store: PieceStore): Promise<boolean> {
  for await (const piece of store.pieces()) if (piece.id !== '') return true;
  return false;
}

async function remember(queries: Queries, mark: string): Promise<void> {
  await queries.query('INSERT INTO secrets (name, value) VALUES ($1, $2)', [
    MARK_NAME,
    Buffer.from(mark),
  ]);
}

async function knownMark(queries: Queries): Promise<string | null> {
  const [row] = await queries.query<{ value: Uint8Array }>(
    'SELECT value FROM secrets WHERE name = $1',
    [MARK_NAME],
  );
  return row === undefined ? null : Buffer.from(row.value).toString();
}
