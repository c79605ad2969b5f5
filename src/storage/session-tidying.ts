import type { SessionId } from '../contracts/session';
import { AppError } from '../core/app-error';
import type { HeldLock } from './exclusive-lock';
import type { SessionPlace } from './session-place';
import {
  allSessionIds,
  allSessions,
  deleteSessionRows,
  getSession,
  toldFiles,
} from './session-queries';
import type { SessionRow } from './session-rows';

/**
 * Removes files of a session that no row tells of: what was under way when the app went away, or what was replaced. The caller holds the
 * session's lock. Throws AppError STORAGE_*.
 */
export async function tidySession(place: SessionPlace, id: SessionId): Promise<void> {
  const told = await place.database.read('list the parts of a session', (transaction) =>
    toldFiles(transaction, id),
  );
  if (!told) return;
  for (const name of await place.files.names(id))
    if (!told.has(name)) await place.files.remove(id, name);
  await place.database.write('tidy a session', async (transaction) => {
    const row = await getSession(transaction, id);
    if (row) await transaction.objectStore('sessions').put({ ...row, isTidy: true });
  });
}

/**
 * At the app's start: removes folders that no row tells of, files in sessions whose last change was cut short, and imports that were. What
 * is being written by someone stays as it is, and so do interrupted recordings, which are offered to the user. Throws AppError STORAGE_*.
 */
export async function tidyAll(place: SessionPlace): Promise<void> {
  // Folders first: a session that is begun meanwhile has its row before its folder.
  const folders = await place.files.sessionIds();
  const { ids, rows } = await place.database.read('list the sessions', async (transaction) => ({
    ids: new Set(await allSessionIds(transaction)),
    rows: await allSessions(transaction),
  }));
  for (const id of folders) if (!ids.has(id)) await place.files.removeSession(id);
  const lockedIds = await place.lockedIds();
  const untidy = rows.filter(({ id, isTidy }) => !isTidy && !lockedIds.has(id));
  for (const row of untidy) if (!row.isOpen || row.origin === 'imported') await tidyRow(place, row);
}

async function tidyRow(place: SessionPlace, { id, isOpen }: SessionRow): Promise<void> {
  let lock: HeldLock;
  try {
    lock = await place.lock(id);
  } catch (error) {
    // Another tab is at it.
    if (error instanceof AppError && error.code === 'SESSION_IN_USE') return;
    throw error;
  }
  try {
    if (isOpen) await dropSession(place, id);
    else await tidySession(place, id);
  } finally {
    lock.release();
  }
}

/** Removes a session: its rows, so that nobody finds it, then its files. The caller holds its lock. Throws AppError STORAGE_*. */
export async function dropSession(place: SessionPlace, id: SessionId): Promise<void> {
  await place.database.write('remove a session', (transaction) =>
    deleteSessionRows(transaction, id),
  );
  await place.files.removeSession(id);
}
