import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { LiveHub } from '../../../../../server/endpoint/live/live-hub';
import { sweepLive } from '../../../../../server/endpoint/live/live-store';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import { readLive, type LiveReader } from '../../../../support/live-reader';

let cameraCount = 0;
/** A camera of the test's own. */
const newCamera = () => `camera-${(cameraCount += 1)}-at-the-gate`;

async function open(...parameters: Parameters<typeof readLive>): Promise<LiveReader> {
  const reader = await readLive(...parameters);
  onTestFinished(() => reader.close());
  return reader;
}

const sighting = (vehicleNumber: number) => ({
  type: 'sighting',
  timeUnixMs: 1_800_000_000_000 + vehicleNumber,
  sightingId: `sighting-${vehicleNumber}`,
  vehicleNumber,
  vehicleClass: 'car',
  startUnixMs: 1_800_000_000_000,
  similarity: null,
});

/** Publishes sightings of these vehicles; answers the number of the last. */
async function publish(
  endpoint: TestEndpoint,
  token: string,
  camera: string,
  vehicleNumbers: readonly number[],
): Promise<number> {
  const response = await endpoint.ask('POST', `/api/live/${camera}/events`, {
    token,
    json: { label: 'Gate', events: vehicleNumbers.map(sighting) },
  });
  expect(response.status).toBe(200);
  const { sequence } = (await response.json()) as { sequence: number };
  return sequence;
}

const upTo = (count: number, first = 1) => Array.from({ length: count }, (_, i) => first + i);

/** The vehicles of sightings, in the order they came. */
const vehiclesOf = (events: readonly { readonly data: string }[]) =>
  events.map(({ data }) => (JSON.parse(data) as { vehicleNumber: number }).vehicleNumber);

const idsOf = (events: readonly { readonly id: string }[]) => events.map(({ id }) => Number(id));

