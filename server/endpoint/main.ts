import { join } from 'node:path';
import type { Logger } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { SCOPES, type Scope } from '../../src/core/sync-api/access';
import { buildApp, prepareFiles, reasonToBuild } from '../build-app';
import { hasDevices } from './access/device-store';
import { makePairingCode, type PairingCode } from './access/pairing-codes';
import type { EndpointConfig } from './config';
import { closeDataFolder } from './data-folder';
import { openDatabase } from './database/open-database';
import { describeFailure } from './describe-failure';
import { readEndpointArguments } from './endpoint-arguments';
import { createLog } from './log';
import { makeCodeBeside } from './pair-command';
import { readConfig } from './read-config';
import { startEndpoint, type RunningEndpoint } from './start-endpoint';

const REPOSITORY = join(import.meta.dirname, '../..');

try {
  await main();
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const wanted = readEndpointArguments(process.argv.slice(2));
  const config = readConfig({ ...process.env, ...wanted.overrides });
  const log = createLog(config.logLevel);
  await closeDataFolder(config.dataFolder);
  if (wanted.command === 'pair') {
    sayCode(await makeCodeBeside(config, wanted.scopes, log), wanted.scopes);
    return;
  }
  if (wanted.shouldBuild) await buildIfNeeded();
  const running = await start(config, log);
  stopOnSignal(running);
  say(`The endpoint is running at ${config.publicUrl ?? running.url}`);
  const { database } = running.endpoint;
  if (!(await hasDevices(database))) {
    say(
      'No device is paired yet. Open this address in a browser, then Sessions, Endpoint, and enter this code:',
    );
    sayCode(await makePairingCode(database, SCOPES, Date.now()), SCOPES);
  }
  say('More codes: npm run endpoint -- pair [--scopes upload,read]. Stop it with Ctrl+C.');
}

async function start(config: EndpointConfig, log: Logger): Promise<RunningEndpoint> {
  const database = await openDatabase(config, log);
  const appFolder = join(REPOSITORY, 'dist');
  const running = await startEndpoint({ config, database, log, now: Date.now, appFolder });
  collectDefaultMetrics({ register: running.endpoint.metrics });
  return running;
}

async function buildIfNeeded(): Promise<void> {
  await prepareFiles(REPOSITORY);
  const reason = reasonToBuild(REPOSITORY);
  if (reason === null) return;
  say(`Building the app (${reason}); this takes some seconds ...`);
  await buildApp(REPOSITORY, say);
}

/** The first signal ends it in good order; a second one at once. */
function stopOnSignal(running: RunningEndpoint): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    say('Stopping ...');
    running.stop().then(
      () => say('Stopped.'),
      (error: unknown) => {
        process.stderr.write(`${describeFailure(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}

function sayCode({ code, expiresUnixMs }: PairingCode, scopes: readonly Scope[]): void {
  const until = new Date(expiresUnixMs).toLocaleTimeString();
  say(`Pairing code: ${code}   (once, until ${until}; for ${scopes.join(', ')})`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
