import { join } from 'node:path';
import { readServeArguments, UsageError, type ServeArguments } from './arguments';
import { buildApp, prepareFiles, reasonToBuild } from './build-app';
import { PortBusyError, startStaticServer, type StaticServer } from './static-server';

const REPOSITORY = join(import.meta.dirname, '..');

/** Vite's preview port: the one people expect a built app on. */
const FIRST_PORT = 4173;
/** So many neighbours are tried before giving up; a machine with more servers than that wants a say. */
const PORT_TRY_COUNT = 20;

try {
  await main();
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const wanted = readServeArguments(process.argv.slice(2), process.env);
  if (wanted.shouldBuild) await buildIfNeeded();
  const server = await serve(wanted);
  say(`Resight is running at ${server.url}`);
  if (wanted.isPublic) {
    say(
      `Other machines can reach it through ${wanted.host}. Browsers give them the camera only over HTTPS:\n` +
        'put a reverse proxy with a certificate in front. Video files work either way.',
    );
  }
  say('Stop it with Ctrl+C.');
  stopOnSignal(server);
}

async function buildIfNeeded(): Promise<void> {
  await prepareFiles(REPOSITORY);
  const reason = reasonToBuild(REPOSITORY);
  if (reason === null) return;
  say(`Building the app (${reason}); this takes some seconds ...`);
  try {
    await buildApp(REPOSITORY, say);
  } catch (error) {
    throw new Error(`The build failed, nothing is served.\n${describe(error)}`, { cause: error });
  }
}

async function serve(wanted: ServeArguments): Promise<StaticServer> {
  const { host } = wanted;
  const root = join(REPOSITORY, 'dist');
  if (wanted.port !== null) return startStaticServer({ root, host, port: wanted.port });
  for (let port = FIRST_PORT; port < FIRST_PORT + PORT_TRY_COUNT; port += 1) {
    try {
      return await startStaticServer({ root, host, port });
    } catch (error) {
      if (!(error instanceof PortBusyError)) throw error;
      say(`${error.message} Trying the next.`);
    }
  }
  throw new Error(
    `Ports ${FIRST_PORT} to ${FIRST_PORT + PORT_TRY_COUNT - 1} are all in use. Choose one: npm start -- --port 8080`,
  );
}

function stopOnSignal(server: StaticServer): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // Nothing is left to run once the listener is closed; Node then ends by itself.
      void server.close().then(() => say('\nStopped.'));
    });
  }
}

function describe(error: unknown): string {
  if (error instanceof UsageError || error instanceof PortBusyError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
