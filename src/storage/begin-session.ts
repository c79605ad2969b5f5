import type { NewSession, SessionId, SessionWriter } from '../contracts/session';
import type { SessionPlace } from './session-place';
import { getSession } from './session-queries';
import type { SessionRow } from './session-rows';
import { StoredSessionWriter } from './session-writer';

/** Begins a session, in a worker. Throws AppError STORAGE_*. */
export async function beginSession(
  place: SessionPlace,
  session: NewSession,
): Promise<SessionWriter> {
  const row: SessionRow = {
    ...session,
    id: crypto.randomUUID(),
    startUs: 0,
    endUs: 0,
    gaps: [],
    resultSets: [],
    videoFrameCount: 0,
    droppedAnalysedCount: 0,
    droppedOtherCount: 0,
    byteCount: 0,
    endedBecause: null,
    isOpen: true,
    storedUnixMs: Date.now(),
    resultFiles: [],
    isTidy: false,
  };
  // Before its row is there, so that nobody ever takes it for an interrupted one.
  const lock = await place.lock(row.id);
  try {
    await place.database.write('begin a session', (transaction) =>
      transaction.objectStore('sessions').add(row),
    );
  } catch (error) {
    lock.release();
    throw error;
  }
  place.changes.tell('changed');
  return new StoredSessionWriter(place, lock, row);
}

/**
 * Opens a complete session for a further result set, in a worker; if that is never finished, the session stays as it was. Throws
 * AppError SESSION_IN_USE, STORAGE_*; RangeError when there is no complete session of that id.
 */
export async function extendSession(place: SessionPlace, id: SessionId): Promise<SessionWriter> {
  const lock = await place.lock(id);
  try {
    const row = await place.database.write('open a session for writing', async (transaction) => {
      const found = await getSession(transaction, id);
      if (!found || found.isOpen)
        throw new RangeError(`Expected a complete session ${id}, found an open one or none`);
      await transaction.objectStore('sessions').put({ ...found, isTidy: false });
      return found;
    });
    return new StoredSessionWriter(place, lock, row);
  } catch (error) {
    lock.release();
    throw error;
  }
}
