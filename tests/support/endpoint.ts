import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { EndpointConfig } from '../../server/endpoint/config';
import type { Database } from '../../server/endpoint/database/database';
import {
  dumpEmbedded,
  openEmbeddedDatabase,
} from '../../server/endpoint/database/embedded-database';
import { createLog } from '../../server/endpoint/log';
import { MIGRATIONS } from '../../server/endpoint/database/migrations/all-migrations';
import { openDatabase } from '../../server/endpoint/database/open-database';
import type { SlownessLimits } from '../../server/endpoint/http/slow-requests';
import { startEndpoint, type RunningEndpoint } from '../../server/endpoint/start-endpoint';
import { makePairingCode, redeemPairingCode } from '../../server/endpoint/access/pairing-codes';
import type { Scope } from '../../src/core/sync-api/access';

/** An endpoint within the test's process. */
export interface TestEndpoint extends RunningEndpoint {
  readonly config: EndpointConfig;
  /** Moves `endpoint.now` on. */
  advanceMs(ms: number): void;
  /** A new device. */
  pair(
    scopes: readonly Scope[],
    name?: string,
  ): Promise<{ readonly token: string; readonly deviceId: string }>;
  /** `fetch` of a path, with a token and a JSON body where they are given. */
  ask(
    method: string,
    path: string,
    options?: { token?: string; json?: unknown; headers?: Record<string, string> },
  ): Promise<Response>;
  /** What it wrote to its log, line by line. */
  readonly logLines: readonly string[];
}

/** Says how the endpoint under test differs from a plain one. */
export interface TestEndpointOptions {
  readonly config?: Partial<EndpointConfig>;
  /** Of {@link DatabaseKind.createUrl}; null or missing: PGlite in memory. */
  readonly databaseUrl?: string | null;
  /** Another one whose database and folder it shares, as two processes do. */
  readonly beside?: TestEndpoint;
  /** Folder with the built app; by default there is none. */
  readonly appFolder?: string;
  readonly slowness?: SlownessLimits;
}

const TEST_CONFIG: Omit<EndpointConfig, 'dataFolder' | 'databaseUrl'> = {
  host: '127.0.0.1',
  port: 0,
  tls: null,
  isPlainHttpAllowed: false,
  trustedProxies: [],
  publicUrl: null,
  allowedOrigins: [],
  store: { kind: 'files' },
  quotaBytesPerDevice: 1024 ** 3,
  maxSessionBytes: 1024 ** 3,
  retentionDays: null,
  uploadExpiryHours: 24,
  liveMinutes: 10,
  // Tests of the limits set their own.
  requestsPerMinute: { device: 1_000_000, address: 1_000_000 },
  logLevel: 'debug',
};

// A database that starts while others compute takes longer than the ten seconds that a hook usually has.
vi.setConfig({ hookTimeout: 60_000, testTimeout: 60_000 });

const ARCHIVE_FOLDER = join(import.meta.dirname, '../.out');

let archive: Promise<Blob> | null = null;

/** Starts an endpoint on a free port; stop it at the end, by hand or `onTestFinished`. */
export async function startTestEndpoint(options: TestEndpointOptions = {}): Promise<TestEndpoint> {
  const dataFolder =
    options.beside?.config.dataFolder ?? (await mkdtemp(join(tmpdir(), 'resight-endpoint-')));
  const config: EndpointConfig = {
    ...TEST_CONFIG,
    dataFolder,
    databaseUrl: options.beside?.config.databaseUrl ?? options.databaseUrl ?? null,
    ...options.config,
  };
  const logLines: string[] = [];
  const log = createLog(config.logLevel, { write: (line) => void logLines.push(line) });
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const database: Database =
    config.databaseUrl === null
      ? await openEmbeddedDatabase({
          dataFolder: null,
          archive: await emptyDatabase(),
        })
      : await openDatabase(config, log);
  const appFolder = options.appFolder ?? join(dataFolder, 'no-app');
  const running = await startEndpoint({
    config,
    database,
    log,
    now,
    appFolder,
    ...(options.slowness === undefined ? {} : { slowness: options.slowness }),
  });
  return {
    ...running,
    config,
    logLines,
    advanceMs: (ms) => void (aheadMs += ms),
    async pair(scopes, name = 'A device') {
      const { code } = await makePairingCode(database, scopes, now());
      const paired = await redeemPairingCode(database, code, name, now());
      if (paired === null) throw new Error('Expected the new code to be good.');
      return paired;
    },
    ask(method, path, { token, json, headers = {} } = {}) {
      return fetch(`${running.url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    },
    async stop() {
      await running.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** An empty embedded database with the present schema, as an archive. */
export function emptyDatabase(): Promise<Blob> {
  return (archive ??= readArchive());
}

/** Puts {@link emptyDatabase} into an endpoint's data folder: its first start takes as long as the later ones then. */
export async function prepareDatabase(dataFolder: string): Promise<void> {
  const database = await openEmbeddedDatabase({ dataFolder, archive: await emptyDatabase() });
  await database.close();
}

/** Starting from it takes a sixth of the time; so it is kept for other files and runs. */
async function readArchive(): Promise<Blob> {
  const schemaHash = createHash('sha256').update(JSON.stringify(MIGRATIONS)).digest('hex');
  const path = join(ARCHIVE_FOLDER, `endpoint-${schemaHash.slice(0, 16)}.tar`);
  try {
    return new Blob([await readFile(path)]);
  } catch {
    const made = await dumpEmbedded();
    await mkdir(ARCHIVE_FOLDER, { recursive: true });
    // Whole or not at all, for those who read it meanwhile.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, new Uint8Array(await made.arrayBuffer()));
    await rename(draft, path);
    return made;
  }
}
