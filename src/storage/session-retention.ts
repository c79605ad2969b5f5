import type { SessionId, SessionRemoval, SessionRetention } from '../contracts/session';
import type { SessionPlace } from './session-place';
import { allSessions } from './session-queries';
import { addRemovals, removePictures, removeSessions, whileLocked } from './session-removal';
import type { SessionRow } from './session-rows';

const MS_PER_DAY = 86_400_000;

/** Sessions that came to this device longer ago than they may be kept. */
export function agedSessions(
  rows: readonly SessionRow[],
  { maxAgeDays }: SessionRetention,
  nowUnixMs: number,
): readonly SessionId[] {
  if (maxAgeDays === null) return [];
  return rows.filter((row) => ageDays(row, nowUnixMs) > maxAgeDays).map(({ id }) => id);
}

/** Sessions whose video and pictures came longer ago than these may be kept. */
export function agedPictures(
  rows: readonly SessionRow[],
  { maxPictureAgeDays }: SessionRetention,
  nowUnixMs: number,
): readonly SessionId[] {
  if (maxPictureAgeDays === null) return [];
  return rows
    .filter((row) => row.kind !== 'results' && ageDays(row, nowUnixMs) > maxPictureAgeDays)
    .map(({ id }) => id);
}

/** The sessions that came first, as many as are too much. `fixedBytes`: of others, that stay whatever happens. */
export function surplusSessions(
  rows: readonly SessionRow[],
  { maxBytes }: SessionRetention,
  fixedBytes: number,
): readonly SessionId[] {
  if (maxBytes === null) return [];
  let byteCount = rows.reduce((sum, row) => sum + row.byteCount, fixedBytes);
  const surplus: SessionId[] = [];
  for (const row of [...rows].sort((a, b) => a.storedUnixMs - b.storedUnixMs)) {
    if (byteCount <= maxBytes) break;
    surplus.push(row.id);
    byteCount -= row.byteCount;
  }
  return surplus;
}

/**
 * Removes what is kept too long or is too much; never of a session that is being written. In steps: when one fails, those before it
 * stay done. Throws AppError STORAGE_*.
 */
export async function applyRetention(
  place: SessionPlace,
  retention: SessionRetention,
  nowUnixMs: number,
): Promise<SessionRemoval> {
  let removal = await removeSessions(
    place,
    agedSessions((await idleSessions(place)).idle, retention, nowUnixMs),
  );
  for (const id of agedPictures((await idleSessions(place)).idle, retention, nowUnixMs)) {
    const taken = await whileLocked(place, id, () => removePictures(place, id));
    removal = addRemovals(removal, taken);
  }
  const { idle, busy } = await idleSessions(place);
  const busyBytes = busy.reduce((sum, { byteCount }) => sum + byteCount, 0);
  const surplus = await removeSessions(place, surplusSessions(idle, retention, busyBytes));
  return addRemovals(removal, surplus);
}

/** Sessions that nobody writes, and the others. */
async function idleSessions(place: SessionPlace) {
  const lockedIds = await place.lockedIds();
  const rows = await place.database.read('list the sessions', allSessions);
  return {
    idle: rows.filter(({ id }) => !lockedIds.has(id)),
    busy: rows.filter(({ id }) => lockedIds.has(id)),
  };
}

function ageDays({ storedUnixMs }: SessionRow, nowUnixMs: number): number {
  return (nowUnixMs - storedUnixMs) / MS_PER_DAY;
}
