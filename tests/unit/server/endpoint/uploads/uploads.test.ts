import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { announcedSchema } from '../../../../../src/core/sync-api/catalogue';
import { problemSchema } from '../../../../../src/core/sync-api/fields';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  announcedSession,
  announceSession,
  askTus,
  createPiece,
  encodeMetadata,
  makeTestSession,
  patchPiece,
  pieceMetadata,
  type TestSession,
} from '../../../../support/endpoint-sessions';

onEachDatabase('uploads', (kind) => {
  let endpoint: TestEndpoint;
  let token: string;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
    ({ token } = await endpoint.pair(['upload', 'read']));
  });
  afterAll(() => endpoint.stop());

  function head(session: TestSession, index: number, by = token): Promise<Response> {
    return askTus(endpoint, 'HEAD', `/api/uploads/${session.announcement.id}.${index}`, by);
  }
  async function storedPieces(session: TestSession): Promise<readonly number[]> {
    const answer = await announceSession(endpoint, token, session);
    return v.parse(announcedSchema, await answer.json()).storedPieces;
  }
  function fileOf(session: TestSession, index: number): Promise<Buffer> {
    return readFile(
      join(endpoint.config.dataFolder, 'pieces', `${session.announcement.id}.${index}`),
    );
  }

  it('stores a piece that comes with its creation, at an address that can be known beforehand', async () => {
    const session = await announcedSession(endpoint, token, 70_000);
    const answer = await createPiece(endpoint, token, session, 0);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Location')).toBe(`/api/uploads/${session.announcement.id}.0`);
    expect(answer.headers.get('Upload-Offset')).toBe('70000');
    expect(await storedPieces(session)).toEqual([0]);
    expect((await fileOf(session, 0)).equals(session.pieces[0] ?? new Uint8Array())).toBe(true);
  });

  it('stores a piece that comes in several parts, and tells how much of it is there', async () => {
    const session = await announcedSession(endpoint, token, 1000);
    const bytes = session.pieces[0] ?? new Uint8Array();
    expect((await createPiece(endpoint, token, session, 0, null)).status).toBe(201);
    expect((await patchPiece(endpoint, token, session, 0, 0, bytes.subarray(0, 400))).status).toBe(
      204,
    );
    const where = await head(session, 0);
    expect(where.status).toBe(200);
    expect(where.headers.get('Upload-Offset')).toBe('400');
    expect(where.headers.get('Upload-Length')).toBe('1000');
    expect(await storedPieces(session)).toEqual([]);
    expect((await patchPiece(endpoint, token, session, 0, 400, bytes.subarray(400))).status).toBe(
      204,
    );
    expect(await storedPieces(session)).toEqual([0]);
  });

  it('tells an upload that rests when it expires', async () => {
    const session = await announcedSession(endpoint, token, 1000);
    const answer = await createPiece(endpoint, token, session, 0, null);
    const expires = Date.parse(answer.headers.get('Upload-Expires') ?? '');
    expect(expires - Date.now()).toBeGreaterThan(23 * 3_600_000);
  });

  it('throws away what is not what was announced, and takes it again', async () => {
    const session = await announcedSession(endpoint, token, 5000);
    const wrong = Uint8Array.from(session.pieces[0] ?? []);
    wrong[4321] = (wrong[4321] ?? 0) ^ 1;
    const refused = await createPiece(endpoint, token, session, 0, wrong);
    expect(refused.status).toBe(460);
    expect(v.parse(problemSchema, await refused.json()).code).toBe('CHECKSUM_MISMATCH');
    expect((await head(session, 0)).status).toBe(404);
    await expect(fileOf(session, 0)).rejects.toThrow('ENOENT');
    expect((await createPiece(endpoint, token, session, 0)).status).toBe(201);
    expect(await storedPieces(session)).toEqual([0]);
  });

  it('never changes a piece that is whole', async () => {
    const session = await announcedSession(endpoint, token, 3000);
    await createPiece(endpoint, token, session, 0);
    expect((await createPiece(endpoint, token, session, 0)).status).toBe(409);
    const more = new Uint8Array(10);
    expect((await patchPiece(endpoint, token, session, 0, 3000, more)).status).toBe(413);
    expect((await patchPiece(endpoint, token, session, 0, 0, more)).status).toBe(409);
    expect((await fileOf(session, 0)).equals(session.pieces[0] ?? new Uint8Array())).toBe(true);
  });

  it('takes no more bytes than were announced, however they come', async () => {
    const session = await announcedSession(endpoint, token, 100);
    const metadata = encodeMetadata(pieceMetadata(session, 0));
    const longer = { 'Upload-Length': '101', 'Upload-Metadata': metadata };
    expect((await askTus(endpoint, 'POST', '/api/uploads', token, longer)).status).toBe(400);
    const deferred = { 'Upload-Defer-Length': '1', 'Upload-Metadata': metadata };
    expect((await askTus(endpoint, 'POST', '/api/uploads', token, deferred)).status).toBe(400);
    await createPiece(endpoint, token, session, 0, null);
    expect((await patchPiece(endpoint, token, session, 0, 0, new Uint8Array(101))).status).toBe(
      413,
    );
    const streamed = await fetch(`${endpoint.url}/api/uploads/${session.announcement.id}.0`, {
      method: 'PATCH',
      headers: {
        'Tus-Resumable': '1.0.0',
        'Upload-Offset': '0',
        'Content-Type': 'application/offset+octet-stream',
        Authorization: `Bearer ${token}`,
      },
      body: new Blob([new Uint8Array(150_000)]).stream(),
      duplex: 'half',
    } as RequestInit); // `duplex` is missing in the declarations.
    expect(streamed.status).toBe(413);
    expect((await fileOf(session, 0)).length).toBeLessThanOrEqual(100);
  });

  it('refuses an offset that is not where the upload is', async () => {
    const session = await announcedSession(endpoint, token, 100);
    await createPiece(endpoint, token, session, 0, null);
    const answer = await patchPiece(endpoint, token, session, 0, 50, new Uint8Array(50));
    expect(answer.status).toBe(409);
    expect(answer.headers.get('Tus-Resumable')).toBe('1.0.0');
    expect(v.parse(problemSchema, await answer.json()).code).toBe('CONFLICT');
  });

  it("shows nothing of another device's upload, and lets nobody but its device touch it", async () => {
    const session = await announcedSession(endpoint, token, 100);
    await createPiece(endpoint, token, session, 0, null);
    const other = await endpoint.pair(['upload', 'read', 'admin']);
    const path = `/api/uploads/${session.announcement.id}.0`;
    expect((await head(session, 0, other.token)).status).toBe(404);
    expect((await createPiece(endpoint, other.token, session, 0)).status).toBe(404);
    expect((await patchPiece(endpoint, other.token, session, 0, 0, new Uint8Array(9))).status).toBe(
      404,
    );
    expect((await askTus(endpoint, 'DELETE', path, other.token)).status).toBe(404);
    expect((await createPiece(endpoint, token, session, 0)).status).toBe(201);
  });

  it('asks for a token that may upload', async () => {
    const session = await announcedSession(endpoint, token, 100);
    const reader = await endpoint.pair(['read', 'publish']);
    expect((await createPiece(endpoint, reader.token, session, 0)).status).toBe(403);
    const anonymous = await fetch(`${endpoint.url}/api/uploads`, { method: 'POST' });
    expect(anonymous.status).toBe(401);
  });

  it('ends an upload at its wish, and begins it anew', async () => {
    const session = await announcedSession(endpoint, token, 100, 100);
    await createPiece(endpoint, token, session, 0, null);
    await createPiece(endpoint, token, session, 1);
    for (const index of [0, 1]) {
      const path = `/api/uploads/${session.announcement.id}.${index}`;
      expect((await askTus(endpoint, 'DELETE', path, token)).status).toBe(204);
      expect((await head(session, index)).status).toBe(404);
      await expect(fileOf(session, index)).rejects.toThrow('ENOENT');
    }
    expect(await storedPieces(session)).toEqual([]);
    expect((await createPiece(endpoint, token, session, 1)).status).toBe(201);
  });

  it.each([
    ['nothing', ''],
    ['what is not base64', 'session ***'],
    ['a session only', encodeMetadata({ session: 'session-0000' })],
    ['something more', (good: string) => `${good},filename ${Buffer.from('a').toString('base64')}`],
    ['the same key twice', (good: string) => `${good},${good}`],
    [
      'a path in place of a session',
      encodeMetadata({ session: '../../secret', piece: '0', sha256: 'a'.repeat(64) }),
    ],
    [
      'a number that is none',
      encodeMetadata({ session: 'session-0000', piece: '-1', sha256: 'a'.repeat(64) }),
    ],
    [
      'a piece beyond all',
      encodeMetadata({ session: 'session-0000', piece: '16384', sha256: 'a'.repeat(64) }),
    ],
    [
      'a checksum in capitals',
      encodeMetadata({ session: 'session-0000', piece: '0', sha256: 'A'.repeat(64) }),
    ],
    [
      'far too much',
      encodeMetadata({ session: 'session-0000', piece: '0', sha256: 'a'.repeat(6000) }),
    ],
  ])('refuses metadata with %s', async (_, metadata) => {
    const session = await announcedSession(endpoint, token, 100);
    const good = encodeMetadata(pieceMetadata(session, 0));
    const answer = await askTus(endpoint, 'POST', '/api/uploads', token, {
      'Upload-Length': '100',
      'Upload-Metadata': typeof metadata === 'string' ? metadata : metadata(good),
    });
    expect(answer.status).toBe(400);
    expect(v.parse(problemSchema, await answer.json()).code).toBe('INVALID_REQUEST');
  });

  it('does not know a piece that was not announced', async () => {
    const session = await announcedSession(endpoint, token, 100);
    const headers = {
      'Upload-Length': '100',
      'Upload-Metadata': encodeMetadata({ ...pieceMetadata(session, 0), piece: '1' }),
    };
    expect((await askTus(endpoint, 'POST', '/api/uploads', token, headers)).status).toBe(404);
  });

  it('takes no path for an upload, however it is written', async () => {
    const session = await announcedSession(endpoint, token, 100);
    await createPiece(endpoint, token, session, 0, null);
    const { id } = session.announcement;
    const tricks = [
      '..%2F..%2Fetc%2Fpasswd',
      '%2e%2e%2fstore-name',
      'store-name',
      `..%2Fpieces%2F${id}.0`,
      `${id}.0%00`,
      `${id}.0%00.txt`,
      `${id}.00`,
      `${id}.`,
      id,
      `${id}.0%2F..`,
      `${id.toUpperCase()}.0`,
      `${'a'.repeat(4000)}.0`,
      '%E0%A4%A',
      '%',
      `x?x=/${id}.0`,
      `x#/${id}.0`,
    ];
    for (const trick of tricks) {
      for (const method of ['HEAD', 'PATCH', 'DELETE']) {
        const answer = await askTus(endpoint, method, `/api/uploads/${trick}`, token, {
          'Upload-Offset': '0',
          'Content-Type': 'application/offset+octet-stream',
        });
        expect([400, 404], `${method} ${trick}`).toContain(answer.status);
      }
    }
    expect((await head(session, 0)).headers.get('Upload-Offset')).toBe('0');
    expect(await readdir(endpoint.config.dataFolder)).toContain('pieces');
  });

  it('looks at the path only, not at what stands behind it', async () => {
    const mine = await announcedSession(endpoint, token, 100);
    await createPiece(endpoint, token, mine, 0, null);
    const other = await endpoint.pair(['upload']);
    const theirs = makeTestSession([100]);
    await announceSession(endpoint, other.token, theirs);
    await createPiece(endpoint, other.token, theirs, 0, null);
    const path = `/api/uploads/${mine.announcement.id}.0?x=/${theirs.announcement.id}.0`;
    expect((await askTus(endpoint, 'DELETE', path, token)).status).toBe(204);
    expect((await head(theirs, 0, other.token)).status).toBe(200);
    expect((await head(mine, 0)).status).toBe(404);
  });

  it('refuses what is no request of the protocol with a reason, and never fails', async () => {
    const session = await announcedSession(endpoint, token, 100);
    await createPiece(endpoint, token, session, 0, null);
    const path = `/api/uploads/${session.announcement.id}.0`;
    const offset = { 'Content-Type': 'application/offset+octet-stream' };
    const answers = await Promise.all([
      fetch(`${endpoint.url}${path}`, {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${token}` },
      }),
      askTus(endpoint, 'PATCH', path, token, { 'Tus-Resumable': '9.9.9' }),
      askTus(endpoint, 'PATCH', path, token, { ...offset, 'Upload-Offset': '-1' }),
      askTus(endpoint, 'PATCH', path, token, { ...offset, 'Upload-Offset': '1e9' }),
      askTus(endpoint, 'PATCH', path, token, {
        'Upload-Offset': '0',
        'Content-Type': 'text/plain',
      }),
      askTus(endpoint, 'PATCH', path, token, offset),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(v.is(problemSchema, await answer.json())).toBe(true);
    }
    expect((await askTus(endpoint, 'GET', path, token)).status).toBe(405);
    expect((await askTus(endpoint, 'OPTIONS', '/api/uploads', token)).status).toBe(204);
  });
});
