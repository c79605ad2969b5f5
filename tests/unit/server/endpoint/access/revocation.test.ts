import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeAnswerSchema } from '../../../../../src/core/sync-api/access';
import { shareSchema } from '../../../../../src/core/sync-api/catalogue';
import { startTestEndpoint, type TestEndpoint } from '../../../../support/endpoint';
import { sentSession, sessionPath } from '../../../../support/endpoint-sessions';

const YEAR_MS = 365 * 86_400_000;

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
});
afterAll(() => endpoint.stop());

async function makeCode(token: string): Promise<string> {
  const json = { scopes: ['read'] };
  const made = await endpoint.ask('POST', '/api/pairing-codes', { token, json });
  return v.parse(codeAnswerSchema, await made.json()).code;
}

async function pairWith(code: string): Promise<number> {
  const json = { code, deviceName: 'A device' };
  return (await endpoint.ask('POST', '/api/pair', { json })).status;
}

it('what a revoked device shared ends with it', async () => {
  const owner = await endpoint.pair(['upload', 'read', 'admin']);
  const thief = await endpoint.pair(['read']);
  const session = await sentSession(endpoint, owner.token, 100);
  const json = { expiresUnixMs: endpoint.endpoint.now() + YEAR_MS };
  const [ofOwner, ofThief] = await Promise.all(
    [owner, thief].map(async ({ token }) => {
      const made = await endpoint.ask('POST', `${sessionPath(session)}/shares`, { token, json });
      return v.parse(shareSchema, await made.json()).secret;
    }),
  );
  const read = async (token = '') =>
    (await endpoint.ask('GET', `${sessionPath(session)}/pieces/0`, { token })).status;
  expect([await read(ofOwner), await read(ofThief)]).toEqual([200, 200]);
  const { token } = owner;
  await endpoint.ask('DELETE', `/api/devices/${thief.deviceId}`, { token });
  expect([await read(ofOwner), await read(ofThief)]).toEqual([200, 401]);
});

it('no share lasts longer than a year and a day', async () => {
  const { token } = await endpoint.pair(['upload', 'read']);
  const path = `${sessionPath(await sentSession(endpoint, token, 10))}/shares`;
  const share = async (ms: number) => {
    const json = { expiresUnixMs: endpoint.endpoint.now() + ms };
    return (await endpoint.ask('POST', path, { token, json })).status;
  };
  expect(await share(YEAR_MS)).toBe(201);
  expect(await share(2 * YEAR_MS)).toBe(400);
});

it('an admin that is revoked cannot come back by a code it made before', async () => {
  const owner = await endpoint.pair(['admin']);
  const thief = await endpoint.pair(['admin']);
  const code = await makeCode(thief.token);
  const { token } = owner;
  await endpoint.ask('DELETE', `/api/devices/${thief.deviceId}`, { token });
  expect(await pairWith(code)).toBe(401);
  expect(await pairWith(await makeCode(owner.token))).toBe(200);
});

it('a code outlives the device that made it and then signed out by itself', async () => {
  const { token, deviceId } = await endpoint.pair(['admin']);
  const code = await makeCode(token);
  await endpoint.ask('DELETE', `/api/devices/${deviceId}`, { token });
  expect(await pairWith(code)).toBe(200);
});

it('a device that only sends can open the vault, and cannot replace it', async () => {
  const owner = await endpoint.pair(['upload', 'admin']);
  const sender = await endpoint.pair(['upload']);
  const put = async (token: string, vault: string, headers: Record<string, string>) =>
    (await endpoint.ask('PUT', '/api/vault', { token, json: { vault }, headers })).status;
  expect(await put(sender.token, 'AAAA', { 'If-None-Match': '*' })).toBe(204);
  expect(await put(sender.token, 'BBBB', { 'If-Match': '"1"' })).toBe(403);
  const { token } = sender;
  expect(await (await endpoint.ask('GET', '/api/vault', { token })).json()).toEqual({
    vault: 'AAAA',
  });
  expect(await put(owner.token, 'CCCC', { 'If-Match': '"1"' })).toBe(204);
});
