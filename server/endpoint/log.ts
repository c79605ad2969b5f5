import { pino, type DestinationStream, type Logger } from 'pino';
import type { EndpointConfig } from './config';

/** More than any error of ours has. */
const MAX_CAUSES = 3;

/**
 * The endpoint's log, one JSON object a line: without the process's number and the machine's name, as whoever reads many logs knows
 * where each comes from. `destination`: standard output unless said otherwise.
 */
export function createLog(
  level: EndpointConfig['logLevel'],
  destination?: DestinationStream,
): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: (error: unknown) => describeError(error, MAX_CAUSES) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * What an error says of the program, and nothing of whom it met: drivers of databases put the parameters of a query beside it (labels,
 * names, hashes of tokens), and Node the path of a file, which holds a session's id.
 */
function describeError(error: unknown, causesLeft: number): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  // What Node and the drivers put on errors of theirs.
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: path === undefined ? error.message : `${code ?? error.name} at ${syscall ?? 'a file'}`,
    at: framesOf(error),
    ...(error.cause === undefined || causesLeft === 0
      ? {}
      : { cause: describeError(error.cause, causesLeft - 1) }),
  };
}

/** Without the first lines, which are the message once more. */
function framesOf({ stack = '' }: Error): readonly string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}
