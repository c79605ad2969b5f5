import { beforeAll, describe, it } from 'vitest';
import { startTestEndpoint, type TestEndpoint, type TestEndpointOptions } from './endpoint';
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server';

interface AnyKind {
  /** Starts an endpoint on a new, empty database; stop it at the end. */
  startEndpoint(options?: Omit<TestEndpointOptions, 'databaseUrl'>): Promise<TestEndpoint>;
}

interface EmbeddedKind extends AnyKind {
  readonly name: 'PGlite';
  /** It is in memory. */
  createUrl(): Promise<null>;
}

/** PostgreSQL on a server of these tests' own. */
export interface ServerKind extends AnyKind {
  readonly name: 'PostgreSQL';
  /** Of a new, empty database. */
  createUrl(): Promise<string>;
  /** Breaks all connections of endpoints. */
  dropConnections(): Promise<void>;
}

/** A database that the same tests run on. */
export type DatabaseKind = EmbeddedKind | ServerKind;

const EMBEDDED: EmbeddedKind = {
  name: 'PGlite',
  createUrl: () => Promise.resolve(null),
  startEndpoint: startTestEndpoint,
};

/** The same tests in a `describe` on PGlite and in one on PostgreSQL. */
export function onEachDatabase(name: string, declareTests: (kind: DatabaseKind) => void): void {
  describe(`${name} on PGlite`, () => declareTests(EMBEDDED));
  onPostgres(`${name} on PostgreSQL`, declareTests);
}

/** Tests in a `describe` on PostgreSQL; without its server they are one that is skipped. */
export function onPostgres(name: string, declareTests: (kind: ServerKind) => void): void {
  const binFolder = findPostgres();
  describe(name, () => {
    if (binFolder === null) {
      it.skip('needs a PostgreSQL server (Debian: apt-get install postgresql)', () => undefined);
      return;
    }
    let server: Promise<PostgresServer> | null = null;
    const started = () => (server ??= startPostgres(binFolder));
    const createUrl = async () => (await started()).createDatabase();
    // What a hook before returns is called behind all hooks after: endpoints have stopped then.
    beforeAll(() => async () => (await server)?.stop());
    declareTests({
      name: 'PostgreSQL',
      createUrl,
      dropConnections: async () => (await started()).dropConnections(),
      startEndpoint: async (options) =>
        startTestEndpoint({ ...options, databaseUrl: await createUrl() }),
    });
  });
}
