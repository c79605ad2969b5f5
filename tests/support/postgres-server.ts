import { spawn, spawnSync } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';

/** A PostgreSQL server of the tests' own, in a temporary folder. */
export interface PostgresServer {
  /** Of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Ends every connection, as when the server is restarted. */
  dropConnections(): Promise<void>;
  stop(): Promise<void>;
}

const DEBIAN_FOLDER = '/usr/lib/postgresql';

/** Folder with `initdb` and `postgres`: of the path, or where Debian puts them; null: it is not installed. */
export function findPostgres(): string | null {
  const ofDebian = existsSync(DEBIAN_FOLDER)
    ? readdirSync(DEBIAN_FOLDER)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(DEBIAN_FOLDER, version, 'bin'))
    : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...ofDebian];
  return (
    folders.find((folder) =>
      ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
    ) ?? null
  );
}

/** Starts one; about two seconds. As root it runs as `nobody`, since PostgreSQL refuses root. */
export async function startPostgres(binFolder: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'resight-postgres-'));
  const user = process.getuid?.() === 0 ? findUnprivileged() : null;
  if (user !== null) await chown(folder, user.uid, user.gid);
  const dataFolder = join(folder, 'data');
  const made = spawnSync(
    join(binFolder, 'initdb'),
    ['-D', dataFolder, '-U', 'tests', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await findFreePort();
  // Tests do not survive a power cut: nothing needs to reach the disk.
  const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const server = spawn(
    join(binFolder, 'postgres'),
    [
      ...['-D', dataFolder, '-p', String(port), '-h', '127.0.0.1', '-k', ''],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  server.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = (database: string) => `postgres://tests@127.0.0.1:${port}/${database}`;
  await untilReady(server.stderr, () => output);
  let databaseCount = 0;
  return {
    async createDatabase() {
      databaseCount += 1;
      const name = `test_${databaseCount}`;
      await askOnce(url('postgres'), `CREATE DATABASE ${name}`);
      return url(name);
    },
    dropConnections: () =>
      askOnce(
        url('postgres'),
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'resight-endpoint'`,
      ),
    async stop() {
      // Immediate shutdown: what is in there is thrown away.
      server.kill('SIGQUIT');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function askOnce(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function untilReady(stream: NodeJS.ReadableStream, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (output().includes('ready to accept connections')) resolve();
    };
    stream.on('data', check);
    stream.once('end', () => reject(new Error(`postgres ended: ${output()}`)));
    check();
  });
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on TCP, so that this is no text.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function findUnprivileged(): { readonly uid: number; readonly gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('Expected a user named nobody.');
  return { uid: Number(uid), gid: Number(gid) };
}
