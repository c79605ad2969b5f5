import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { vaultSchema } from '../../../../../src/core/sync-api/catalogue';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';

onEachDatabase('the vault', (kind) => {
  let endpoint: TestEndpoint;
  let token: string;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
    ({ token } = await endpoint.pair(['upload', 'read', 'admin']));
  });
  afterAll(() => endpoint.stop());

  function put(text: string, headers: Record<string, string>): Promise<Response> {
    const json = { vault: Buffer.from(text).toString('base64') };
    return endpoint.ask('PUT', '/api/vault', { token, json, headers });
  }
  async function read() {
    const answer = await endpoint.ask('GET', '/api/vault', { token });
    const { vault } = v.parse(vaultSchema, await answer.json());
    return {
      text: Buffer.from(vault, 'base64').toString(),
      etag: answer.headers.get('ETag') ?? '',
    };
  }

  it('is made once, and replaced by who knows the version that is there', async () => {
    expect((await endpoint.ask('GET', '/api/vault', { token })).status).toBe(404);
    expect((await put('early', { 'If-Match': '"1"' })).status).toBe(409);
    const firsts = await Promise.all([
      put('first', { 'If-None-Match': '*' }),
      put('first', { 'If-None-Match': '*' }),
    ]);
    expect(firsts.map(({ status }) => status).sort()).toEqual([204, 409]);
    const first = await read();
    expect(first.text).toBe('first');
    const seconds = await Promise.all([
      put('second', { 'If-Match': first.etag }),
      put('second', { 'If-Match': first.etag }),
    ]);
    expect(seconds.map(({ status }) => status).sort()).toEqual([204, 409]);
    const second = await read();
    expect(second.text).toBe('second');
    expect(second.etag).not.toBe(first.etag);
    expect(seconds.find(({ ok }) => ok)?.headers.get('ETag')).toBe(second.etag);
  });

  it('is never overwritten blindly', async () => {
    await put('kept', { 'If-None-Match': '*' });
    const { text } = await read();
    for (const headers of [
      {},
      { 'If-Match': '*' },
      { 'If-Match': 'W/"1"' },
      { 'If-Match': '' },
      { 'If-None-Match': '"1"' },
      { 'If-None-Match': '*', 'If-Match': '"1"' },
    ]) {
      expect((await put('lost', headers)).status).toBe(400);
    }
    expect((await read()).text).toBe(text);
  });

  it('takes no more than an envelope, and nothing from who may not upload', async () => {
    expect((await put('x'.repeat(64 * 1024 + 3), { 'If-None-Match': '*' })).status).toBe(400);
    expect((await put('x'.repeat(200 * 1024), { 'If-None-Match': '*' })).status).toBe(413);
    const reader = await endpoint.pair(['read']);
    const refused = await endpoint.ask('PUT', '/api/vault', {
      token: reader.token,
      json: { vault: 'AAAA' },
      headers: { 'If-None-Match': '*' },
    });
    expect(refused.status).toBe(403);
  });
});
