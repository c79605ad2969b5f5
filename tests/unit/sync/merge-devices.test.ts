import 'fake-indexeddb/auto';
import type { Remote } from 'comlink';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GeoPosition, SessionHeader } from '../../../src/contracts/session';
import type { LedgerEntry } from '../../../src/contracts/sync';
import type { SyncWorkerApi } from '../../../src/core/sync-format/sync-worker-api';
import { EditMerger } from '../../../src/runtime/sync/edit-merger';
import { makeKey } from '../../../src/sinks/sync/age-files';
import { pullEdits, pushEdits } from '../../../src/sinks/sync/edits-log';
import { EndpointRequests } from '../../../src/sinks/sync/endpoint-requests';
import { SyncEdits } from '../../../src/storage/sync-edits';
import type { ConnectionRow } from '../../../src/storage/sync-rows';
import { SyncStore } from '../../../src/storage/sync-store';
import { startTestEndpoint, type TestEndpoint } from '../../support/endpoint';
import { makeSession } from '../../support/make-session';

let endpoint: TestEndpoint;
let vaultKey: string;
let deviceNumber = 0;

beforeAll(() => {
  // Node 20 has none.
  vi.stubGlobal('navigator', {});
});
afterAll(() => vi.unstubAllGlobals());

beforeEach(async () => {
  endpoint = await startTestEndpoint();
  vaultKey = (await makeKey()).identity;
  return () => endpoint.stop();
});

/** A device with sessions in memory and a database of its own. */
class Device {
  readonly pairs: (readonly [string, string, boolean])[] = [];
  readonly ledger: Omit<LedgerEntry, 'id' | 'timeUnixMs' | 'url'>[] = [];
  readonly merger: EditMerger;
  headers: readonly SessionHeader[];
  nowMs = 1000;
  readonly #connection: ConnectionRow;
  /** Sightings that its gallery has. */
  sightings = new Set(['s1', 's2', 's3']);

  constructor(connection: ConnectionRow, headers: readonly SessionHeader[]) {
    this.#connection = connection;
    this.headers = headers;
    deviceNumber += 1;
    const requests = new EndpointRequests(connection.url, connection.token);
    const remote = {
      pullEdits: (_access, key, deviceId, after) => pullEdits(requests, key, deviceId, after),
      pushEdits: (_access, key, entry) => pushEdits(requests, key, entry),
    } as Pick<SyncWorkerApi, 'pullEdits' | 'pushEdits'> as unknown as Remote<SyncWorkerApi>; // called here, not across a thread
    this.merger = new EditMerger({
      edits: new SyncEdits(new SyncStore(`device-${deviceNumber}`)),
      calls: { call: async (invoke) => invoke(remote) },
      sessions: {
        list: () => Promise.resolve({ sessions: this.headers, totalCount: this.headers.length }),
        rename: (id, title) => this.change(id, (header) => ({ ...header, title })),
        setCameraPosition: (id, cameraId, position) =>
          this.change(id, (header) => ({
            ...header,
            cameras: header.cameras.map((camera) =>
              camera.cameraId === cameraId ? { ...camera, position } : camera,
            ),
          })),
      },
      confirmPair: (a, b, isSame) => {
        if (!this.sightings.has(a) || !this.sightings.has(b))
          return Promise.reject(new RangeError('Expected a sighting of the gallery'));
        this.pairs.push([a, b, isSame]);
        return Promise.resolve();
      },
      writeDown: (entry) => Promise.resolve(void this.ledger.push(entry)),
      nowMs: () => this.nowMs,
    });
  }

  change(id: string, how: (header: SessionHeader) => SessionHeader): Promise<void> {
    this.headers = this.headers.map((header) => (header.id === id ? how(header) : header));
    return Promise.resolve();
  }

  rename(title: string, nowMs: number): Promise<void> {
    this.nowMs = nowMs;
    return this.change(this.headers[0]!.id, (header) => ({ ...header, title }));
  }

