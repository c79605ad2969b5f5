import { transferHandlers, type TransferHandler } from 'comlink';
import type { ErrorData } from '../contracts/errors';
import { AppError, isAbort, toErrorData } from '../core/app-error';

/** What comlink gives a handler for a thrown value. */
interface Thrown {
  readonly value: unknown;
}

/** What travels: an abort keeps being one, everything else has a code. */
interface WireError extends ErrorData {
  readonly isAbort: boolean;
  readonly stack: string | null;
}

/**
 * Makes errors keep their `code` when they cross a thread; comlink alone keeps message and stack only.
 *
 * Must be called on both sides before the first call, safe to call twice. What is thrown arrives
 * as AppError (`INTERNAL` when it had no code), an abort as DOMException `AbortError`.
 */
export function installErrorTransfer(): void {
  const previous = transferHandlers.get('throw');
  if (!previous) throw new RangeError('comlink has no handler for thrown values');
  const handler: TransferHandler<Thrown, WireError> = {
    // comlink tells thrown values by a symbol of its own, so its test stays in use.
    canHandle: (value): value is Thrown => previous.canHandle(value),
    serialize: ({ value }) => [toWireError(value), []],
    deserialize: (wire) => {
      throw fromWireError(wire);
    },
  };
  transferHandlers.set('throw', handler);
}

function toWireError(value: unknown): WireError {
  const { code, message } = toErrorData(value);
  const stack = value instanceof Error ? (value.stack ?? null) : null;
  if (isAbort(value)) {
    return { code, message: (value as Error).message, stack, isAbort: true }; // isAbort told that it is one
  }
  return { code, message, stack, isAbort: false };
}

function fromWireError(wire: WireError): Error {
  if (wire.isAbort) return new DOMException(wire.message, 'AbortError');
  const error = new AppError(wire.code, wire.message);
  // The stack of the thread that failed says more than that of the message handler.
  if (wire.stack !== null) error.stack = wire.stack;
  return error;
}