onEachDatabase('live results', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
  });
  afterAll(() => endpoint.stop());

  it('reach all who read, in order, numbered without a hole', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read']);
    const first = await publish(endpoint, token, camera, [1]);
    const readers = await Promise.all([1, 2, 3].map(() => open(endpoint.url, camera, token)));
    await publish(endpoint, token, camera, [2, 3]);
    await publish(endpoint, token, camera, [4]);
    for (const reader of readers) {
      const events = await reader.take(4);
      expect(vehiclesOf(events)).toEqual([1, 2, 3, 4]);
      expect(idsOf(events)).toEqual(upTo(4, first));
      expect(events[0]).toEqual({
        type: 'sighting',
        id: String(first),
        data: JSON.stringify(sighting(1)),
      });
    }
  });

  it('are numbered without a hole when several publish at once', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read']);
    const first = await publish(endpoint, token, camera, [1]);
    const reader = await open(endpoint.url, camera, token);
    await Promise.all(
      upTo(40).map((round) => publish(endpoint, token, camera, upTo(5, 1000 * (round + 1)))),
    );
    const events = await reader.take(201);
    expect(idsOf(events)).toEqual(upTo(201, first));
    const vehicles = vehiclesOf(events.slice(1));
    expect(new Set(vehicles).size).toBe(200);
    // What came in one request stays together.
    for (let i = 0; i < 200; i += 5) expect(vehicles.slice(i, i + 5)).toEqual(upTo(5, vehicles[i]));
  });

  it('go on where a reader was cut off', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read']);
    await publish(endpoint, token, camera, [1]);
    const before = await open(endpoint.url, camera, token);
    await publish(endpoint, token, camera, [2, 3]);
    const last = (await before.take(2)).at(-1)!;
    before.close();
    await publish(endpoint, token, camera, upTo(700, 4).slice(0, 100));
    for (const start of upTo(6).map((batch) => 4 + batch * 100))
      await publish(endpoint, token, camera, upTo(100, start));
    const after = await open(endpoint.url, camera, token, last.id);
    await publish(endpoint, token, camera, [704]);
    const events = await after.take(702);
    expect(idsOf(events)).toEqual(upTo(702, Number(last.id) + 1));
    expect(vehiclesOf(events)).toEqual(upTo(702, 3));
  });

  it('begin with the last hundred for those who have none', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read']);
    await publish(endpoint, token, camera, upTo(100));
    await publish(endpoint, token, camera, upTo(50, 101));
    const reader = await open(endpoint.url, camera, token);
    expect(vehiclesOf(await reader.take(100))).toEqual(upTo(100, 51));
  });

  it('say what was missed to those who come back after it was removed', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read']);
    const first = await publish(endpoint, token, camera, [1]);
    await publish(endpoint, token, camera, [2, 3]);
    endpoint.advanceMs(6 * 60_000);
    await publish(endpoint, token, camera, [4, 5]);
    const { database, now } = endpoint.endpoint;
    await sweepLive(database, now(), 5);

    const late = await open(endpoint.url, camera, token, String(first));
    const [missed, ...rest] = await late.take(3);
    expect(missed).toEqual({
      type: 'missed',
      id: String(first + 2),
      data: JSON.stringify({ afterSequence: first, nextSequence: first + 3 }),
    });
    expect(vehiclesOf(rest)).toEqual([4, 5]);

    const inTime = await open(endpoint.url, camera, token, String(first + 2));
    expect(vehiclesOf(await inTime.take(2))).toEqual([4, 5]);
    const fresh = await open(endpoint.url, camera, token);
    expect(vehiclesOf(await fresh.take(2))).toEqual([4, 5]);

    endpoint.advanceMs(6 * 60_000);
    await sweepLive(database, now(), 5);
    const afterAll = await open(endpoint.url, camera, token, String(first));
    expect((await afterAll.take(1))[0]).toMatchObject({ type: 'missed', id: String(first + 4) });
    await publish(endpoint, token, camera, [6]);
    expect(vehiclesOf(await afterAll.take(1))).toEqual([6]);
    expect(vehiclesOf(await inTime.take(1))).toEqual([6]);
  });

  it('of a camera that was forgotten and came back are told as missed', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read']);
    const before = await publish(endpoint, token, camera, [1]);
    endpoint.advanceMs(8 * 24 * 3_600_000);
    await sweepLive(endpoint.endpoint.database, endpoint.endpoint.now(), 5);
    expect((await endpoint.ask('GET', `/api/live/${camera}/events`, { token })).status).toBe(404);
    const after = await publish(endpoint, token, camera, [2]);
    const reader = await open(endpoint.url, camera, token, String(before));
    const [missed, event] = await reader.take(2);
    expect(missed?.type).toBe('missed');
    expect(Number(event?.id)).toBe(after);
  });

  it('end at once for a device that is revoked, and go on for others', async () => {
    const camera = newCamera();
    const admin = await endpoint.pair(['admin']);
    const publisher = await endpoint.pair(['publish', 'read']);
    const revoked = await endpoint.pair(['read']);
    await publish(endpoint, publisher.token, camera, [1]);
    const ending = await open(endpoint.url, camera, revoked.token);
    const staying = await open(endpoint.url, camera, publisher.token);
    const answer = await endpoint.ask('DELETE', `/api/devices/${revoked.deviceId}`, {
      token: admin.token,
    });
    expect(answer.ok).toBe(true);
    await ending.ended;
    await publish(endpoint, publisher.token, camera, [2]);
    expect(vehiclesOf(await staying.take(2))).toEqual([1, 2]);
    expect(
      (await endpoint.ask('GET', `/api/live/${camera}/events`, { token: revoked.token })).status,
    ).toBe(401);
  });

  it('end when the endpoint stops', async () => {
    const camera = newCamera();
    const stopped = await kind.startEndpoint();
    const { token } = await stopped.pair(['publish', 'read']);
    await publish(stopped, token, camera, [1]);
    const reader = await open(stopped.url, camera, token);
    await reader.take(1);
    await stopped.stop();
    await reader.ended;
  });

  it('of a camera come from one device, until that is revoked', async () => {
    const camera = newCamera();
    const admin = await endpoint.pair(['admin']);
    const owner = await endpoint.pair(['publish']);
    const other = await endpoint.pair(['publish']);
    await publish(endpoint, owner.token, camera, [1]);
    const json = { label: 'Mine now', events: [sighting(2)] };
    const refused = await endpoint.ask('POST', `/api/live/${camera}/events`, {
      token: other.token,
      json,
    });
    expect(refused.status).toBe(403);
    await endpoint.ask('DELETE', `/api/devices/${owner.deviceId}`, { token: admin.token });
    await publish(endpoint, other.token, camera, [2]);
  });

  it('are listed by camera, with who publishes them', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read'], 'Gatehouse');
    await publish(endpoint, token, camera, [1]);
    const { cameras } = (await (await endpoint.ask('GET', '/api/live', { token })).json()) as {
      cameras: object[];
    };
    expect(cameras).toContainEqual(
      expect.objectContaining({ id: camera, label: 'Gate', deviceName: 'Gatehouse' }),
    );
  });

  it('cost one read for all readers of a process', async () => {
    const camera = newCamera();
    const { token } = await endpoint.pair(['publish', 'read']);
    await publish(endpoint, token, camera, [1]);
    const readers = await Promise.all(upTo(20).map(() => open(endpoint.url, camera, token)));
    await Promise.all(readers.map((reader) => reader.take(1)));
    const { database } = endpoint.endpoint;
    let readCount = 0;
    const query = database.query.bind(database);
    database.query = (sql, parameters) => {
      if (sql.startsWith('SELECT sequence')) readCount += 1;
      return query(sql, parameters);
    };
    await publish(endpoint, token, camera, [2]);
    await Promise.all(readers.map((reader) => reader.take(1)));
    database.query = query;
    expect(readCount).toBe(1);
  });

  it('end for a reader who does not keep up, who gets the rest by resuming', async () => {
    const camera = newCamera();
    const { token, deviceId } = await endpoint.pair(['publish', 'read']);
    const first = await publish(endpoint, token, camera, [1]);
    const hub = new LiveHub({ ...endpoint.endpoint, metrics: new Registry() });
    const stream = await hub.open(camera, deviceId, first);
    // Nobody reads it: 256 KiB are some 1500 sightings.
    for (const batch of upTo(25)) await publish(endpoint, token, camera, upTo(100, batch * 100));
    const received = await new Response(stream).text();
    const last = Number(/id: (\d+)\n(?!.*id: )/s.exec(received)?.[1]);
    expect(received.length).toBeLessThanOrEqual(256 * 1024);
    expect(last).toBeLessThan(first + 2500);
    const resumed = await open(endpoint.url, camera, token, String(last));
    expect(idsOf(await resumed.take(first + 2500 - last))).toEqual(
      upTo(first + 2500 - last, last + 1),
    );
  });

  it('are read by five hundred streams of one device at most, and the others are told when to come again', async () => {
    const camera = newCamera();
    const { token, deviceId } = await endpoint.pair(['publish', 'read']);
    await publish(endpoint, token, camera, [1]);
    const hub = new LiveHub({ ...endpoint.endpoint, metrics: new Registry() });
    const openOne = (readerId = deviceId) => hub.open(camera, readerId, null);
    const results = await Promise.allSettled(upTo(502).map(() => openOne()));
    const streams = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(streams).toHaveLength(500);
    const refused = results.flatMap((one): unknown[] =>
      one.status === 'rejected' ? [one.reason] : [],
    );
    for (const reason of refused) {
      expect(reason).toMatchObject({ code: 'RATE_LIMITED', retryAfterS: 60 });
    }
    const other = await endpoint.pair(['read']);
    streams.push(await openOne(other.deviceId));
    await streams.shift()?.cancel();
    streams.push(await openOne());
    await expect(openOne()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await Promise.all(streams.map((stream) => stream.cancel()));
    await (await openOne()).cancel();
  });
});
