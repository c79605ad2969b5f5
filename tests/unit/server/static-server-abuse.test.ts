import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startStaticServer, type StaticServer } from '../../../server/static-server';

/** Far more than the buffers between two ends of a connection hold. */
const LARGE_BYTES = 24 * 1024 * 1024;

let root = '';
let server: StaticServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'resight-abuse-'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>app</title>');
  writeFileSync(join(root, 'large.wasm'), Buffer.alloc(LARGE_BYTES));
  server = await startStaticServer({ root, port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** First line of what is answered to bytes that are sent as they are; empty: the connection broke without one. */
function statusOf(target: string, header = 'X-None: 1'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n${header}\r\nConnection: close\r\n\r\n`);
  });
}

/** How often this process has the large file open. */
function openCount(): number {
  const folder = '/proc/self/fd';
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(join(folder, name)).endsWith('large.wasm');
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

describe('the static server, when it is asked odd things', () => {
  it.each(['//', '///', '//a:99999/', 'http://[/', '/\\', '//[', '/%', '/%00', '*'])(
    'goes on after a request for %s, which is no address',
    async (target) => {
      expect(await statusOf(target)).toMatch(/^HTTP\/1\.1 (200|400|404) /);
      expect(await statusOf('/')).toBe('HTTP/1.1 200 OK');
    },
  );

  it.each(['bytes=10-5', 'bytes=5-0', 'bytes=-', 'bytes=x-y', 'bytes=0-3,5-6', 'lines=1-2'])(
    'answers a range that is none (%s) with the whole file',
    async (range) => {
      expect(await statusOf('/', `Range: ${range}`)).toBe('HTTP/1.1 200 OK');
    },
  );

  it.each([
    ['bytes=2-4', 206],
    ['bytes=2-', 206],
    ['bytes=2-999999', 206],
    ['bytes=999999-', 416],
  ])('answers %s with status %i', async (range, status) => {
    expect(await statusOf('/', `Range: ${range}`)).toContain(` ${status} `);
  });

  it.skipIf(process.platform !== 'linux')(
    'closes a file whose reader went away in the middle',
    async () => {
      for (let count = 0; count < 8; count += 1) {
        await new Promise<void>((resolve) => {
          const socket = connect(server.port, '127.0.0.1');
          socket.once('data', () => socket.destroy());
          socket.once('close', () => resolve());
          socket.write('GET /large.wasm HTTP/1.1\r\nHost: x\r\n\r\n');
        });
      }
      await vi.waitFor(() => expect(openCount()).toBe(0), { timeout: 10_000 });
    },
  );
});
