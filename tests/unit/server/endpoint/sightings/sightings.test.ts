import { afterAll, beforeAll, expect, it } from 'vitest';
import { searchSightings } from '../../../../../server/endpoint/sightings/search';
import { sweepSightings } from '../../../../../server/endpoint/sightings/sighting-store';
import type {
  FoundSighting,
  PublishedSighting,
  SightingSearch,
} from '../../../../../src/core/sync-api/sightings';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';

/** The same numbers in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = randomNumbers(5);

function unitVector(length: number): number[] {
  const vector = Array.from({ length }, () => random() - 0.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/** Eight values with a given cosine to the first axis. */
const towards = (cosine: number) => [cosine, Math.sqrt(1 - cosine ** 2), 0, 0, 0, 0, 0, 0];

let sightingCount = 0;
function sighting(changes: Partial<PublishedSighting> = {}): PublishedSighting {
  sightingCount += 1;
  return {
    id: `sighting-${sightingCount}`,
    sessionId: 'session-1',
    camera: 'Gate',
    startUnixMs: 1_800_000_000_000 + sightingCount * 1000,
    endUnixMs: 1_800_000_005_000 + sightingCount * 1000,
    vehicleClass: 'car',
    vehicleNumber: 1,
    descriptor: null,
    ...changes,
  };
}

const ofSpace = (space: string, values: number[], changes: Partial<PublishedSighting> = {}) =>
  sighting({ descriptor: { space, values }, ...changes });

const searchFor = (changes: Partial<SightingSearch>): SightingSearch => ({
  descriptor: { space: 'unknown', values: towards(1) },
  fromUnixMs: null,
  toUnixMs: null,
  camera: null,
  count: 100,
  ...changes,
});