  merge(): Promise<void> {
    return this.merger.merge(this.#connection);
  }

  confirm(a: string, b: string, isSame: boolean, nowMs: number): Promise<void> {
    this.nowMs = nowMs;
    const pair = { sightings: [a, b] as const, isSame, confirmedUnixMs: nowMs };
    return this.merger.notePair(pair, this.#connection.deviceId);
  }

  get title(): string | undefined {
    return this.headers[0]?.title;
  }

  get position(): GeoPosition | null | undefined {
    return this.headers[0]?.cameras[0]?.position;
  }
}

/** The session where it was recorded, or as it was imported: with another id. */
function header(origin: 'recorded' | 'imported', title: string): SessionHeader {
  const made = makeSession().header;
  return { ...made, id: `${origin}-session`, origin, title };
}

async function device(...headers: readonly SessionHeader[]): Promise<Device> {
  const { token, deviceId } = await endpoint.pair(['upload', 'read']);
  const connection: ConnectionRow = {
    url: endpoint.url,
    token,
    deviceId,
    deviceName: 'A device',
    scopes: ['upload', 'read'],
    connectedUnixMs: 0,
    identity: vaultKey,
  };
  return new Device(connection, headers);
}

describe('edits of two devices', () => {
  it('made on one appear on the other, names and positions', async () => {
    const [a, b] = [await device(header('recorded', '')), await device(header('imported', ''))];
    for (const one of [a, b, a]) await one.merge();
    await a.rename('North gate', 2000);
    const position = { latitudeDeg: 47.5, longitudeDeg: 8.25 };
    await a.change(a.headers[0]!.id, (one) => ({
      ...one,
      cameras: one.cameras.map((camera) => ({ ...camera, position })),
    }));
    await a.merge();
    await b.merge();
    expect([b.title, b.position]).toEqual(['North gate', position]);
  });

  it('of the same field come out the same on both: the later one', async () => {
    const [a, b] = [await device(header('recorded', '')), await device(header('imported', ''))];
    for (const one of [a, b]) await one.merge();
    await a.rename('By a, later', 5000);
    await b.rename('By b, earlier', 4000);
    for (const one of [b, a, b, a]) await one.merge();
    expect([a.title, b.title]).toEqual(['By a, later', 'By a, later']);
    await b.rename('By b, after it saw that', 1);
    for (const one of [b, a]) await one.merge();
    expect([a.title, b.title]).toEqual(['By b, after it saw that', 'By b, after it saw that']);
  });

  it('made before anybody was connected reach devices that have an older state', async () => {
    const a = await device(header('recorded', 'Named before connecting'));
    const b = await device(header('imported', 'As it was sent'));
    for (const one of [b, a, b]) await one.merge();
    expect([a.title, b.title]).toEqual(['Named before connecting', 'Named before connecting']);
  });

  it('are applied to a session that comes later, and what came with its file is no edit', async () => {
    const [a, b] = [await device(header('recorded', 'Old')), await device()];
    for (const one of [a, b]) await one.merge();
    await a.rename('New', 3000);
    for (const one of [a, b]) await one.merge();
    b.headers = [header('imported', 'Old')];
    for (const one of [b, a, b]) await one.merge();
    expect([a.title, b.title]).toEqual(['New', 'New']);
  });

  it('of pairs reach galleries that have both sightings, once', async () => {
    const [a, b, c] = [await device(), await device(), await device()];
    c.sightings = new Set(['s1']);
    await a.confirm('s1', 's2', true, 2000);
    await b.confirm('s1', 's2', false, 3000);
    for (const one of [a, b, c, a, b, c, a]) await one.merge();
    expect(a.pairs).toEqual([['s1', 's2', false]]);
    expect(b.pairs).toEqual([]);
    expect(c.pairs).toEqual([]);
    c.sightings.add('s2');
    await c.merge();
    expect(c.pairs).toEqual([['s1', 's2', false]]);
  });

  it('are sent once, and the ledger tells of it', async () => {
    const a = await device(header('recorded', 'Named'));
    for (let round = 0; round < 3; round += 1) await a.merge();
    expect(a.ledger).toMatchObject([{ what: 'edits-encrypted', isReadable: false }]);
    expect(a.ledger[0]?.byteCount).toBeGreaterThan(100);
  });

  it('cannot be read by the endpoint, or by a device with another key', async () => {
    const a = await device(header('recorded', 'MARKER-OF-AN-EDIT'));
    await a.merge();
    vaultKey = (await makeKey()).identity;
    const stranger = await device(header('imported', ''));
    await stranger.merge();
    expect(stranger.title).toBe('');
    const rows = await endpoint.endpoint.database.query<{ data: Uint8Array }>(
      'select data from edits',
    );
    expect(rows).toHaveLength(1);
    for (const { data } of rows)
      expect(Buffer.from(data).includes('MARKER-OF-AN-EDIT')).toBe(false);
  });
});
