import { ERROR_CODES, type ErrorCode, type ErrorData } from '../contracts/errors';

/** A failure someone can act on. `message` says what was expected and what was found. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Reads whatever was thrown into plain data; what is not an AppError becomes `INTERNAL`. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  if (isErrorData(error)) return { code: error.code, message: error.message };
  if (error instanceof Error)
    return { code: 'INTERNAL', message: `${error.name}: ${error.message}` };
  return { code: 'INTERNAL', message: String(error) };
}

/** True for anything shaped like {@link ErrorData}, such as an error that crossed a thread. */
export function isErrorData(value: unknown): value is ErrorData {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as Partial<Record<keyof ErrorData, unknown>>; // any object may be asked for its keys
  return ERROR_CODES.some((known) => known === code) && typeof message === 'string';
}

/** True for the exception an aborted `AbortSignal` raises: never an error to show. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
