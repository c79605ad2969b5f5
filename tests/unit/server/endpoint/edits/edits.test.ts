import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendedEditsSchema, editsPageSchema } from '../../../../../src/core/sync-api/edits';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';

function entry(number: number, text = `entry ${number}`) {
  return { number, data: Buffer.from(text).toString('base64') };
}
function entries(first: number, last: number) {
  return Array.from({ length: last - first + 1 }, (_, index) => entry(first + index));
}

onEachDatabase('the log of edits', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint({
      config: { quotaBytesPerDevice: 100_000 },
    });
  });
  afterAll(() => endpoint.stop());

  async function append(token: string, ...added: ReturnType<typeof entry>[]): Promise<number> {
    const json = { entries: added };
    const answer = await endpoint.ask('POST', '/api/edits', { token, json });
    if (!answer.ok) return -answer.status;
    return v.parse(appendedEditsSchema, await answer.json()).lastNumber;
  }
  async function readAll(token: string) {
    const all: v.InferOutput<typeof editsPageSchema>['entries'] = [];
    for (;;) {
      const path = `/api/edits?after=${all.at(-1)?.position ?? 0}`;
      const answer = await endpoint.ask('GET', path, { token });
      const page = v.parse(editsPageSchema, await answer.json());
      all.push(...page.entries);
      if (page.isLast) return all;
    }
  }

  it('grows without a hole, and takes the same again', async () => {
    const { token } = await endpoint.pair(['upload']);
    expect(await append(token, entry(2))).toBe(-409);
    expect(await append(token, entry(1), entry(2))).toBe(2);
    expect(await append(token, entry(1), entry(2))).toBe(2);
    expect(await append(token, entry(2), entry(3))).toBe(3);
    expect(await append(token, entry(4), entry(6))).toBe(-409);
    expect(await append(token, entry(4), entry(4))).toBe(-409);
    expect(await append(token, entry(5))).toBe(-409);
    expect(await append(token, entry(2, 'another'))).toBe(-409);
    expect(await append(token, entry(3, 'another'), entry(4))).toBe(-409);
    expect(await append(token, entry(4))).toBe(4);
  });

  it('is read by all, in one order, page after page', async () => {
    const devices = await Promise.all([1, 2, 3].map(() => endpoint.pair(['upload', 'read'])));
    await Promise.all(
      devices.map(async ({ token }) => {
        for (const first of [1, 31, 61]) await append(token, ...entries(first, first + 29));
      }),
    );
    const { token } = await endpoint.pair(['read']);
    const all = await readAll(token);
    const positions = all.map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => (positions[0] ?? 0) + index));
    for (const { deviceId } of devices) {
      const own = all.filter((one) => one.deviceId === deviceId);
      expect(own.map(({ number, data }) => ({ number, data }))).toEqual(entries(1, 90));
    }
  });

  it('counts towards what its device takes up', async () => {
    const { token } = await endpoint.pair(['upload']);
    expect(await append(token, entry(1, 'x'.repeat(60_000)))).toBe(1);
    expect(await append(token, entry(2, 'x'.repeat(60_000)))).toBe(-507);
    expect(await append(token, entry(2, 'x'.repeat(20_000)))).toBe(2);
  });

  it('refuses what is no entry', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    expect(await append(token)).toBe(-400);
    expect(await append(token, entry(0))).toBe(-400);
    expect(await append(token, entry(1.5))).toBe(-400);
    expect(await append(token, entry(1, 'x'.repeat(64 * 1024 + 3)))).toBe(-400);
    expect(await append(token, ...entries(1, 101))).toBe(-400);
    const bad = await endpoint.ask('GET', '/api/edits?after=x', { token });
    expect(bad.status).toBe(400);
    const reader = await endpoint.pair(['read']);
    expect(await append(reader.token, entry(1))).toBe(-403);
  });
});
