import type { SessionId } from '../contracts/session';
import type { SessionPlace } from './session-place';
import { allSessions, cropsOf, deleteSessionRows, getSession, segmentsOf } from './session-queries';

/**
 * Removes files of a session that no row tells of: what was under way when the app went away, or what was replaced. The caller holds the
 * session's lock. Throws AppError STORAGE_*.
 */
export async function tidySession(place: SessionPlace, id: SessionId): Promise<void> {
  const told = await place.database.read('list the parts of a session', async (transaction) => {
    const row = await getSession(transaction, id);
    const segments = await segmentsOf(transaction, id);
    const crops = await cropsOf(transaction, id);
    return new Set([
      ...(row?.resultFiles ?? []).map(({ fileName }) => fileName),
      ...segments.map(({ part }) => part),
      ...crops.map(({ part }) => part),
    ]);
  });
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
  const rows = await place.database.read('list the sessions', allSessions);
  const told = new Set(rows.map(({ id }) => id));
  for (const id of folders) if (!told.has(id)) await place.files.removeSession(id);
  const lockedIds = await place.lockedIds();
  const untidy = rows.filter(({ id, isTidy }) => !isTidy && !lockedIds.has(id));
  for (const { id, isOpen, origin } of untidy) {
    if (isOpen && origin === 'recorded') continue;
    const lock = await place.lock(id);
    try {
      if (isOpen) await dropSession(place, id);
      else await tidySession(place, id);
    } finally {
      lock.release();
    }
  }
}

/** Removes a session: its rows, so that nobody finds it, then its files. The caller holds its lock. Throws AppError STORAGE_*. */
export async function dropSession(place: SessionPlace, id: SessionId): Promise<void> {
  await place.database.write('remove a session', (transaction) =>
    deleteSessionRows(transaction, id),
  );
  await place.files.removeSession(id);
}
