import { deleteDB } from 'idb';
import { holdExclusiveLock } from './exclusive-lock';
import { toStorageError } from './storage-error';

/**
 * Removes a database and all that is in it; one that does not exist is no error. Throws AppError
 * GALLERY_IN_USE when another tab has it open, STORAGE_UNAVAILABLE when storage is denied.
 */
export async function deleteDatabase(name: string): Promise<void> {
  const lock = await holdExclusiveLock(`${name}:writer`, () => undefined);
  try {
    await deleteDB(name);
  } catch (error) {
    throw toStorageError(error, `delete the database ${name}`);
  } finally {
    lock.release();
  }
}
