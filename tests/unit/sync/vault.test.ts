import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../../src/sinks/sync/age-files';
import { EndpointRequests } from '../../../src/sinks/sync/endpoint-requests';
import { openVault, readVault } from '../../../src/sinks/sync/vault';
import { startTestEndpoint, type TestEndpoint } from '../../support/endpoint';

/** scrypt with little memory: what is tested is not how strong it is. */
const WORK_FACTOR = 4;
const PASSPHRASE = 'four words of a test';

const wrongKey: unknown = expect.objectContaining({ code: 'SYNC_WRONG_KEY' });

async function withEndpoint(
  work: (requests: EndpointRequests, endpoint: TestEndpoint) => Promise<void>,
): Promise<void> {
  const endpoint = await startTestEndpoint();
  try {
    const { token } = await endpoint.pair(['upload', 'read']);
    await work(new EndpointRequests(endpoint.url, token), endpoint);
  } finally {
    await endpoint.stop();
  }
}

describe('a vault with a passphrase', () => {
  let endpoint: TestEndpoint;
  let requests: EndpointRequests;
  let key: string;

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    requests = new EndpointRequests(endpoint.url, (await endpoint.pair(['upload', 'read'])).token);
    expect(await readVault(requests)).toBeNull();
    key = await openVault(requests, PASSPHRASE, WORK_FACTOR);
  });

  afterAll(() => endpoint.stop());

  it('opens on another device by the passphrase or by the key', async () => {
    expect(await openVault(requests, PASSPHRASE)).toBe(key);
    expect(await openVault(requests, ` ${key.toLowerCase()} `)).toBe(key);
  });

  it('opens by nothing else, and stays as it is', async () => {
    for (const secret of ['another', null, (await makeKey()).identity])
      await expect(openVault(requests, secret)).rejects.toEqual(wrongKey);
    expect(await openVault(requests, PASSPHRASE)).toBe(key);
  });

  it('is at the endpoint neither as a key nor as what is encrypted to it', async () => {
    const record = await endpoint.ask('GET', '/api/vault', {
      token: (await endpoint.pair(['read'])).token,
    });
    const { vault } = (await record.json()) as { vault: string }; // as the schema says
    const text = atob(vault);
    expect(text).not.toContain(key.slice(0, 30));
    expect(text).not.toContain('age1');
  });
});

describe('a vault whose key is carried by hand', () => {
  it('opens by that key only', () =>
    withEndpoint(async (requests) => {
      const key = await openVault(requests, null);
      expect(await openVault(requests, key)).toBe(key);
      for (const secret of [null, 'a passphrase', (await makeKey()).identity])
        await expect(openVault(requests, secret)).rejects.toEqual(wrongKey);
    }));

  it('made by two devices at once is one', () =>
    withEndpoint(async (requests) => {
      const { identity } = await makeKey();
      const keys = await Promise.all([
        openVault(requests, identity),
        openVault(requests, identity),
      ]);
      expect(keys).toEqual([identity, identity]);
    }));
});
