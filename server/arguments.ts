import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

/** What `npm start` was asked to do. */
export interface ServeArguments {
  readonly host: string;
  /** Null: 4173 or the next free one. */
  readonly port: number | null;
  /** Build first when `dist` is missing or old. */
  readonly shouldBuild: boolean;
  /** `host` can be reached from other machines. */
  readonly isPublic: boolean;
}

/** A mistake in the command line or environment; the message says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line, then `HOST` and `PORT`. Throws {@link UsageError}. */
export function readServeArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServeArguments {
  const flags = parseFlags(argv);
  const host = flags.host ?? (environment['HOST'] || '127.0.0.1');
  const isPublic = !isLoopback(host);
  if (isPublic && flags.host === undefined) {
    throw new UsageError(
      `HOST=${host} would let other machines in. If that is wanted, say so: npm start -- --host ${host}`,
    );
  }
  const port = flags.port ?? (environment['PORT'] || undefined);
  return {
    host,
    port: port === undefined ? null : readPort(port),
    shouldBuild: flags.build ?? false,
    isPublic,
  };
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        build: { type: 'boolean' },
        host: { type: 'string' },
        port: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}. Known: --host <address> --port <number> --build`,
      { cause: error },
    );
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new UsageError(`Expected a port from 1 to 65535, got "${text}".`);
  }
  return port;
}

/** Whether only this machine can reach an address; a name other than `localhost` counts as reachable. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
