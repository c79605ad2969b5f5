import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import * as v from 'valibot';
import { usedBytes } from '../../../../../server/endpoint/catalogue/quota';
import { migrate, type ScriptQueries } from '../../../../../server/endpoint/database/migrate';
import { MIGRATIONS } from '../../../../../server/endpoint/database/migrations/all-migrations';
import { appendEvents } from '../../../../../server/endpoint/live/live-store';
import { sweepSightings } from '../../../../../server/endpoint/sightings/sighting-store';
import { devicesSchema } from '../../../../../src/core/sync-api/access';
import { problemSchema } from '../../../../../src/core/sync-api/fields';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  announceSession,
  makeTestSession,
  sentSession,
  sessionPath,
} from '../../../../support/endpoint-sessions';

const QUOTA_BYTES = 1_000_000;

/** Of one session; 16 values. */
function sightings(count: number, first = 1, session = 'session-at-the-gate') {
  return Array.from({ length: count }, (_, index) => ({
    id: `sighting-${first + index}`,
    sessionId: session,
    camera: 'Gate',
    startUnixMs: 1_800_000_000_000,
    endUnixMs: 1_800_000_001_000,
    vehicleClass: 'car',
    vehicleNumber: 1,
    descriptor: { space: 'space', values: Array.from({ length: 16 }, () => 0.25) },
  }));
}

onEachDatabase('what a device takes up', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint({ config: { quotaBytesPerDevice: QUOTA_BYTES } });
  });
  afterAll(() => endpoint.stop());

  const publish = (token: string, list: readonly object[]) =>
    endpoint.ask('POST', '/api/sightings', { token, json: { sightings: list } });
  const takeBack = (token: string, session: string) =>
    endpoint.ask('DELETE', `/api/sightings?session=${session}`, { token });

  async function toldBytes(token: string): Promise<number | undefined> {
    const answer = await endpoint.ask('GET', '/api/devices', { token });
    return v.parse(devicesSchema, await answer.json()).devices[0]?.usedBytes;
  }

  async function codeOf(answer: Response): Promise<[number, string]> {
    return [answer.status, v.parse(problemSchema, await answer.json()).code];
  }

  it('has published sightings in it, which are refused beyond the quota until some are taken back', async () => {
    const { token } = await endpoint.pair(['publish']);
    expect((await publish(token, sightings(200))).status).toBe(200);
    expect(await toldBytes(token)).toBe(200 * (760 + 4 * 16));
    let published = 200;
    while ((await publish(token, sightings(200, published + 1, 'session-later'))).status === 200) {
      published += 200;
      expect(published).toBeLessThan(2000);
    }
    expect(published).toBeGreaterThan(800);
    expect(await codeOf(await publish(token, sightings(1, 9000)))).toEqual([507, 'QUOTA_EXCEEDED']);
    expect((await takeBack(token, 'session-at-the-gate')).status).toBe(200);
    expect((await publish(token, sightings(1, 9000))).status).toBe(200);
  });

  it('has every piece that was announced in it, however small', async () => {
    const { token } = await endpoint.pair(['upload']);
    const many = makeTestSession(Array.from({ length: 5000 }, () => 1));
    expect(await codeOf(await announceSession(endpoint, token, many))).toEqual([
      507,
      'QUOTA_EXCEEDED',
    ]);
    const few = makeTestSession([1, 1]);
    expect((await announceSession(endpoint, token, few)).status).toBe(200);
    expect(await toldBytes(token)).toBe(2 + 300 + 2 * 200);
  });

  it('is what is there, whatever came, was replaced and went', async () => {
    const { token, deviceId } = await endpoint.pair(['upload', 'publish']);
    const { database } = endpoint.endpoint;
    const session = await sentSession(endpoint, token, 10, 20);
    await sentSession(endpoint, token, 30);
    await endpoint.ask('POST', '/api/edits', {
      token,
      json: { entries: [{ number: 1, data: Buffer.alloc(90).toString('base64') }] },
    });
    await publish(token, sightings(5));
    // Replaced by others, without descriptors.
    await publish(
      token,
      sightings(3).map((one) => ({ ...one, descriptor: null })),
    );
    const rest = 30 + 300 + 200 + 90;
    const published = 5 * 760 + 2 * 64;
    expect(await usedBytes(database, deviceId)).toBe(30 + 300 + 400 + rest + published);
    expect((await endpoint.ask('DELETE', sessionPath(session), { token })).status).toBe(200);
    expect(await usedBytes(database, deviceId)).toBe(rest + published);
    await sweepSightings(database, Number.MAX_SAFE_INTEGER);
    expect(await usedBytes(database, deviceId)).toBe(rest);
  });

  const EVENT = { type: 'state', timeUnixMs: 1, state: 'running' } as const;

  it('has a hundred live cameras at most; those that are there go on', async () => {
    const { token, deviceId } = await endpoint.pair(['publish']);
    const publishLive = (camera: string) =>
      endpoint.ask('POST', `/api/live/${camera}/events`, {
        token,
        json: { label: 'Gate', events: [EVENT] },
      });
    const { database } = endpoint.endpoint;
    for (let number = 1; number <= 100; number += 1) {
      const camera = { cameraId: `${deviceId}-${number}`, deviceId, label: 'Gate' };
      await appendEvents(database, camera, [EVENT], Date.now());
    }
    expect(await codeOf(await publishLive(`${deviceId}-101`))).toEqual([507, 'QUOTA_EXCEEDED']);
    expect((await publishLive(`${deviceId}-100`)).status).toBe(200);
  });

  it('keeps the last 20,000 live events of a camera', async () => {
    const { deviceId } = await endpoint.pair(['publish']);
    const { database } = endpoint.endpoint;
    const camera = { cameraId: `${deviceId}-busy`, deviceId, label: 'Gate' };
    const many = Array.from({ length: 20_000 }, () => EVENT);
    await appendEvents(database, camera, many, Date.now());
    const last = await appendEvents(database, camera, [EVENT, EVENT, EVENT], Date.now());
    const [kept] = await database.query(
      'SELECT count(*) AS count, max(sequence) AS last FROM live_events WHERE camera_id = $1',
      [camera.cameraId],
    );
    expect(kept).toEqual({ count: 20_000, last });
  });
});

it('is counted when a database of before comes', async () => {
  const lite = await PGlite.create();
  onTestFinished(() => lite.close());
  const queries: ScriptQueries = {
    query: async <Row extends object>(sql: string, parameters?: readonly unknown[]) =>
      (await lite.query<Row>(sql, [...(parameters ?? [])])).rows,
    async script(sql) {
      await lite.exec(sql);
    },
  };
  await migrate(queries, MIGRATIONS.slice(0, 3));
  await lite.exec(`
    INSERT INTO devices SELECT name, name, name::bytea, '{}', 0, 0 FROM unnest('{one,two,three}'::text[]) AS name;
    INSERT INTO sessions VALUES ('session', 'one', 'envelope', '2026-11-22', '2026-11-22', 50, '', 'pending', 0);
    INSERT INTO pieces SELECT 'session', place, 25, 'absent' FROM generate_series(0, 1) AS place;
    INSERT INTO edits VALUES (1, 'one', 1, 'data');
    INSERT INTO published_sightings VALUES ('two', 'sighting', 'session', 'Gate', 0, 0, 'car', 1, 'space', '{1,0}', 0);`);
  await migrate(queries);
  const used = await Promise.all(['one', 'two', 'three'].map((id) => usedBytes(queries, id)));
  expect(used).toEqual([50 + 8 + 400 + 4, 760 + 8, 0]);
});
