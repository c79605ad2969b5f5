import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { devicesSchema } from '../../../../../src/core/sync-api/access';
import {
  announcedSchema,
  cataloguePageSchema,
  catalogueSessionSchema,
} from '../../../../../src/core/sync-api/catalogue';
import { problemSchema } from '../../../../../src/core/sync-api/fields';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  announceSession,
  createPiece,
  listsSession,
  makeTestSession,
  sendSession,
  sentSession,
  sessionPath,
  sha256,
  type TestSession,
} from '../../../../support/endpoint-sessions';

const QUOTA_BYTES = 20_000;

async function codeOf(answer: Response): Promise<string> {
  return v.parse(problemSchema, await answer.json()).code;
}

onEachDatabase('the catalogue', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint({
      config: { quotaBytesPerDevice: QUOTA_BYTES, maxSessionBytes: 15_000 },
    });
  });
  afterAll(() => endpoint.stop());

  async function list(token: string, search = '') {
    const answer = await endpoint.ask('GET', `/api/sessions${search}`, { token });
    expect(answer.status).toBe(200);
    return v.parse(cataloguePageSchema, await answer.json());
  }
  function complete(token: string, { announcement }: TestSession): Promise<Response> {
    return endpoint.ask('POST', `/api/sessions/${announcement.id}/complete`, { token });
  }

  describe('announcing', () => {
    it('answers the same to the same, and refuses another session of that name', async () => {
      const { token } = await endpoint.pair(['upload']);
      const session = makeTestSession([10, 20]);
      for (let again = 0; again < 2; again += 1) {
        const answer = await announceSession(endpoint, token, session);
        expect(answer.status).toBe(200);
        const announced = v.parse(announcedSchema, await answer.json());
        expect(announced).toMatchObject({ state: 'pending', storedPieces: [] });
        expect(announced.expiresUnixMs).toBeGreaterThan(Date.now() + 23 * 3_600_000);
      }
      const other = { ...session.announcement, lastDay: '2026-12-01' };
      const refused = await endpoint.ask('POST', '/api/sessions', { token, json: other });
      expect(refused.status).toBe(409);
      const stranger = await endpoint.pair(['upload']);
      expect((await announceSession(endpoint, stranger.token, session)).status).toBe(409);
    });

    it('tells which pieces are there, and that it is complete', async () => {
      const { token } = await endpoint.pair(['upload']);
      const session = makeTestSession([10, 20, 30]);
      await announceSession(endpoint, token, session);
      await createPiece(endpoint, token, session, 2);
      const answer = await announceSession(endpoint, token, session);
      expect(v.parse(announcedSchema, await answer.json()).storedPieces).toEqual([2]);
      for (const index of [0, 1]) await createPiece(endpoint, token, session, index);
      await complete(token, session);
      const after = await announceSession(endpoint, token, session);
      expect(v.parse(announcedSchema, await after.json()).state).toBe('complete');
    });

    it('reserves the room, of one device and not of another', async () => {
      const { token, deviceId } = await endpoint.pair(['upload']);
      const first = makeTestSession([12_000]);
      expect((await announceSession(endpoint, token, first)).status).toBe(200);
      const devices = await endpoint.ask('GET', '/api/devices', { token });
      const used = v.parse(devicesSchema, await devices.json()).devices;
      expect(used).toMatchObject([{ id: deviceId, usedBytes: 12_500 }]);
      const tooMuch = await announceSession(endpoint, token, makeTestSession([12_000]));
      expect(tooMuch.status).toBe(507);
      expect(await codeOf(tooMuch)).toBe('QUOTA_EXCEEDED');
      expect((await announceSession(endpoint, token, first)).status).toBe(200);
      const { token: other } = await endpoint.pair(['upload']);
      expect((await announceSession(endpoint, other, makeTestSession([12_000]))).status).toBe(200);
      await endpoint.ask('DELETE', sessionPath(first), { token });
      expect((await announceSession(endpoint, token, makeTestSession([12_000]))).status).toBe(200);
    });

    it('lets nobody past twice the room by announcing at once', async () => {
      const { token } = await endpoint.pair(['upload']);
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => announceSession(endpoint, token, makeTestSession([4400]))),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, 200, 200, 200, 507, 507, 507, 507]);
    });

    it.each([
      ['a session larger than is allowed', { pieceByteCounts: [14_000, 14_000] }, 413],
      ['days in the wrong order', { firstDay: '2026-11-24' }, 400],
      ['what is no day', { firstDay: 'yesterday' }, 400],
      ['a piece of no bytes', { pieceByteCounts: [0] }, 400],
      ['a piece larger than any may be', { pieceByteCounts: [18 * 1024 * 1024] }, 400],
      ['no pieces', { pieceByteCounts: [] }, 400],
      ['a path in place of a name', { id: '../../../secret' }, 400],
      ['a name with a zero byte', { id: 'session-00\u0000' }, 400],
      ['an envelope that is not base64', { envelope: 'no base64!' }, 400],
      ['an envelope that is too large', { envelope: 'AAAA'.repeat(22_000) }, 400],
    ])('refuses %s', async (_, change, status) => {
      const { token } = await endpoint.pair(['upload']);
      const json = { ...makeTestSession([10]).announcement, ...change };
      const answer = await endpoint.ask('POST', '/api/sessions', { token, json });
      expect(answer.status).toBe(status);
      expect(v.is(problemSchema, await answer.json())).toBe(true);
    });
  });

  describe('completing', () => {
    it('needs all pieces, and lists no session before', async () => {
      const { token } = await endpoint.pair(['upload', 'read']);
      const session = makeTestSession([10, 20]);
      await announceSession(endpoint, token, session);
      await createPiece(endpoint, token, session, 1);
      const refused = await complete(token, session);
      expect(refused.status).toBe(409);
      expect(await refused.text()).toContain('1 missing: 0');
      expect(await listsSession(endpoint, token, session)).toBe(false);
      expect((await endpoint.ask('GET', sessionPath(session), { token })).status).toBe(404);
      expect(
        (await endpoint.ask('GET', `${sessionPath(session)}/pieces/1`, { token })).status,
      ).toBe(404);
      await createPiece(endpoint, token, session, 0);
      expect(await listsSession(endpoint, token, session)).toBe(false);
      const done = await complete(token, session);
      expect(done.status).toBe(200);
      const told = v.parse(catalogueSessionSchema, await done.json());
      expect(told).toMatchObject({
        id: session.announcement.id,
        envelope: session.announcement.envelope,
        byteCount: 30,
        isOwn: true,
        expiresUnixMs: null,
        pieces: session.pieces.map((bytes) => ({ byteCount: bytes.length, sha256: sha256(bytes) })),
      });
      expect(await listsSession(endpoint, token, session)).toBe(true);
      expect(await (await complete(token, session)).json()).toEqual(told);
    });

    it('is for the device that announced it', async () => {
      const { token } = await endpoint.pair(['upload']);
      const session = makeTestSession([10]);
      await announceSession(endpoint, token, session);
      await createPiece(endpoint, token, session, 0);
      const other = await endpoint.pair(['upload', 'admin']);
      expect((await complete(other.token, session)).status).toBe(404);
    });

    it('leaves no piece to be taken away afterwards', async () => {
      const { token } = await endpoint.pair(['upload', 'read']);
      const session = await sentSession(endpoint, token, 10);
      const answer = await fetch(`${endpoint.url}/api/uploads/${session.announcement.id}.0`, {
        method: 'DELETE',
        headers: { Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0' },
      });
      expect(answer.status).toBe(409);
      expect(
        (await endpoint.ask('GET', `${sessionPath(session)}/pieces/0`, { token })).status,
      ).toBe(200);
    });

    it('and ending a piece at the same time never leaves a session without a piece', async () => {
      const { token } = await endpoint.pair(['upload', 'read']);
      for (let round = 0; round < 10; round += 1) {
        const session = makeTestSession([10]);
        await announceSession(endpoint, token, session);
        await createPiece(endpoint, token, session, 0);
        await Promise.all([
          complete(token, session),
          fetch(`${endpoint.url}/api/uploads/${session.announcement.id}.0`, {
            method: 'DELETE',
            headers: { Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0' },
          }),
        ]);
        const isListed = await listsSession(endpoint, token, session);
        const piece = await endpoint.ask('GET', `${sessionPath(session)}/pieces/0`, { token });
        expect(piece.status).toBe(isListed ? 200 : 404);
      }
    });
  });

  describe('listing', () => {
    it('tells the last completed first, page after page, while others come', async () => {
      const uploader = await endpoint.pair(['upload']);
      const { token } = await endpoint.pair(['read']);
      const { database } = endpoint.endpoint;
      const before = await list(token);
      const marked = before.sessions.length;
      // More than fits on a page; sent one by one they would take long.
      await database.query(
        `INSERT INTO sessions (id, device_id, envelope, first_day, last_day, byte_count, announcement_sha256, state, touched_unix_ms, completed_unix_ms, position)
         SELECT 'listed-' || lpad(n::text, 3, '0'), $1, '', '2025-01-01', '2025-01-01', 1, '', 'complete', 0, $2, nextval('session_positions')
         FROM generate_series(1, 120) AS n`,
        [uploader.deviceId, Date.now()],
      );
      await database.query(
        `INSERT INTO pieces (session_id, piece, byte_count, state, sha256)
         SELECT id, 0, 1, 'stored', repeat('a', 64) FROM sessions WHERE id LIKE 'listed-%'`,
      );
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const search: string = cursor === null ? '' : `?cursor=${cursor}`;
        const page: v.InferOutput<typeof cataloguePageSchema> = await list(token, search);
        ids.push(...page.sessions.map(({ id }) => id));
        expect(page.sessions.every(({ isOwn }) => !isOwn)).toBe(true);
        cursor = page.cursor;
        await sentSession(endpoint, uploader.token, 3);
      } while (cursor !== null);
      const listed = ids.filter((id) => id.startsWith('listed-'));
      expect(listed).toEqual([...listed].sort().reverse());
      expect(new Set(listed).size).toBe(120);
      expect(ids.length).toBe(120 + marked);
      await database.query(`DELETE FROM sessions WHERE id LIKE 'listed-%'`);
    });

    it('finds those with a day between two, both included', async () => {
      const { token } = await endpoint.pair(['upload', 'read']);
      const session = makeTestSession([1], { firstDay: '2024-03-01', lastDay: '2024-03-03' });
      await sendSession(endpoint, token, session);
      const found = async (search: string) =>
        (await list(token, search)).sessions.map(({ id }) => id).includes(session.announcement.id);
      expect(await found('?from=2024-03-03&to=2024-03-09')).toBe(true);
      expect(await found('?from=2024-02-01&to=2024-03-01')).toBe(true);
      expect(await found('?from=2024-03-04')).toBe(false);
      expect(await found('?to=2024-02-29')).toBe(false);
    });

    it.each(['from=x', 'to=2024-3-1', 'cursor=-1', 'cursor=1e9', `cursor=${'9'.repeat(40)}`])(
      'refuses %s',
      async (search) => {
        const { token } = await endpoint.pair(['read']);
        const answer = await endpoint.ask('GET', `/api/sessions?${search}`, { token });
        expect(answer.status).toBe(400);
      },
    );
  });
});
