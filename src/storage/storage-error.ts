import type { ErrorCode } from '../contracts/errors';
import { AppError } from '../core/app-error';

/** What a browser's own error names mean for the gallery. */
const CODE_BY_ERROR_NAME: Readonly<Record<string, ErrorCode>> = {
  QuotaExceededError: 'STORAGE_FULL',
  VersionError: 'STORAGE_NEWER',
  // Denied by a setting, by private browsing, or because the page has no origin of its own.
  SecurityError: 'STORAGE_UNAVAILABLE',
  NotAllowedError: 'STORAGE_UNAVAILABLE',
  // Firefox with storage turned off, and any use of a connection that is already closed.
  InvalidStateError: 'STORAGE_UNAVAILABLE',
  // The files on disk cannot be read or written.
  UnknownError: 'STORAGE_UNAVAILABLE',
  NotReadableError: 'STORAGE_UNAVAILABLE',
  // A store is missing: the database of that name is not ours.
  NotFoundError: 'STORAGE_UNAVAILABLE',
};

/**
 * Reads an error of IndexedDB. AppError, RangeError and TypeError (a caller's mistake) pass through;
 * what has no meaning for a user becomes INTERNAL. `doing` tells what was tried, as in "write a sighting".
 */
export function toStorageError(error: unknown, doing: string): Error {
  if (error instanceof AppError || error instanceof RangeError || error instanceof TypeError)
    return error;
  const { name, message } = nameAndMessage(error);
  return new AppError(
    CODE_BY_ERROR_NAME[name] ?? 'INTERNAL',
    `Could not ${doing}: ${name}: ${message}`,
    { cause: error },
  );
}

/** A DOMException is an Error in browsers, but not in every IndexedDB: so any object is asked. */
function nameAndMessage(error: unknown): { readonly name: string; readonly message: string } {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) };
  const name = 'name' in error ? String(error.name) : 'Error';
  const message = 'message' in error ? String(error.message) : '';
  return { name, message };
}
