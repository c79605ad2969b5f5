import type { IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { createNameCheck } from '../../../../../server/endpoint/http/own-names';
import { startTestEndpoint } from '../../../../support/endpoint';
import { FastRequests } from '../../../../support/fast-requests';

const LOCAL = { host: '127.0.0.1', publicUrl: null, trustedProxies: [] };

/** Whether an endpoint with this configuration goes by the name in `host`. */
function isOwn(
  config: Parameters<typeof createNameCheck>[0],
  host: string | undefined,
  headers: Record<string, string> = {},
): boolean {
  // All that is looked at.
  const request = { headers: { host, ...headers } } as unknown as IncomingMessage;
  return createNameCheck(config)(request);
}

const STRANGE = ['evil.example', 'evil.example:8480', 'localhost.evil.example', '1270.0.0.1.x', ''];

it('goes by local names when it listens on this machine only, and by no others', () => {
  for (const name of [
    'localhost',
    'LOCALHOST:8480',
    'localhost.:8480',
    'resight.localhost',
    '127.0.0.1:8480',
    '127.0.1.1',
    '[::1]:8480',
    // A program, and no browser.
    undefined,
  ]) {
    expect([name, isOwn(LOCAL, name)]).toEqual([name, true]);
  }
  for (const name of [...STRANGE, '192.168.0.7', 'nas.local']) {
    expect([name, isOwn(LOCAL, name)]).toEqual([name, false]);
  }
});

it('goes by its public name, too', () => {
  const config = { ...LOCAL, publicUrl: 'https://cars.example:8443' };
  expect(isOwn(config, 'Cars.example')).toBe(true);
  expect(isOwn(config, 'cars.example:8443')).toBe(true);
  expect(isOwn(config, 'localhost')).toBe(true);
  expect(isOwn(config, 'cars.example.evil.example')).toBe(false);
});

it('leaves names to a trusted proxy, and to who lets other machines in', () => {
  const behindProxy = { ...LOCAL, trustedProxies: ['127.0.0.1'] };
  for (const name of ['cars.example', 'nas.local', ...STRANGE]) {
    expect(isOwn(behindProxy, name, { 'x-forwarded-for': '1.2.3.4' })).toBe(true);
    expect(isOwn(behindProxy, name)).toBe(false);
    expect(isOwn({ ...LOCAL, host: '0.0.0.0' }, name)).toBe(true);
  }
});

it('refuses requests for other names on every path, and says what to do', async () => {
  const endpoint = await startTestEndpoint();
  onTestFinished(() => endpoint.stop());
  const client = new FastRequests(endpoint.port, 1);
  onTestFinished(() => client.close());
  const { token } = await endpoint.pair(['read']);
  for (const path of ['/', '/api/about', '/api/sessions', '/live/', '/healthz', '/nothing']) {
    const headers = { Host: 'evil.example', Authorization: `Bearer ${token}` };
    const { status, body } = await client.ask({ method: 'GET', path, headers });
    expect([path, status]).toEqual([path, 403]);
    expect(body.toString()).toMatch(/"code":"FORBIDDEN".*RESIGHT_PUBLIC_URL/);
  }
  expect(endpoint.logLines.join('')).not.toContain('evil');
});
