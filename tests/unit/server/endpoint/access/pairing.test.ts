import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  aboutSchema,
  codeAnswerSchema,
  devicesSchema,
  pairAnswerSchema,
  type Scope,
} from '../../../../../src/core/sync-api/access';
import { startTestEndpoint, type TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a device says to come in. */
function pair(endpoint: TestEndpoint, code: string, deviceName = 'A phone'): Promise<Response> {
  return endpoint.ask('POST', '/api/pair', { json: { code, deviceName } });
}

async function makeCode(endpoint: TestEndpoint, scopes: readonly Scope[] = ['read']) {
  const { token } = await endpoint.pair(['admin']);
  const made = await endpoint.ask('POST', '/api/pairing-codes', { token, json: { scopes } });
  return v.parse(codeAnswerSchema, await made.json());
}

async function codeOf(answer: Response): Promise<unknown> {
  return ((await answer.json()) as { code: unknown }).code;
}

onEachDatabase('access', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
  });
  afterAll(() => endpoint.stop());

  it('says what it is to everybody', async () => {
    const about = v.parse(aboutSchema, await (await endpoint.ask('GET', '/api/about')).json());
    expect(about.quotaBytes).toBe(endpoint.config.quotaBytesPerDevice);
  });

  it('trades a code, however it is typed, for a token with its scopes', async () => {
    const { code } = await makeCode(endpoint, ['read', 'publish']);
    const typed = code.toLowerCase().replace('-', ' ').replace('0', 'o').replace('1', 'l');
    const answer = await pair(endpoint, ` ${typed}`, 'Küche');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    const { token, deviceId, scopes } = v.parse(pairAnswerSchema, await answer.json());
    expect(scopes).toEqual(['read', 'publish']);
    const listed = await endpoint.ask('GET', '/api/devices', { token });
    expect(v.parse(devicesSchema, await listed.json()).devices).toMatchObject([
      { id: deviceId, name: 'Küche', scopes, isOwn: true, revokedUnixMs: null, usedBytes: 0 },
    ]);
  });

  it('takes a code once, also of two who bring it at the same moment', async () => {
    const { code } = await makeCode(endpoint);
    const answers = await Promise.all([pair(endpoint, code), pair(endpoint, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const again = await pair(endpoint, code);
    expect(again.status).toBe(401);
    expect(await codeOf(again)).toBe('UNAUTHORISED');
  });

  it('takes a code for ten minutes', async () => {
    const own = await kind.startEndpoint();
    onTestFinished(() => own.stop());
    const first = await makeCode(own);
    own.advanceMs(9 * MINUTE_MS);
    expect((await pair(own, first.code)).status).toBe(200);
    const second = await makeCode(own);
    own.advanceMs(10 * MINUTE_MS);
    expect((await pair(own, second.code)).status).toBe(401);
  });

  it('keeps neither tokens nor codes, only their SHA-256', async () => {
    const { token } = await endpoint.pair(['read']);
    const { code } = await makeCode(endpoint);
    const { database } = endpoint.endpoint;
    const rows = [
      ...(await database.query<{ value: Uint8Array }>('SELECT token_hash AS value FROM devices')),
      ...(await database.query<{ value: Uint8Array }>(
        'SELECT code_hash AS value FROM pairing_codes',
      )),
    ];
    const kept = rows.map(({ value }) => Buffer.from(value).toString('hex'));
    const hashes = [token, code.replace('-', '')].map(sha256);
    expect(kept).toEqual(expect.arrayContaining(hashes));
    expect(kept.every((one) => one.length === 64)).toBe(true);
  });

  it('refuses whoever has no token, one that nobody has, or something else', async () => {
    const none = await endpoint.ask('GET', '/api/devices');
    expect(none.status).toBe(401);
    expect(none.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect(none.headers.get('Content-Type')).toBe('application/problem+json');
    const unknown = 'A'.repeat(43);
    for (const header of [
      `Bearer ${unknown}`,
      'Bearer',
      'Bearer  ',
      'Basic QTpC',
      "Bearer ' or 1",
    ]) {
      const answer = await endpoint.ask('GET', '/api/devices', {
        headers: { Authorization: header },
      });
      expect([answer.status, await codeOf(answer)]).toEqual([401, 'UNAUTHORISED']);
    }
  });

  it('refuses a token for what it has no scope for', async () => {
    const reader = await endpoint.pair(['read', 'upload', 'publish']);
    const other = await endpoint.pair(['read']);
    const newCode = { token: reader.token, json: { scopes: ['admin'] } };
    const answers = [
      await endpoint.ask('POST', '/api/pairing-codes', newCode),
      await endpoint.ask('DELETE', `/api/devices/${other.deviceId}`, { token: reader.token }),
    ];
    for (const answer of answers) {
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('shows all devices to an admin, and to others only themselves', async () => {
    const admin = await endpoint.pair(['admin']);
    const reader = await endpoint.pair(['read']);
    const list = async (token: string) => {
      const answer = await endpoint.ask('GET', '/api/devices', { token });
      return v.parse(devicesSchema, await answer.json()).devices.map(({ id }) => id);
    };
    expect(await list(admin.token)).toEqual(
      expect.arrayContaining([admin.deviceId, reader.deviceId]),
    );
    expect(await list(reader.token)).toEqual([reader.deviceId]);
  });

  it('refuses a revoked token from the next request on, and ends what was open', async () => {
    const admin = await endpoint.pair(['admin']);
    const reader = await endpoint.pair(['read']);
    const ended = new Promise<void>((resolve) => {
      endpoint.endpoint.revocations.onRevoked(reader.deviceId, resolve);
    });
    const path = `/api/devices/${reader.deviceId}`;
    expect((await endpoint.ask('DELETE', path, { token: admin.token })).status).toBe(204);
    expect((await endpoint.ask('GET', '/api/devices', { token: reader.token })).status).toBe(401);
    await ended;
    const listed = await endpoint.ask('GET', '/api/devices', { token: admin.token });
    const { devices } = v.parse(devicesSchema, await listed.json());
    expect(devices.find(({ id }) => id === reader.deviceId)?.revokedUnixMs).toBeGreaterThan(0);
  });

  it('lets a device revoke itself, and says when there is none of that name', async () => {
    const own = await endpoint.pair(['upload']);
    const path = `/api/devices/${own.deviceId}`;
    expect((await endpoint.ask('DELETE', path, { token: own.token })).status).toBe(204);
    const admin = await endpoint.pair(['admin']);
    const missing = await endpoint.ask('DELETE', '/api/devices/zzzzzzzzzz', { token: admin.token });
    expect(missing.status).toBe(404);
  });

  it('remembers when a device was seen to the hour only', async () => {
    const own = await kind.startEndpoint();
    onTestFinished(() => own.stop());
    const { token } = await own.pair(['read']);
    const seen = async () => {
      await own.ask('GET', '/api/devices', { token });
      const answer = await own.ask('GET', '/api/devices', { token });
      return v.parse(devicesSchema, await answer.json()).devices[0]!.lastSeenUnixMs;
    };
    const first = await seen();
    expect(first % HOUR_MS).toBe(0);
    own.advanceMs(2 * HOUR_MS);
    expect(await seen()).toBe(first + 2 * HOUR_MS);
  });

  if (kind.name !== 'PostgreSQL') return;

  it('shares devices, and what was revoked, with another process', async () => {
    const databaseUrl = await kind.createUrl();
    const one = await startTestEndpoint({ databaseUrl });
    const other = await startTestEndpoint({ beside: one });
    onTestFinished(async () => {
      await one.stop();
      await other.stop();
    });
    const { token, deviceId } = await one.pair(['read']);
    expect((await other.ask('GET', '/api/devices', { token })).status).toBe(200);
    const ended = new Promise<void>((resolve) => {
      other.endpoint.revocations.onRevoked(deviceId, resolve);
    });
    await one.ask('DELETE', `/api/devices/${deviceId}`, { token });
    await ended;
    expect((await other.ask('GET', '/api/devices', { token })).status).toBe(401);
    const abouts: string[] = [];
    for (const each of [one, other])
      abouts.push(await (await each.ask('GET', '/api/about')).text());
    expect(abouts[0]).toBe(abouts[1]);
  });
});
