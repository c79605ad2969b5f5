import type * as files from 'node:fs/promises';
import { statfs } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import type { Database, Queries } from '../../../../server/endpoint/database/database';
import { endWhenDead } from '../../../../server/endpoint/database/end-when-dead';
import { describeFailure } from '../../../../server/endpoint/describe-failure';
import { problemSchema } from '../../../../src/core/sync-api/fields';
import { startTestEndpoint, type TestEndpoint } from '../../../support/endpoint';
import {
  announcedSession,
  announceSession,
  createPiece,
  makeTestSession,
  sentSession,
  sessionPath,
} from '../../../support/endpoint-sessions';

const disk = { freeBytes: Infinity };

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof files>();
  return {
    ...original,
    statfs: vi.fn(async (path: string) => {
      const found = await original.statfs(path);
      return disk.freeBytes === Infinity
        ? found
        : Object.assign(found, { bsize: 1, bavail: disk.freeBytes });
    }),
  };
});

const failure = (fields: object) => Object.assign(new Error('No space left on device'), fields);

const EVENT = {
  label: 'Gate',
  events: [{ type: 'state', timeUnixMs: 1, state: 'running' }],
};

describe('an endpoint whose disk is full', () => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await startTestEndpoint();
  });
  afterAll(() => endpoint.stop());
  beforeEach(() => {
    vi.restoreAllMocks();
    disk.freeBytes = Infinity;
  });

  const refusalOf = async (response: Response) => ({
    status: response.status,
    ...v.parse(problemSchema, await response.json()),
  });
  const FULL = {
    status: 507,
    code: 'QUOTA_EXCEEDED',
    message: 'The disk of the endpoint is full. Remove sessions there, or give it more room.',
  };

  for (const code of ['53100', 'ENOSPC', 'EDQUOT']) {
    it(`says so when a write fails with ${code}, and logs why`, async () => {
      const { token } = await endpoint.pair(['publish']);
      const { database } = endpoint.endpoint;
      const ask = database.query.bind(database);
      vi.spyOn(database, 'query').mockImplementation((sql, parameters) =>
        sql.includes('live_events')
          ? Promise.reject(new Error('wrapped', { cause: failure({ code }) }))
          : ask(sql, parameters),
      );
      const answer = await endpoint.ask('POST', '/api/live/camera-at-gate/events', {
        token,
        json: EVENT,
      });
      expect(await refusalOf(answer)).toEqual(FULL);
      expect(endpoint.logLines.join('')).toContain('the disk is full');
    });
  }

  it('takes nothing more while it is almost full; what is there can be read and removed', async () => {
    const { token } = await endpoint.pair(['upload', 'read', 'publish']);
    const session = await sentSession(endpoint, token, 10);
    disk.freeBytes = 1024 * 1024;
    await vi.waitFor(
      async () =>
        expect(
          await refusalOf(await announceSession(endpoint, token, makeTestSession([10]))),
        ).toEqual(FULL),
      5000,
    );
    for (const [method, path] of [
      ['POST', '/api/live/camera-at-gate/events'],
      ['POST', '/api/sightings'],
      ['POST', '/api/edits'],
      ['PUT', '/api/vault'],
      ['POST', '/api/uploads'],
      ['PATCH', `/api/uploads/${session.announcement.id}.0`],
    ] as const) {
      expect(await refusalOf(await endpoint.ask(method, path, { token }))).toEqual(FULL);
    }
    const read = await endpoint.ask('GET', `${sessionPath(session)}/pieces/0`, { token });
    expect(read.status).toBe(200);
    expect((await read.arrayBuffer()).byteLength).toBe(10);
    expect((await endpoint.ask('DELETE', sessionPath(session), { token })).status).toBe(200);
  });

  it('counts what is on its way', async () => {
    const { token } = await endpoint.pair(['upload']);
    // The disk is not asked at once.
    const session = await vi.waitFor(() => announcedSession(endpoint, token, 10, 10), 5000);
    expect((await createPiece(endpoint, token, session, 0, null)).status).toBe(201);
    // A piece, which may be 17 MiB when it does not say, and the reserve of 64 MiB.
    disk.freeBytes = 82 * 1024 * 1024;
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const writer = pipe.writable.getWriter();
    const held = fetch(`${endpoint.url}/api/uploads/${session.announcement.id}.0`, {
      method: 'PATCH',
      headers: {
        'Tus-Resumable': '1.0.0',
        Authorization: `Bearer ${token}`,
        'Upload-Offset': '0',
        'Content-Type': 'application/offset+octet-stream',
      },
      body: pipe.readable,
      duplex: 'half',
    } as RequestInit); // `duplex` is missing in the declarations.
    await writer.write(session.pieces[0]!.subarray(0, 5));
    const large = new Uint8Array(2 * 1024 * 1024);
    const other = () => createPiece(endpoint, token, session, 1, large);
    await vi.waitFor(async () => expect((await other()).status).toBe(507), 10_000);
    await writer.write(session.pieces[0]!.subarray(5));
    await writer.close();
    expect((await held).status).toBe(204);
    // More than was announced, which is looked at when there is room.
    await vi.waitFor(async () => expect((await other()).status).toBe(413), 10_000);
  });

  it('takes more once there is room again', async () => {
    const { token } = await endpoint.pair(['publish']);
    const publish = () =>
      endpoint.ask('POST', '/api/live/camera-of-room/events', { token, json: EVENT });
    disk.freeBytes = 0;
    await vi.waitFor(async () => expect((await publish()).status).toBe(507), 5000);
    disk.freeBytes = Infinity;
    await vi.waitFor(async () => expect((await publish()).status).toBe(200), 5000);
    expect(statfs).toHaveBeenCalledWith(endpoint.config.dataFolder);
  });
});

it('says what to do when it cannot start for want of room', () => {
  expect(describeFailure(failure({ code: 'ENOSPC' }))).toMatch(
    /^The disk of the data folder is full/,
  );
});

describe('the embedded database that gives up', () => {
  const panic = failure({ code: '53100', severity: 'PANIC' });

  /** One that fails with this. */
  function failing(error: Error): Database {
    const fail = () => Promise.reject(error);
    return {
      query: fail,
      transaction: (work) => work({ query: fail }),
      listen: fail,
      notify: fail,
      hasVector: false,
      kind: 'embedded',
      close: () => Promise.resolve(),
    };
  }

  it('ends the process at its first query, also within a transaction', async () => {
    const asks: readonly ((database: Database) => Promise<unknown>)[] = [
      (database) => database.query('SELECT 1'),
      (database) => database.notify('channel', 'text'),
      (database) =>
        database.transaction(async (queries: Queries) => {
          await queries.query('SELECT 1').catch(() => expect(end).toHaveBeenCalledWith(panic));
        }),
    ];
    const end = vi.fn();
    for (const ask of asks) {
      end.mockClear();
      await ask(endWhenDead(failing(panic), end)).catch((error: unknown) =>
        expect(error).toBe(panic),
      );
      expect(end).toHaveBeenCalledWith(panic);
    }
  });

  it('is not taken for one that refuses a query', async () => {
    const end = vi.fn();
    const refusing = endWhenDead(failing(failure({ code: '53100', severity: 'ERROR' })), end);
    await expect(refusing.query('SELECT 1')).rejects.toThrow('No space left');
    expect(end).not.toHaveBeenCalled();
  });
});
