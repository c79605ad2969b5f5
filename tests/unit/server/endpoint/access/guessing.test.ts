import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePairingCode } from '../../../../../server/endpoint/access/pairing-codes';
import { startTestEndpoint, type TestEndpoint } from '../../../../support/endpoint';

/** As the rate limits say. */
const BAD_CODES_PER_ADDRESS = 10;

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await startTestEndpoint({ config: { trustedProxies: ['127.0.0.1'] } });
});
afterAll(() => endpoint.stop());

async function bring(code: string, from: string): Promise<number> {
  const json = { code, deviceName: 'A guesser' };
  const headers = { 'X-Forwarded-For': from };
  return (await endpoint.ask('POST', '/api/pair', { json, headers })).status;
}

/** How many of wrong codes were looked at. */
async function lookedAt(from: (index: number) => string, isAtOnce: boolean): Promise<number> {
  const statuses: number[] = [];
  const guesses = Array.from({ length: 25 }, (_, index) => async () => {
    statuses.push(await bring(String(index).padStart(10, '0'), from(index)));
  });
  if (isAtOnce) await Promise.all(guesses.map((guess) => guess()));
  else for (const guess of guesses) await guess();
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  return statuses.filter((status) => status === 401).length;
}

it.each([
  ['address', () => '192.0.2.1'],
  ['address with a port that changes', (index: number) => `192.0.2.2:${4000 + index}`],
  ['network of IPv6', (index: number) => `2001:db8:0:1:${index.toString(16)}::1`],
  ['network of IPv6, with ports', (index: number) => `[2001:db8::2:0:0:${index}:1]:${index}`],
  ['made-up name', (index: number) => `unknown-${index}`],
])('of many wrong codes from one %s ten are looked at', async (_, from) => {
  expect(await lookedAt(from, false)).toBe(BAD_CODES_PER_ADDRESS);
});

it('of many wrong codes at the same moment ten are looked at', async () => {
  expect(await lookedAt(() => '192.0.2.3', true)).toBe(BAD_CODES_PER_ADDRESS);
});

it('good codes do not count, however many', async () => {
  for (let count = 0; count <= BAD_CODES_PER_ADDRESS; count += 1) {
    const { code } = await makePairingCode(endpoint.endpoint.database, ['read'], Date.now());
    expect(await bring(code, '192.0.2.4')).toBe(200);
  }
});
