import 'fake-indexeddb/auto';
import type { Remote } from 'comlink';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GeoPosition, SessionHeader } from '../../../src/contracts/session';
import type { ConfirmedPair, PairVerdict } from '../../../src/contracts/recognition';
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
  /** What its gallery has, the lower id first. */
  readonly pairs = new Map<string, ConfirmedPair>();
  /** What edits of others did to the gallery. */
  readonly applied: (readonly [string, string, PairVerdict])[] = [];
  isGalleryOpen = true;
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
      pullEdits: (_access, key, deviceId, log) => pullEdits(requests, key, deviceId, log),
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
      pairs: {
        ownPairs: () =>
          this.isGalleryOpen
            ? Promise.resolve([...this.pairs.values()])
            : Promise.reject(new Error('another tab has it')),
        keepOwnVerdict: ([a, b], verdict) => {
          if (!this.isGalleryOpen || !this.sightings.has(a) || !this.sightings.has(b))
            return Promise.reject(new RangeError('Expected a sighting of the gallery'));
          this.applied.push([a, b, verdict]);
          this.#say([a, b], verdict, this.nowMs);
          return Promise.resolve();
        },
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

  /** What the user says here; `isHeard` false: nobody was connected then. */
  async confirm(a: string, b: string, verdict: PairVerdict, nowMs: number, isHeard = true) {
    this.nowMs = nowMs;
    this.#say([a, b], verdict, nowMs);
    if (isHeard) await this.merger.noteVerdict([a, b], verdict, this.#connection.deviceId);
  }

  /** What the gallery says of two sightings now. */
  verdict(a: string, b: string): PairVerdict | null {
    const pair = this.pairs.get(`${a} ${b}`);
    return pair ? (pair.isSame ? 'same' : 'different') : null;
  }

  #say(sightings: readonly [string, string], verdict: PairVerdict, confirmedUnixMs: number): void {
    const key = sightings.join(' ');
    if (verdict === 'taken-back') this.pairs.delete(key);
    else this.pairs.set(key, { sightings, isSame: verdict === 'same', confirmedUnixMs });
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
  return deviceThatMay(['upload', 'read'], headers);
}

async function deviceThatMay(
  scopes: ConnectionRow['scopes'],
  headers: readonly SessionHeader[],
): Promise<Device> {
  const { token, deviceId } = await endpoint.pair(scopes);
  const connection: ConnectionRow = {
    url: endpoint.url,
    token,
    deviceId,
    deviceName: 'A device',
    scopes,
    connectedUnixMs: 0,
    identity: vaultKey,
    receiptKey: null,
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
    await a.confirm('s1', 's2', 'same', 2000);
    await b.confirm('s1', 's2', 'different', 3000);
    for (const one of [a, b, c, a, b, c, a]) await one.merge();
    expect(a.applied).toEqual([['s1', 's2', 'different']]);
    expect(b.applied).toEqual([]);
    expect(c.applied).toEqual([]);
    c.sightings.add('s2');
    await c.merge();
    expect(c.applied).toEqual([['s1', 's2', 'different']]);
  });

  it('of pairs confirmed before anybody was connected are sent once, as of when they were made', async () => {
    const [a, b] = [await device(), await device()];
    await a.confirm('s1', 's2', 'same', 2000, false);
    await a.confirm('s1', 's3', 'same', 4000, false);
    await b.confirm('s1', 's3', 'different', 3000);
    a.nowMs = 9000;
    for (const one of [a, b, a, b, a]) await one.merge();
    for (const one of [a, b]) {
      expect(one.verdict('s1', 's2')).toBe('same');
      expect(one.verdict('s1', 's3')).toBe('same');
    }
    expect(a.applied).toEqual([]);
    expect(a.ledger).toMatchObject([{ what: 'edits-encrypted' }]);
  });

  it('of pairs wait for a gallery that another tab has open', async () => {
    const [a, b] = [await device(), await device()];
    await a.confirm('s1', 's2', 'same', 2000, false);
    a.isGalleryOpen = false;
    await a.merge();
    expect(a.ledger).toEqual([]);
    a.isGalleryOpen = true;
    for (const one of [a, b]) await one.merge();
    expect(b.verdict('s1', 's2')).toBe('same');
  });

  it('of pairs that are taken back are taken back on the other device, and may be said anew', async () => {
    const [a, b] = [await device(), await device()];
    await a.confirm('s1', 's2', 'same', 2000);
    for (const one of [a, b]) await one.merge();
    expect(b.verdict('s1', 's2')).toBe('same');
    await b.confirm('s1', 's2', 'taken-back', 3000);
    for (const one of [b, a, b, a]) await one.merge();
    expect([a.verdict('s1', 's2'), b.verdict('s1', 's2')]).toEqual([null, null]);
    await a.confirm('s1', 's2', 'different', 4000);
    for (const one of [a, b, a, b]) await one.merge();
    expect([a.verdict('s1', 's2'), b.verdict('s1', 's2')]).toEqual(['different', 'different']);
  });

  it('of pairs are not taken back because one device forgot a vehicle', async () => {
    const [a, b] = [await device(), await device()];
    await a.confirm('s1', 's2', 'same', 2000);
    for (const one of [a, b]) await one.merge();
    a.pairs.clear();
    a.sightings.clear();
    for (const one of [a, b, a, b]) await one.merge();
    expect(b.verdict('s1', 's2')).toBe('same');
  });

  it('were applied, and the tab closed before that was noted: they do not come back as edits of this device', async () => {
    const [a, b] = [await device(), await device()];
    await a.confirm('s1', 's2', 'same', 2000);
    await a.merge();
    const putSeen = vi.spyOn(SyncEdits.prototype, 'setSeen').mockRejectedValue(new Error('closed'));
    await b.merge().catch(() => undefined);
    putSeen.mockRestore();
    expect(b.verdict('s1', 's2')).toBe('same');
    await b.merge();
    expect(b.ledger).toEqual([]);
  });

  it('reach everybody again when the endpoint was restored from an older backup', async () => {
    const [a, b] = [await device(header('recorded', '')), await device(header('imported', ''))];
    for (const one of [a, b, a]) await one.merge();
    await a.rename('Before the backup', 2000);
    for (const one of [a, b]) await one.merge();
    const { database } = endpoint.endpoint;
    const backup = await database.query('select * from edits');
    await b.rename('After the backup', 3000);
    await a.confirm('s1', 's2', 'same', 3000);
    for (const one of [b, a, b]) await one.merge();
    await database.query('delete from edits where position > $1', [backup.length]);
    // Somebody's log goes on there meanwhile, from where the backup ended.
    const c = await device();
    await c.confirm('s2', 's3', 'different', 4000);
    for (const one of [c, a, b, c, a]) await one.merge();
    expect(c.verdict('s1', 's2')).toBe('same');
    for (const one of [a, b]) expect(one.verdict('s2', 's3')).toBe('different');
    const late = await device(header('imported', ''));
    await late.merge();
    expect(late.title).toBe('After the backup');
    const ledgerLength = a.ledger.length;
    for (const one of [a, b, a]) await one.merge();
    expect(a.ledger).toHaveLength(ledgerLength);
  });

  it('whose answer was lost are in the ledger all the same, and are not sent twice', async () => {
    const a = await device(header('recorded', 'Named'));
    const really = fetch;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const response = await really(url, init);
      if (init.method === 'POST') throw new TypeError('network error');
      return response;
    });
    await expect(a.merge()).rejects.toMatchObject({ code: 'SYNC_UNREACHABLE' });
    vi.unstubAllGlobals();
    vi.stubGlobal('navigator', {});
    expect(a.ledger).toEqual([]);
    for (let round = 0; round < 2; round += 1) await a.merge();
    expect(a.ledger).toMatchObject([{ what: 'edits-encrypted', isReadable: false }]);
    const rows = await endpoint.endpoint.database.query<{ size: number }>(
      'select length(data) as size from edits',
    );
    expect(rows.map(({ size }) => size)).toEqual([a.ledger[0]?.byteCount]);
  });

  it('go in few entries however many they are', async () => {
    const [a, b] = [await device(), await device()];
    for (let number = 1; number <= 300; number += 1) {
      const id = `t${String(number).padStart(3, '0')}`;
      for (const one of [a, b]) one.sightings.add(id);
      await a.confirm('s1', id, 'same', number, false);
    }
    for (const one of [a, b]) await one.merge();
    expect(b.applied).toHaveLength(300);
    expect(a.ledger.length).toBeLessThan(4);
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

describe('edits of a device that may only send', () => {
  it('are sent, and those of others are never asked for', async () => {
    const sender = await deviceThatMay(['upload'], [header('recorded', 'Sent')]);
    const reader = await device(header('imported', ''));
    const asked = vi.spyOn(globalThis, 'fetch');
    for (let round = 0; round < 3; round += 1) await sender.merge();
    const methods = asked.mock.calls.map(([, init]) => init?.method ?? 'GET');
    asked.mockRestore();
    expect(methods).toEqual(['POST']);
    await reader.merge();
    expect(reader.title).toBe('Sent');
  });

  it('go on after an entry that arrived while its answer was lost', async () => {
    const sender = await deviceThatMay(['upload'], [header('recorded', 'First')]);
    const reader = await device(header('imported', ''));
    const really = fetch;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      await really(url, init);
      throw new TypeError('network error');
    });
    // Whatever else is stubbed here stays so.
    const lost = sender.merge().finally(() => vi.stubGlobal('fetch', really));
    await expect(lost).rejects.toMatchObject({ code: 'SYNC_UNREACHABLE' });
    await sender.rename('Second', 5000);
    await sender.merge();
    await sender.merge();
    await reader.merge();
    expect(reader.title).toBe('Second');
  });

  it('are none when it may publish only: nothing is asked for', async () => {
    const publisher = await deviceThatMay(['publish'], [header('recorded', 'Mine')]);
    const asked = vi.spyOn(globalThis, 'fetch');
    await publisher.merge();
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });
});
