import type { VehicleId } from '../contracts/match';
import type { SessionId } from '../contracts/session';
import { startingWith } from './key-ranges';
import { isFields } from './row-fields';
import {
  readSegmentRow,
  readSessionCropRow,
  readSessionRow,
  type SegmentRow,
  type SessionCropRow,
  type SessionRead,
  type SessionRow,
  type SessionWrite,
} from './session-rows';

/* What is asked of the sessions' database, in one place with its key ranges. Rows that cannot be read are left out. */

type AnyTransaction = SessionRead | SessionWrite;

/** A session; null: there is none that can be read. */
export async function getSession(
  transaction: AnyTransaction,
  id: SessionId,
): Promise<SessionRow | null> {
  return readSessionRow(await transaction.objectStore('sessions').get(id));
}

/** All sessions, the oldest first. */
export async function allSessions(transaction: AnyTransaction): Promise<readonly SessionRow[]> {
  const rows: readonly unknown[] = await transaction
    .objectStore('sessions')
    .index('byCreated')
    .getAll();
  return rows.map(readSessionRow).filter((row) => row !== null);
}

/** A stretch of the sessions, the newest first, and how many there are. */
export async function newestSessions(
  transaction: AnyTransaction,
  range: { readonly offset: number; readonly count: number },
): Promise<{ readonly rows: readonly SessionRow[]; readonly totalCount: number }> {
  const store = transaction.objectStore('sessions');
  // Ascending, whatever is wanted: all keys in one go cost less than a cursor that steps over rows.
  const ids = (await store.index('byCreated').getAllKeys()).reverse();
  const wanted = ids.slice(range.offset, range.offset + range.count);
  const rows: readonly unknown[] = await Promise.all(wanted.map((id) => store.get(id)));
  return {
    rows: rows.map(readSessionRow).filter((row) => row !== null),
    totalCount: ids.length,
  };
}

/** A session's video segments by camera, then index. */
export async function segmentsOf(
  transaction: AnyTransaction,
  id: SessionId,
): Promise<readonly SegmentRow[]> {
  const rows: readonly unknown[] = await transaction
    .objectStore('segments')
    .getAll(startingWith(id));
  return rows.map(readSegmentRow).filter((row) => row !== null);
}

/** A session's pictures. */
export async function cropsOf(
  transaction: AnyTransaction,
  id: SessionId,
): Promise<readonly SessionCropRow[]> {
  const rows: readonly unknown[] = await transaction.objectStore('crops').getAll(startingWith(id));
  return rows.map(readSessionCropRow).filter((row) => row !== null);
}

/** Ids of all sessions, of those that cannot be read too. */
export function allSessionIds(transaction: AnyTransaction): Promise<readonly SessionId[]> {
  return transaction.objectStore('sessions').getAllKeys();
}

/** Names of all files that rows tell of; null: the session's own row cannot be read, so that nobody knows. */
export async function toldFiles(
  transaction: AnyTransaction,
  id: SessionId,
): Promise<ReadonlySet<unknown> | null> {
  const row = await getSession(transaction, id);
  if (!row) return null;
  // Not read as closely as elsewhere: a row that is damaged must not cost the file it tells of.
  const parts: readonly unknown[] = [
    ...(await transaction.objectStore('segments').getAll(startingWith(id))),
    ...(await transaction.objectStore('crops').getAll(startingWith(id))),
  ];
  return new Set([
    ...row.resultFiles.map(({ fileName }) => fileName),
    ...parts.map((part) => (isFields(part) ? part['part'] : null)),
  ]);
}

/** Sessions that a vehicle has, or had, sightings in. */
export async function sessionsWithVehicle(
  transaction: AnyTransaction,
  vehicleId: VehicleId,
): Promise<readonly SessionId[]> {
  const keys = await transaction
    .objectStore('sessionVehicles')
    .index('byVehicle')
    .getAllKeys(vehicleId);
  return keys.map(([sessionId]) => sessionId);
}

/** Removes all rows that tell of a session. */
export async function deleteSessionRows(transaction: SessionWrite, id: SessionId): Promise<void> {
  await Promise.all([
    transaction.objectStore('sessions').delete(id),
    transaction.objectStore('segments').delete(startingWith(id)),
    transaction.objectStore('crops').delete(startingWith(id)),
    transaction.objectStore('sessionVehicles').delete(startingWith(id)),
  ]);
}

/** Removes the rows of a session's video and pictures. */
export async function deletePictureRows(transaction: SessionWrite, id: SessionId): Promise<void> {
  await Promise.all([
    transaction.objectStore('segments').delete(startingWith(id)),
    transaction.objectStore('crops').delete(startingWith(id)),
  ]);
}