onEachDatabase('published sightings', (kind) => {
  let endpoint: TestEndpoint;
  /** Publishes and reads. */
  let token = '';
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
    ({ token } = await endpoint.pair(['publish', 'read'], 'Gatehouse'));
  });
  afterAll(() => endpoint.stop());

  const publish = (sightings: readonly object[], as = token) =>
    endpoint.ask('POST', '/api/sightings', { token: as, json: { sightings } });

  async function list(query: string): Promise<{
    sightings: { sighting: PublishedSighting; deviceName: string }[];
    cursor: string | null;
  }> {
    const response = await endpoint.ask('GET', `/api/sightings?${query}`, { token });
    expect(response.status).toBe(200);
    return (await response.json()) as Awaited<ReturnType<typeof list>>;
  }

  async function search(changes: Partial<SightingSearch>): Promise<FoundSighting[]> {
    const json = searchFor(changes);
    const response = await endpoint.ask('POST', '/api/sightings/search', { token, json });
    expect(response.status).toBe(200);
    return ((await response.json()) as { found: FoundSighting[] }).found;
  }

  const idsOf = (found: readonly { readonly sighting: PublishedSighting }[]) =>
    found.map((one) => one.sighting.id);

  it('come back as they were sent, with the name of the device', async () => {
    const camera = 'As sent';
    const sent = ofSpace('spaces/as-sent', unitVector(256), { camera });
    const answer = await publish([sent]);
    expect(await answer.json()).toEqual({ storedCount: 1 });
    const { sightings, cursor } = await list(`camera=${encodeURIComponent(camera)}`);
    expect(cursor).toBeNull();
    const [{ sighting: { descriptor, ...rest }, deviceName } = sightings[0]!] = sightings;
    expect(deviceName).toBe('Gatehouse');
    expect({ ...rest, descriptor: null }).toEqual({ ...sent, descriptor: null });
    expect(descriptor!.space).toBe('spaces/as-sent');
    expect(Float32Array.from(descriptor!.values)).toEqual(
      Float32Array.from(sent.descriptor!.values),
    );
  });

  it('replace what the same device sent under the same id, and no other device’s', async () => {
    const other = await endpoint.pair(['publish'], 'Roof');
    const camera = 'Replaced';
    const first = sighting({ camera });
    await publish([first]);
    await publish([{ ...first, vehicleNumber: 7 }], other.token);
    const answer = await publish([
      { ...first, vehicleNumber: 2 },
      { ...first, vehicleNumber: 3 },
    ]);
    expect(await answer.json()).toEqual({ storedCount: 1 });
    const { sightings } = await list(`camera=${camera}`);
    expect(sightings.map((one) => [one.deviceName, one.sighting.vehicleNumber]).sort()).toEqual([
      ['Gatehouse', 3],
      ['Roof', 7],
    ]);
  });

  it('of a session are taken back by who published them, and by nobody else', async () => {
    const other = await endpoint.pair(['publish']);
    const camera = 'Taken back';
    const mine = sighting({ camera, sessionId: 'session-a' });
    await publish([mine, sighting({ camera, sessionId: 'session-b' })]);
    await publish([sighting({ camera, sessionId: 'session-a' })], other.token);
    const remove = await endpoint.ask('DELETE', '/api/sightings?session=session-a', { token });
    expect(await remove.json()).toEqual({ removedCount: 1 });
    const left = (await list(`camera=${encodeURIComponent(camera)}`)).sightings;
    expect(left.map((one) => one.sighting.sessionId).sort()).toEqual(['session-a', 'session-b']);
    expect(idsOf(left)).not.toContain(mine.id);
  });

  it('are listed newest first, page by page, by time and camera', async () => {
    const camera = 'Listed';
    const all = Array.from({ length: 230 }, (_, i) =>
      // Some begin at the same moment.
      sighting({ camera, startUnixMs: 1_700_000_000_000 + Math.floor(i / 3) * 1000 }),
    );
    await publish(all);
    const seen: PublishedSighting[] = [];
    let cursor: string | null = '';
    let pageCount = 0;
    while (cursor !== null) {
      const page = await list(`camera=${camera}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.sightings.map((one) => one.sighting));
      cursor = page.cursor;
      pageCount += 1;
    }
    expect(pageCount).toBe(3);
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(all.map(({ id }) => id)));
    expect(seen).toHaveLength(230);
    const times = seen.map(({ startUnixMs }) => startUnixMs);
    expect(times).toEqual([...times].sort((a, b) => b - a));

    const some = await list(`camera=${camera}&from=1700000010000&to=1700000011000`);
    expect(some.sightings.map((one) => one.sighting.startUnixMs)).toEqual([
      ...Array<number>(3).fill(1_700_000_011_000),
      ...Array<number>(3).fill(1_700_000_010_000),
    ]);
    expect((await list('camera=Nowhere')).sightings).toEqual([]);
  });

  it('of all devices are found, most similar first', async () => {
    const other = await endpoint.pair(['publish'], 'Harbour');
    const space = 'spaces/search';
    const [near, far, opposite] = [0.9, 0.2, -1].map((cosine) => ofSpace(space, towards(cosine)));
    await publish([far!, opposite!]);
    await publish([near!], other.token);
    await publish([ofSpace('spaces/another', towards(1)), sighting()]);
    const found = await search({ descriptor: { space, values: towards(1) } });
    expect(idsOf(found)).toEqual([near!.id, far!.id, opposite!.id]);
    expect(found.map(({ deviceName }) => deviceName)).toEqual([
      'Harbour',
      'Gatehouse',
      'Gatehouse',
    ]);
    expect(found[0]?.similarity).toBeCloseTo(0.9, 6);
    expect(found[2]?.similarity).toBe(-1);
    const few = await search({ descriptor: { space, values: towards(1) }, count: 1 });
    expect(idsOf(few)).toEqual([near!.id]);
  });

  it('are found by time and camera', async () => {
    const space = 'spaces/filtered';
    const at = (startUnixMs: number, camera: string) =>
      ofSpace(space, unitVector(16), { startUnixMs, endUnixMs: startUnixMs + 1, camera });
    const [early, wanted, late, elsewhere] = [
      at(1000, 'North'),
      at(2000, 'North'),
      at(3000, 'North'),
      at(2000, 'South'),
    ];
    await publish([early, wanted, late, elsewhere]);
    const descriptor = { space, values: unitVector(16) };
    expect(
      idsOf(await search({ descriptor, fromUnixMs: 2000, toUnixMs: 2999, camera: 'North' })),
    ).toEqual([wanted.id]);
    expect(idsOf(await search({ descriptor, toUnixMs: 999 }))).toEqual([]);
    expect(idsOf(await search({ descriptor, fromUnixMs: 3000 }))).toEqual([late.id]);
  });

  it('of another length in the same space are no match and no failure', async () => {
    const space = 'spaces/lengths';
    const long = ofSpace(space, unitVector(32));
    await publish([ofSpace(space, unitVector(8)), long]);
    const found = await search({ descriptor: { space, values: unitVector(32) } });
    expect(idsOf(found)).toEqual([long.id]);
  });

  it('are ranked the same by the database and by the scan', async () => {
    const space = 'spaces/ranked';
    const shared = unitVector(64);
    const all = Array.from({ length: 500 }, (_, i) =>
      // Every tenth is the same vehicle's: equal to the last digit.
      ofSpace(space, i % 10 === 0 ? shared : unitVector(64)),
    );
    await publish(all);
    const { database } = endpoint.endpoint;
    const withoutVector = Object.assign(Object.create(database) as typeof database, {
      query: database.query.bind(database),
      hasVector: false,
    });
    for (const values of [unitVector(64), shared]) {
      const wanted = searchFor({ descriptor: { space, values }, count: 60 });
      const inDatabase = await searchSightings(database, wanted);
      const scanned = await searchSightings(withoutVector, wanted);
      expect(scanned.map((one) => one.sighting.id)).toEqual(
        inDatabase.map((one) => one.sighting.id),
      );
      scanned.forEach((one, i) =>
        expect(Math.abs(one.similarity - inDatabase[i]!.similarity)).toBeLessThan(1e-5),
      );
      const expected = all
        .map((one) => dot(one.descriptor!.values, values))
        .sort((a, b) => b - a)
        .slice(0, 60);
      scanned.forEach((one, i) => expect(one.similarity).toBeCloseTo(expected[i]!, 5));
    }
  });

  it('are refused with descriptors that are not of unit length', async () => {
    const space = 'spaces/refused';
    const scaled = (factor: number) => unitVector(16).map((value) => value * factor);
    const statuses = await Promise.all(
      [1.009, 0.991, 1.02, 0.98, 0, 1e300].map(
        async (factor) =>
          (await publish([ofSpace(space, unitVector(16)), ofSpace(space, scaled(factor))])).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 400, 400, 400, 400]);
    const answer = await endpoint.ask('POST', '/api/sightings/search', {
      token,
      json: searchFor({ descriptor: { space, values: scaled(2) } }),
    });
    expect(answer.status).toBe(400);
    // Nothing of a request that was refused: two of two good ones.
    expect(await search({ descriptor: { space, values: unitVector(16) } })).toHaveLength(4);
  });

  it('may have values too small for the database', async () => {
    const space = 'spaces/tiny';
    const answer = await publish([ofSpace(space, [1, 1e-300, 1e-42, 0, 0, 0, 0, 0])]);
    expect(answer.status).toBe(200);
    const [found] = await search({ descriptor: { space, values: towards(1) } });
    expect(found?.similarity).toBeCloseTo(1, 6);
  });

  it.each([
    ['a name with half a pair of surrogates', { camera: 'Gate \ud800' }],
    ['a name with a null character', { camera: 'Gate \0' }],
    ['a space with a null character', { descriptor: { space: '\0', values: towards(1) } }],
    ['a path as an id', { id: '../../etc/passwd' }],
    ['a class nobody knows', { vehicleClass: 'tank' }],
    ['a number beyond the column', { vehicleNumber: 2 ** 31 }],
  ])('are refused with %s', async (_, changes) => {
    expect((await publish([{ ...sighting(), ...changes }])).status).toBe(400);
  });

  it('are refused with a cursor that nobody wrote', async () => {
    for (const cursor of ['x', 'bnVsbA', 'WzEsMiwzXQ']) {
      const answer = await endpoint.ask('GET', `/api/sightings?cursor=${cursor}`, { token });
      expect(answer.status).toBe(400);
    }
  });

  it('are for those with the right token only', async () => {
    const reader = await endpoint.pair(['read']);
    const publisher = await endpoint.pair(['publish']);
    expect((await publish([sighting()], reader.token)).status).toBe(403);
    const statusOf = async (method: string, path: string, as?: string) =>
      (await endpoint.ask(method, path, as === undefined ? {} : { token: as })).status;
    expect(await statusOf('GET', '/api/sightings', publisher.token)).toBe(403);
    expect(await statusOf('GET', '/api/sightings')).toBe(401);
    expect(await statusOf('DELETE', '/api/sightings?session=session-1', reader.token)).toBe(403);
  });

  it('older than the retention are removed', async () => {
    const camera = 'Old';
    await publish([sighting({ camera })]);
    const { database, now } = endpoint.endpoint;
    const betweenUnixMs = now() + 1;
    endpoint.advanceMs(60_000);
    await publish([sighting({ camera: 'Old' })]);
    await sweepSightings(database, betweenUnixMs);
    expect((await list(`camera=${camera}`)).sightings).toHaveLength(1);
  });
});

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
}
