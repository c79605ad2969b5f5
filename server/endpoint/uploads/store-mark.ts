import { randomUUID } from 'node:crypto';
import type { Queries } from '../database/database';
import type { PieceStore } from './piece-store';

/** Name among the endpoint's secrets. */
const MARK_NAME = 'piece-store';

/** The files are not those of this database, or are not there at all. Said before anything is removed. */
class WrongStoreError extends Error {
  override readonly name = 'WrongStoreError';
}

/**
 * Makes sure that files and database belong together, at the first start by marking both. Without it a folder that is not mounted would look
 * like all files lost, and another database's files like rubbish. Throws {@link WrongStoreError}.
 */
export async function requireOwnStore(queries: Queries, store: PieceStore): Promise<void> {
  const known = await knownMark(queries);
  const found = await store.readMark();
  if (known !== null && known === found) return;
  if (found !== null) {
    throw new WrongStoreError(
      'Expected the files of this database, found those of another one. Use the database that belongs to them, or an empty folder or bucket.',
    );
  }
  const stored = await queries.query(`SELECT 1 FROM pieces WHERE state = 'stored' LIMIT 1`);
  if (stored.length > 0) {
    throw new WrongStoreError(
      'Expected the files of sessions that the database knows, found none. Is the disk mounted, and the folder or bucket the right one?',
    );
  }
  await queries.query(
    'INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    [MARK_NAME, Buffer.from(randomUUID())],
  );
  const mark = await knownMark(queries);
  if (mark !== null) await store.writeMark(mark);
}

async function knownMark(queries: Queries): Promise<string | null> {
  const [row] = await queries.query<{ value: Uint8Array }>(
    'SELECT value FROM secrets WHERE name = $1',
    [MARK_NAME],
  );
  return row === undefined ? null : Buffer.from(row.value).toString();
}
