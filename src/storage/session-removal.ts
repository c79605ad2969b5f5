import type { SessionId, SessionRemoval } from '../contracts/session';
import { AppError } from '../core/app-error';
import type { SessionPlace } from './session-place';
import { cropsOf, deletePictureRows, getSession, segmentsOf } from './session-queries';
import { dropSession, tidySession } from './session-tidying';

/** What a removal of nothing takes away. */
export const NO_REMOVAL: SessionRemoval = {
  sessionCount: 0,
  videoSegmentCount: 0,
  cropCount: 0,
  sightingCount: 0,
  byteCount: 0,
};

/** Both together. */
export function addRemovals(a: SessionRemoval, b: SessionRemoval): SessionRemoval {
  return {
    sessionCount: a.sessionCount + b.sessionCount,
    videoSegmentCount: a.videoSegmentCount + b.videoSegmentCount,
    cropCount: a.cropCount + b.cropCount,
    sightingCount: a.sightingCount + b.sightingCount,
    byteCount: a.byteCount + b.byteCount,
  };
}

/** Throws AppError SESSION_IN_USE when one of them is being written. */
export async function expectUnlocked(
  place: SessionPlace,
  ids: readonly SessionId[],
): Promise<void> {
  const lockedIds = await place.lockedIds();
  const locked = ids.find((id) => lockedIds.has(id));
  if (locked !== undefined)
    throw new AppError('SESSION_IN_USE', `Expected session ${locked} to be closed, it is written`);
}

/** Does something that nobody else may do to a session meanwhile. Throws AppError SESSION_IN_USE, and what `work` throws. */
export async function whileLocked<T>(
  place: SessionPlace,
  id: SessionId,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await place.lock(id);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Removes sessions with all that is in them. Throws AppError SESSION_IN_USE before anything is removed, STORAGE_*. */
export async function removeSessions(
  place: SessionPlace,
  ids: readonly SessionId[],
): Promise<SessionRemoval> {
  await expectUnlocked(place, ids);
  let removal = NO_REMOVAL;
  for (const id of ids)
    removal = addRemovals(removal, await whileLocked(place, id, () => removeSession(place, id)));
  return removal;
}

async function removeSession(place: SessionPlace, id: SessionId): Promise<SessionRemoval> {
  const removal = await place.database.read('measure a session', async (transaction) => {
    const isThere = (await transaction.objectStore('sessions').getKey(id)) !== undefined;
    const row = await getSession(transaction, id);
    const segments = await segmentsOf(transaction, id);
    const crops = await cropsOf(transaction, id);
    return {
      sessionCount: isThere ? 1 : 0,
      videoSegmentCount: segments.length,
      cropCount: crops.length,
      sightingCount: (row?.resultSets ?? []).reduce((sum, set) => sum + set.sightingCount, 0),
      byteCount: row?.byteCount ?? 0,
    };
  });
  await dropSession(place, id);
  return removal;
}

/** Removes a session's video and pictures; results stay. The caller holds its lock. Throws AppError STORAGE_*. */
export async function removePictures(place: SessionPlace, id: SessionId): Promise<SessionRemoval> {
  const removal = await place.database.write('remove pictures', async (transaction) => {
    const row = await getSession(transaction, id);
    if (!row) return NO_REMOVAL;
    const segments = await segmentsOf(transaction, id);
    const crops = await cropsOf(transaction, id);
    const byteCount = [...segments, ...crops].reduce((sum, part) => sum + part.byteCount, 0);
    await deletePictureRows(transaction, id);
    await transaction.objectStore('sessions').put({
      ...row,
      kind: 'results',
      byteCount: row.byteCount - byteCount,
      isTidy: false,
    });
    const videoSegmentCount = segments.length;
    return { ...NO_REMOVAL, videoSegmentCount, cropCount: crops.length, byteCount };
  });
  await tidySession(place, id);
  return removal;
}
