import type { SessionHeader, SessionUsage } from '../contracts/session';
import { originUsage } from './quota';
import type { SessionPlace } from './session-place';
import { allSessions, newestSessions } from './session-queries';
import { headerOf } from './session-rows';

/** A stretch of the stored sessions, newest first, and how many there are. No file is looked at. Throws AppError STORAGE_*. */
export async function listSessions(
  place: SessionPlace,
  range: { readonly offset: number; readonly count: number },
): Promise<{ readonly sessions: readonly SessionHeader[]; readonly totalCount: number }> {
  const [lockedIds, { rows, totalCount }] = await Promise.all([
    place.lockedIds(),
    place.database.read('list the sessions', (transaction) => newestSessions(transaction, range)),
  ]);
  return { sessions: rows.map((row) => headerOf(row, lockedIds.has(row.id))), totalCount };
}

/** Bytes of this origin, and how much of them are sessions. Throws AppError STORAGE_*. */
export async function sessionUsage(place: SessionPlace): Promise<SessionUsage> {
  const [origin, rows] = await Promise.all([
    originUsage(),
    place.database.read('measure the sessions', allSessions),
  ]);
  const sessionBytes = rows.reduce((sum, { byteCount }) => sum + byteCount, 0);
  return { ...origin, sessionCount: rows.length, sessionBytes };
}
