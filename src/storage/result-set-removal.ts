import type { ResultSet, ResultSetId, SessionId, SessionRemoval } from '../contracts/session';
import { AppError } from '../core/app-error';
import { ResultsFile } from '../core/session-format/results-file';
import type { SessionPlace } from './session-place';
import { cropsOf, getSession } from './session-queries';
import { NO_REMOVAL } from './session-removal';
import type { ResultFile, SessionRow } from './session-rows';
import { tidySession } from './session-tidying';

/**
 * Removes a further analysis of a session with the pictures that no other analysis has, in a worker; the caller holds the session's lock.
 * Throws RangeError for the first analysis, which belongs to the recording, and for one that is not there; AppError STORAGE_*.
 */
export async function removeResultSet(
  place: SessionPlace,
  id: SessionId,
  resultSet: ResultSetId,
): Promise<SessionRemoval> {
  const row = await place.database.read('read a session', (transaction) =>
    getSession(transaction, id),
  );
  const set = row?.resultSets.slice(1).find((each) => each.id === resultSet);
  const file = row?.resultFiles.find((each) => each.resultSet === resultSet);
  if (!row || row.isOpen || !set || !file)
    throw new RangeError(`Expected a further result set ${resultSet} of session ${id}, found none`);
  const keptCrops = await cropsOfOthers(place, row, resultSet);
  const removal = await removeRows(place, id, set, file, keptCrops);
  await tidySession(place, id);
  return removal;
}

/** Pictures that the other result sets have; null: one of them cannot be read, so that nobody knows. */
async function cropsOfOthers(
  place: SessionPlace,
  { id, resultFiles }: SessionRow,
  resultSet: ResultSetId,
): Promise<ReadonlySet<string> | null> {
  const parts = new Set<string>();
  for (const other of resultFiles) {
    if (other.resultSet === resultSet) continue;
    const file = await place.files.read(id, other.fileName);
    if (!file) return null;
    try {
      for (const { cropPart } of await new ResultsFile(file).sightings())
        if (cropPart !== null) parts.add(cropPart);
    } catch (error) {
      if (error instanceof AppError && error.code === 'SESSION_DAMAGED') return null;
      throw error;
    }
  }
  return parts;
}

/** One transaction: before it all is as it was, after it no row tells of the files any more. */
function removeRows(
  place: SessionPlace,
  id: SessionId,
  set: ResultSet,
  file: ResultFile,
  keptCrops: ReadonlySet<string> | null,
): Promise<SessionRemoval> {
  return place.database.write('remove a result set', async (transaction) => {
    // Read again: it may have been given a title meanwhile.
    const row = await getSession(transaction, id);
    if (!row) return NO_REMOVAL;
    const crops = keptCrops === null ? [] : await cropsOf(transaction, id);
    const dropped = crops.filter(({ part }) => keptCrops?.has(part) === false);
    for (const { part } of dropped) await transaction.objectStore('crops').delete([id, part]);
    const byteCount = dropped.reduce((sum, crop) => sum + crop.byteCount, file.byteCount);
    await transaction.objectStore('sessions').put({
      ...row,
      resultSets: row.resultSets.filter((each) => each.id !== set.id),
      resultFiles: row.resultFiles.filter((each) => each.resultSet !== set.id),
      byteCount: row.byteCount - byteCount,
      isTidy: false,
    });
    return {
      ...NO_REMOVAL,
      cropCount: dropped.length,
      sightingCount: set.sightingCount,
      byteCount,
    };
  });
}
