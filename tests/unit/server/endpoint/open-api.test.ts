import fc from 'fast-check';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../../server/endpoint/app';
import { startTestEndpoint, type TestEndpoint } from '../../../support/endpoint';
import { FastRequests } from '../../../support/fast-requests';
import { fuzzedRequest } from '../../../support/fuzz-requests';
import { readOperations, type Operation } from '../../../support/open-api-document';

const REQUEST_COUNT = 10_000;
const SEED = 20_261_123;
const CONNECTION_COUNT = 16;

/** Of the framework, the limits of every route, and the protocol itself; the description need not repeat them. */
const EVERYWHERE: ReadonlySet<number> = new Set([400, 401, 404, 405, 413, 429, 431]);

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

describe('the description of the interface', () => {
  let endpoint: TestEndpoint;
  let operations: readonly Operation[];
  beforeAll(async () => {
    endpoint = await startTestEndpoint({ config: { logLevel: 'error' } });
    const answer = await endpoint.ask('GET', '/api/openapi.json');
    operations = readOperations(await answer.json());
  });
  afterAll(() => endpoint.stop());

  it('has every route, and every route in it is there', () => {
    const app = createApp({ ...endpoint.endpoint, metrics: new Registry() });
    const mounted = app.routes
      .filter(({ method, path }) => !['ALL', 'OPTIONS'].includes(method) && !path.endsWith('*'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual([...new Set(mounted)].sort());
  });

  it(`holds for ${REQUEST_COUNT} requests made of it: none breaks the endpoint`, async () => {
    // Many, since what is removed once is gone for good.
    const ids = Array.from({ length: 60 }, (_, index) => `session-${index}`);
    // The third is there to be revoked; its token is not used.
    const [all, reader, sacrificed] = [
      await endpoint.pair(['upload', 'read', 'publish', 'admin']),
      await endpoint.pair(['read']),
      await endpoint.pair(['upload', 'publish', 'read']),
    ];
    const requests = fc.sample(
      fuzzedRequest(operations, {
        ids: [...ids, sacrificed.deviceId],
        tokens: [...new Array<string>(8).fill(all.token), reader.token, 'x'.repeat(43)],
      }),
      { numRuns: REQUEST_COUNT, seed: SEED },
    );
    const client = new FastRequests(endpoint.port, CONNECTION_COUNT);
    const seen = new Map<string, Map<number, number>>();
    const broken: string[] = [];
    let next = 0;
    const askOn = async () => {
      for (let request = requests[next]; request !== undefined; request = requests[next]) {
        next += 1;
        const { operation, question } = request;
        const { status, body } = await client.ask(question);
        const name = `${operation.method} ${operation.path}`;
        const statuses = seen.get(name) ?? new Map<number, number>();
        seen.set(name, statuses.set(status, (statuses.get(status) ?? 0) + 1));
        const isAsDescribed =
          question.method !== operation.method || operation.statuses.includes(status);
        // 507: the quota is used up, which is a refusal although its number begins with a five.
        const isFault = status >= 500 && status !== 507;
        if (isFault || !(isAsDescribed || EVERYWHERE.has(status))) {
          broken.push(
            `${status} ${JSON.stringify(question).slice(0, 600)} ${body.toString().slice(0, 200)}`,
          );
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTION_COUNT }, askOn));
    client.close();
    expect(broken.slice(0, 20)).toEqual([]);
    expect(seen.size).toBe(operations.length);
    // Requests that were all refused at the door would prove nothing.
    const working = [...seen.values()].filter((statuses) => [...statuses.keys()].some(isGood));
    expect(working.length).toBeGreaterThan(operations.length / 2);
  }, 240_000);
});
