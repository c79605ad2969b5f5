import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestOverTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SECURITY_HEADERS } from '../../../../../server/security-headers';
import { startTestEndpoint, type TestEndpoint } from '../../../../support/endpoint';
import { FastRequests } from '../../../../support/fast-requests';

/** Slow enough for any machine, fast enough for a test. */
const IMPATIENT = { headersMs: 300, checkMs: 200, minBytesPerS: 1000, idleMs: 60_000 };

function makeAppFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resight-app-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Resight</title>');
  writeFileSync(join(folder, 'assets', 'index-1.js'), 'export {};'.repeat(200));
  writeFileSync(join(folder, 'assets', 'index-1.js.br'), 'compressed');
  return folder;
}

/** Sends bytes as they are and collects what comes until the connection ends. */
function converse(port: number): { socket: Socket; ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString()));
  // What is cut from the other side while we write is what some tests wait for.
  socket.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  return { socket, ended };
}

describe('an endpoint', () => {
  let endpoint: TestEndpoint;
  let appFolder: string;
  beforeAll(async () => {
    appFolder = makeAppFolder();
    endpoint = await startTestEndpoint({
      appFolder,
      config: { allowedOrigins: ['https://app.example', 'loopback'] },
    });
  });
  afterAll(async () => {
    await endpoint.stop();
    rmSync(appFolder, { recursive: true });
  });

  it('serves the app as the plain server does, with its headers and compressed', async () => {
    const page = await endpoint.ask('GET', '/');
    expect(await page.text()).toContain('<title>Resight</title>');
    const script = await endpoint.ask('GET', '/assets/index-1.js', {
      headers: { 'Accept-Encoding': 'br' },
    });
    expect(script.headers.get('Content-Encoding')).toBe('br');
    expect(script.headers.get('Cache-Control')).toContain('immutable');
    await script.body?.cancel();
  });

  it.each(['/', '/api/about', '/api/nothing', '/nothing', '/healthz'])(
    'sends every security header with %s, and none about TLS without it',
    async (path) => {
      const { headers } = await endpoint.ask('GET', path);
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        expect([name, headers.get(name)]).toEqual([name, value]);
      }
      expect(headers.get('Strict-Transport-Security')).toBeNull();
    },
  );

  it('lets pages of the allowed origins in, and no others', async () => {
    const allowedFor = async (origin: string) => {
      const answer = await endpoint.ask('OPTIONS', '/api/devices', {
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'DELETE',
          'Access-Control-Request-Headers': 'authorization',
        },
      });
      expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull();
      return answer.headers.get('Access-Control-Allow-Origin');
    };
    for (const origin of ['https://app.example', 'http://localhost:4173', 'http://127.0.0.1:1']) {
      expect(await allowedFor(origin)).toBe(origin);
    }
    for (const origin of [
      'https://evil.example',
      'http://app.example',
      'https://app.example.evil.example',
      'http://localhost.evil.example',
      'https://localhost',
      'null',
    ]) {
      expect(await allowedFor(origin)).toBeNull();
    }
  });

  it('tells an allowed page its headers also when it refuses', async () => {
    const answer = await endpoint.ask('GET', '/api/devices', {
      headers: { Origin: 'https://app.example' },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example');
  });

  it('answers tricks in paths with 400 or 404, and nothing of its disk', async () => {
    const { token } = await endpoint.pair(['admin', 'read', 'upload', 'publish']);
    const client = new FastRequests(endpoint.port, 4);
    onTestFinished(() => client.close());
    const tricks = [
      '..',
      '../../../package.json',
      '..%2f..%2f..%2fpackage.json',
      '..%5c..%5cpackage.json',
      '%2e%2e/%2e%2e/package.json',
      '%00',
      'session-1%00.json',
      '%c0%ae%c0%ae',
      '%',
      '....//....//package.json',
      'C:%5cwindows',
      'x'.repeat(4000),
      "'%20OR%201=1--",
    ];
    const places = [
      '/api/sessions/',
      '/api/sessions/session-1/pieces/',
      '/live/',
      '/live/assets/',
      '/',
    ];
    for (const place of [...places, '/api/uploads/', '/assets/']) {
      for (const trick of tricks) {
        const { status, body } = await client.ask({
          method: 'GET',
          path: `${place}${trick}`,
          headers: { Authorization: `Bearer ${token}` },
        });
        // `/..` is the app's own page, whose address ends there, and `/live/assets/..` the list of cameras.
        const isPage = status === 200 && /<title>(Live · )?Resight<\/title>/.test(body.toString());
        expect([place + trick, isPage || status === 400 || status === 404]).toEqual([
          place + trick,
          true,
        ]);
        expect(body.includes('devDependencies')).toBe(false);
      }
    }
  });

  it('says which methods an address knows', async () => {
    const answer = await endpoint.ask('PATCH', '/api/devices');
    expect(answer.status).toBe(405);
    expect(answer.headers.get('Allow')).toBe('GET, HEAD');
  });

  it('refuses bodies that are too large, whether they say so beforehand or not', async () => {
    const json = { code: 'x'.repeat(100_000), deviceName: 'A phone' };
    expect((await endpoint.ask('POST', '/api/pair', { json })).status).toBe(413);
    const { socket, ended } = converse(endpoint.port);
    socket.write(
      'POST /api/pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = `10000\r\n${'['.repeat(0x10000)}\r\n`;
    for (let count = 0; count < 20; count += 1) socket.write(chunk);
    expect(await ended).toContain('HTTP/1.1 413');
  });

  it('refuses headers that are too large', async () => {
    const { socket, ended } = converse(endpoint.port);
    socket.write(
      `GET /api/about HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`,
    );
    expect(await ended).toContain('HTTP/1.1 431');
  });

  it('refuses what is no request', async () => {
    const { socket, ended } = converse(endpoint.port);
    socket.write('\x16\x03\x01\x02\x00\x01\x00\r\n\r\n');
    expect(await ended).toContain('HTTP/1.1 400');
  });

  it('shows its counters to this machine, and beyond it to admins only', async () => {
    const local = await endpoint.ask('GET', '/metrics');
    expect(await local.text()).toMatch(/resight_requests_total{method="GET",route="\/api\/about"/);
    // Through a proxy, or by a name that somebody pointed here.
    for (const headers of [{ 'X-Forwarded-For': '1.2.3.4' }, { Forwarded: 'for=1.2.3.4' }]) {
      expect((await endpoint.ask('GET', '/metrics', { headers })).status).toBe(401);
    }
    const client = new FastRequests(endpoint.port, 1);
    onTestFinished(() => client.close());
    const rebound = { method: 'GET', path: '/metrics', headers: { Host: 'evil.example' } };
    expect((await client.ask(rebound)).status).toBe(403);
    const beyond = { 'X-Forwarded-For': '1.2.3.4' };
    const { token: reader } = await endpoint.pair(['read']);
    const { token: admin } = await endpoint.pair(['admin']);
    const ask = (token: string) => endpoint.ask('GET', '/metrics', { token, headers: beyond });
    expect((await ask(reader)).status).toBe(403);
    expect((await ask(admin)).status).toBe(200);
  });

  it('logs patterns and statuses, and nothing of who asked for what', async () => {
    const { token, deviceId } = await endpoint.pair(['read'], 'Eva’s telephone');
    await endpoint.ask('GET', '/api/devices', { token });
    await endpoint.ask('DELETE', `/api/devices/${deviceId}?secret=1`, { token });
    const log = endpoint.logLines.join('');
    expect(JSON.parse(endpoint.logLines.at(-1)!)).toMatchObject({
      method: 'DELETE',
      route: '/api/devices/:id',
      status: 204,
    });
    for (const word of [token, deviceId, 'Eva', '127.0.0.1', 'secret']) {
      expect(log).not.toContain(word);
    }
  });

  it('answers a fault of its own with a number that only the log explains', async () => {
    const own = await startTestEndpoint();
    onTestFinished(() => own.stop());
    const { token } = await own.pair(['read']);
    await own.endpoint.database.query('ALTER TABLE devices RENAME COLUMN name TO hidden_name');
    const answer = await own.ask('GET', '/api/devices', { token });
    expect(answer.status).toBe(500);
    const { code, message } = (await answer.json()) as { code: string; message: string };
    expect(code).toBe('INTERNAL');
    expect(message).not.toContain('name');
    const [requestId] = /[0-9a-f-]{36}/.exec(message)!;
    const line = own.logLines.find((one) => one.includes('request failed'))!;
    expect(line).toContain(requestId);
    expect(line).toContain('column');
  });
});

describe('a slow request', () => {
  it('ends when its headers, or its body, come byte by byte; others are answered meanwhile', async () => {
    const endpoint = await startTestEndpoint({ slowness: IMPATIENT });
    onTestFinished(() => endpoint.stop());
    const beginnings = [
      'GET /api/about HTTP/1.1\r\nHost: localhost\r\n',
      'POST /api/pair HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50000\r\n\r\n{',
    ];
    const slow = Array.from({ length: 40 }, (_, index) => {
      const conversation = converse(endpoint.port);
      conversation.socket.write(beginnings[index % 2]!);
      const drip = setInterval(() => conversation.socket.write('x'), 50);
      return conversation.ended.finally(() => clearInterval(drip));
    });
    expect((await endpoint.ask('GET', '/api/about')).status).toBe(200);
    const answers = await Promise.all(slow);
    expect(answers.some((answer) => answer.includes('HTTP/1.1 200'))).toBe(false);
    expect((await endpoint.ask('GET', '/api/about')).status).toBe(200);
  });
});

describe('an endpoint with certificate files', () => {
  // Makes a certificate for the test; nothing in Node does.
  const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

  it.skipIf(!hasOpenssl)('speaks TLS, and tells browsers to stay with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'resight-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [keyPath, certificatePath] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', keyPath, '-out', certificatePath, '-days', '1', '-subj', '/CN=localhost'],
    ]);
    expect(made.status).toBe(0);
    const endpoint = await startTestEndpoint({
      config: { tls: { certificatePath, keyPath }, publicUrl: 'https://cars.example' },
    });
    onTestFinished(() => endpoint.stop());
    expect(endpoint.url).toMatch(/^https:/);
    const strictnessFor = async (Host: string) => {
      const headers = await new Promise<NodeJS.Dict<string | string[]>>((resolve, reject) => {
        const options = { rejectUnauthorized: false, headers: { Host } };
        const asked = requestOverTls(`${endpoint.url}/api/about`, options);
        asked.on('response', (response) => {
          response.resume();
          response.on('end', () => resolve(response.headers));
        });
        asked.on('error', reject).end();
      });
      return headers['strict-transport-security'];
    };
    expect(await strictnessFor('cars.example')).toBe('max-age=31536000');
    // It would hold for all other programs of this machine, too.
    for (const local of ['localhost', `localhost:${endpoint.port}`, '127.0.0.1', '[::1]:8480']) {
      expect(await strictnessFor(local)).toBeUndefined();
    }
  });

  it('names its settings when the files are no certificate and key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'resight-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'notes.txt');
    writeFileSync(path, 'no certificate');
    const tls = { certificatePath: path, keyPath: path };
    await expect(startTestEndpoint({ config: { tls } })).rejects.toThrow(
      /^RESIGHT_TLS_CERTIFICATE and RESIGHT_TLS_KEY: expected PEM files that belong together/,
    );
  });
});
