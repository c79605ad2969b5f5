import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { makePairingCode } from '../../../../../server/endpoint/access/pairing-codes';
import { startTestEndpoint, type TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import { FastRequests, type FastAnswer } from '../../../../support/fast-requests';

/** Codes a guesser tries; fewer on a server, which takes longer to start than to refuse. */
const GUESS_COUNTS = { PGlite: 10_000, PostgreSQL: 1000 };
/** Requests that are on their way at the same time. */
const PARALLEL_COUNT = 20;

interface Tally {
  readonly statuses: ReadonlyMap<number, number>;
  readonly retryAfterS: readonly number[];
}

/** Asks `count` times, some at once, and counts what is answered. */
async function tally(
  endpoint: TestEndpoint,
  count: number,
  ask: (requests: FastRequests, index: number) => Promise<FastAnswer>,
): Promise<Tally> {
  const requests = new FastRequests(endpoint.port, PARALLEL_COUNT);
  const statuses = new Map<number, number>();
  const retryAfterS: number[] = [];
  let next = 0;
  const askOn = async () => {
    while (next < count) {
      next += 1;
      const { status, headers } = await ask(requests, next);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 429) retryAfterS.push(Number(headers['retry-after']));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_COUNT }, askOn));
  requests.close();
  return { statuses, retryAfterS };
}

function guess(requests: FastRequests, code: string, from?: string): Promise<FastAnswer> {
  return requests.ask({
    method: 'POST',
    path: '/api/pair',
    headers: {
      'Content-Type': 'application/json',
      ...(from === undefined ? {} : { 'X-Forwarded-For': from }),
    },
    body: JSON.stringify({ code, deviceName: 'A guesser' }),
  });
}

function codeNumber(index: number): string {
  return String(index).padStart(10, '0');
}

function listDevices(requests: FastRequests, token: string): Promise<FastAnswer> {
  return requests.ask({
    method: 'GET',
    path: '/api/devices',
    headers: { Authorization: `Bearer ${token}` },
  });
}

onEachDatabase('limits', (kind) => {
  const guessCount = GUESS_COUNTS[kind.name];
  it(`stop one address that tries ${guessCount} codes after ten of them`, async () => {
    const endpoint = await kind.startEndpoint();
    onTestFinished(() => endpoint.stop());
    const { statuses, retryAfterS } = await tally(endpoint, guessCount, (requests, index) =>
      guess(requests, codeNumber(index)),
    );
    const triedCount = statuses.get(401) ?? 0;
    expect(triedCount).toBeGreaterThanOrEqual(10);
    // Those that were on their way together were let through together.
    expect(triedCount).toBeLessThan(10 + PARALLEL_COUNT);
    expect([...statuses.keys()].sort()).toEqual([401, 429]);
    expect(Math.min(...retryAfterS)).toBeGreaterThan(0);
    expect(Math.max(...retryAfterS)).toBeLessThanOrEqual(600);
    // Who is shut out learns nothing, not even with the right code.
    const { database, now } = endpoint.endpoint;
    const { code } = await makePairingCode(database, ['read'], now());
    const json = { code, deviceName: 'A guesser' };
    expect((await endpoint.ask('POST', '/api/pair', { json })).status).toBe(429);
  });

  it('stop many addresses together after a hundred bad codes', async () => {
    const endpoint = await kind.startEndpoint({
      config: { trustedProxies: ['127.0.0.1'] },
    });
    onTestFinished(() => endpoint.stop());
    const { statuses } = await tally(endpoint, 400, (requests, index) =>
      guess(requests, codeNumber(index), `10.0.${Math.floor(index / 250)}.${index % 250}`),
    );
    const triedCount = statuses.get(401) ?? 0;
    expect(triedCount).toBeGreaterThanOrEqual(100);
    expect(triedCount).toBeLessThan(100 + PARALLEL_COUNT);
    expect(statuses.get(429)).toBe(400 - triedCount);
  });

  it('believe nobody about addresses who is not a trusted proxy', async () => {
    const endpoint = await kind.startEndpoint();
    onTestFinished(() => endpoint.stop());
    const { statuses } = await tally(endpoint, 100, (requests, index) =>
      guess(requests, codeNumber(index), `10.0.0.${index}`),
    );
    expect(statuses.get(401) ?? 0).toBeLessThan(10 + PARALLEL_COUNT);
    expect(statuses.get(429) ?? 0).toBeGreaterThan(50);
  });

  describe('of requests', () => {
    let endpoint: TestEndpoint;
    beforeAll(async () => {
      endpoint = await kind.startEndpoint({
        config: { requestsPerMinute: { device: 30, address: 15 } },
      });
    });
    afterAll(() => endpoint.stop());

    it('hold for each device by itself', async () => {
      const busy = await endpoint.pair(['read']);
      const calm = await endpoint.pair(['read']);
      const { statuses, retryAfterS } = await tally(endpoint, 100, (requests) =>
        listDevices(requests, busy.token),
      );
      expect(Object.fromEntries(statuses)).toEqual({ 200: 30, 429: 70 });
      expect(Math.min(...retryAfterS)).toBeGreaterThan(0);
      expect(Math.max(...retryAfterS)).toBeLessThanOrEqual(60);
      const other = await endpoint.ask('GET', '/api/devices', { token: calm.token });
      expect(other.status).toBe(200);
    });

    it('hold for an address whose tokens are not known', async () => {
      const { statuses } = await tally(endpoint, 100, (requests, index) =>
        listDevices(requests, String(index).padStart(43, 'x')),
      );
      expect(Object.fromEntries(statuses)).toEqual({ 401: 15, 429: 85 });
    });
  });

  it('let nobody ask the database more than once with a token that is not known', async () => {
    const endpoint = await kind.startEndpoint();
    onTestFinished(() => endpoint.stop());
    const { database } = endpoint.endpoint;
    const asked: string[] = [];
    const query = database.query.bind(database);
    database.query = (sql, parameters) => {
      // Not those that count requests.
      if (sql.includes('token_hash') || sql.includes('secret_hash')) asked.push(sql);
      return query(sql, parameters);
    };
    const answer = await endpoint.ask('GET', '/api/devices', { token: 'x'.repeat(43) });
    expect(answer.status).toBe(401);
    expect(asked).toHaveLength(1);
  });

  if (kind.name !== 'PostgreSQL') return;

  it('hold for all processes on one server together', async () => {
    const shared = await kind.createUrl();
    const config = { requestsPerMinute: { device: 30, address: 1000 } };
    const one = await startTestEndpoint({ databaseUrl: shared, config });
    const endpoints = [one, await startTestEndpoint({ beside: one, config })] as const;
    onTestFinished(async () => {
      for (const endpoint of endpoints) await endpoint.stop();
    });
    const { token } = await endpoints[0].pair(['read']);
    const tallies = await Promise.all(
      endpoints.map((endpoint) => tally(endpoint, 50, (requests) => listDevices(requests, token))),
    );
    const answeredCount = (status: number) =>
      tallies.reduce((sum, { statuses }) => sum + (statuses.get(status) ?? 0), 0);
    expect([answeredCount(200), answeredCount(429)]).toEqual([30, 70]);
  });
});
