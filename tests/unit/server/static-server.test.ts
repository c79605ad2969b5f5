import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PortBusyError, startStaticServer, type StaticServer } from '../../../server/static-server';

const SCRIPT = `export const text = '${'long '.repeat(500)}';`;

let root = '';
let server: StaticServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'resight-static-'));
  for (const folder of ['assets', 'models', 'ort']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>app</title>');
  writeFileSync(join(root, 'service-worker.js'), 'self.x = 1;');
  writeFileSync(join(root, 'manifest.webmanifest'), '{}');
  writeFileSync(join(root, 'assets/index-abc.js'), SCRIPT);
  writeFileSync(join(root, 'assets/index-abc.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(root, 'models/net.onnx'), Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]));
  writeFileSync(join(root, 'ort/runtime.mjs'), 'export {};');
  writeFileSync(join(root, 'ort/runtime.wasm'), Buffer.from([0, 97, 115, 109]));
  server = await startStaticServer({ root, port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

const get = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${server.url}${path}`, init);

/** `fetch` tidies addresses before it sends them; this sends what it is given. */
function rawStatus(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: server.port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject).end();
  });
}

describe('the static server', () => {
  it('isolates the page and locks it down', async () => {
    const { headers } = await get('');
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(headers.get('Permissions-Policy')).toContain('camera=(self)');
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'self'");
  });

  it('gives worker scripts, missing files and refusals the same headers', async () => {
    for (const response of [
      await get('assets/index-abc.js'),
      await get('none.js'),
      await get('', { method: 'POST' }),
    ]) {
      expect(response.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    }
  });

  it.each([
    ['', 'text/html;charset=utf-8'],
    ['assets/index-abc.js', 'text/javascript'],
    ['ort/runtime.mjs', 'text/javascript'],
    ['ort/runtime.wasm', 'application/wasm'],
    ['models/net.onnx', 'application/octet-stream'],
    ['manifest.webmanifest', 'application/manifest+json'],
  ])('serves /%s as %s', async (path, contentType) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe(contentType);
  });

  it('lets hashed files be kept for ever and has everything else asked for', async () => {
    const cacheControl = async (path: string): Promise<string | null> =>
      (await get(path)).headers.get('Cache-Control');
    expect(await cacheControl('assets/index-abc.js')).toContain('immutable');
    expect(await cacheControl('')).toBe('no-cache');
    expect(await cacheControl('service-worker.js')).toBe('no-cache');
    expect(await cacheControl('models/net.onnx')).toBe('no-cache');
  });

  it('answers a known ETag with 304 and no body', async () => {
    const etag = (await get('models/net.onnx')).headers.get('ETag') ?? '';
    expect(etag).not.toBe('');
    const again = await get('models/net.onnx', { headers: { 'If-None-Match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  it('sends the compressed variant to those who can read it', async () => {
    const zipped = await get('assets/index-abc.js', { headers: { 'Accept-Encoding': 'gzip' } });
    expect(zipped.headers.get('Content-Encoding')).toBe('gzip');
    expect(Number(zipped.headers.get('Content-Length'))).toBeLessThan(SCRIPT.length);
    expect(await zipped.text()).toBe(SCRIPT);
    const plain = await get('assets/index-abc.js', { headers: { 'Accept-Encoding': 'identity' } });
    expect(plain.headers.get('Content-Encoding')).toBeNull();
    expect(await plain.text()).toBe(SCRIPT);
  });

  it('serves a byte range', async () => {
    const part = await get('models/net.onnx', { headers: { Range: 'bytes=2-4' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('Content-Range')).toBe('bytes 2-4/8');
    expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([2, 3, 4]);
  });

  it('sees files that a later build wrote', async () => {
    expect((await get('assets/later.js')).status).toBe(404);
    writeFileSync(join(root, 'assets/later.js'), 'export {};');
    expect((await get('assets/later.js')).status).toBe(200);
  });

  it.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/assets/../../x'])(
    'gives nothing from outside its folder for %s',
    async (path) => {
      expect(await rawStatus(path)).toBe(404);
    },
  );

  it('only answers GET and HEAD', async () => {
    expect((await get('', { method: 'POST' })).status).toBe(405);
    const head = await get('', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });

  it('says so when the port is taken', async () => {
    const second = startStaticServer({ root, port: server.port });
    await expect(second).rejects.toBeInstanceOf(PortBusyError);
  });

  it('refuses a folder that holds no app, and says how to make one', async () => {
    const empty = startStaticServer({ root: join(root, 'models'), port: 0 });
    await expect(empty).rejects.toThrow('npm run build');
  });

  it('frees its port when closed, open connections or not', async () => {
    const brief = await startStaticServer({ root, port: 0 });
    await (await fetch(brief.url)).text();
    await brief.close();
    const successor = await startStaticServer({ root, port: brief.port });
    await successor.close();
  });
});
