import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  catalogueSessionSchema,
  openSharesSchema,
  shareSchema,
} from '../../../../../src/core/sync-api/catalogue';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  announceSession,
  createPiece,
  makeTestSession,
  sentSession,
  sessionPath,
  sha256,
  type TestSession,
} from '../../../../support/endpoint-sessions';

onEachDatabase('shares', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
  });
  afterAll(() => endpoint.stop());

  async function share(token: string, session: TestSession, days = 1) {
    const json = { expiresUnixMs: endpoint.endpoint.now() + days * 86_400_000 };
    const answer = await endpoint.ask('POST', `${sessionPath(session)}/shares`, { token, json });
    expect(answer.status).toBe(201);
    return v.parse(shareSchema, await answer.json());
  }

  it('open one session for reading, and nothing else', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const session = await sentSession(endpoint, token, 100);
    const other = await sentSession(endpoint, token, 100);
    const { secret } = await share(token, session);
    const seen = await endpoint.ask('GET', sessionPath(session), { token: secret });
    expect(seen.status).toBe(200);
    expect(v.parse(catalogueSessionSchema, await seen.json()).isOwn).toBe(false);
    const bytes = await endpoint.ask('GET', `${sessionPath(session)}/pieces/0`, { token: secret });
    expect(sha256(new Uint8Array(await bytes.arrayBuffer()))).toBe(
      sha256(session.pieces[0] ?? new Uint8Array()),
    );
    const refused = await Promise.all([
      endpoint.ask('GET', sessionPath(other), { token: secret }),
      endpoint.ask('GET', `${sessionPath(other)}/pieces/0`, { token: secret }),
      endpoint.ask('GET', '/api/sessions', { token: secret }),
      endpoint.ask('GET', '/api/deletions', { token: secret }),
      endpoint.ask('GET', '/api/vault', { token: secret }),
      endpoint.ask('GET', '/api/edits', { token: secret }),
      endpoint.ask('DELETE', sessionPath(session), { token: secret }),
      endpoint.ask('POST', `${sessionPath(session)}/shares`, {
        token: secret,
        json: { expiresUnixMs: 8e15 },
      }),
      announceSession(endpoint, secret, makeTestSession([10])),
      createPiece(endpoint, secret, session, 0),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([
      404, 404, 403, 403, 403, 403, 403, 403, 403, 403,
    ]);
  });

  it('are kept as a hash only', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const { secret } = await share(token, await sentSession(endpoint, token, 10));
    const rows = await endpoint.endpoint.database.query<{ text: string }>(
      `SELECT shares::text || encode(secret_hash, 'escape') AS text FROM shares`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some(({ text }) => text.includes(secret))).toBe(false);
  });

  it('end when they are revoked, when they expire, and with their session', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const stranger = await endpoint.pair(['read']);
    const session = await sentSession(endpoint, token, 10);
    const revoked = await share(token, session);
    const path = `/api/shares/${revoked.id}`;
    expect((await endpoint.ask('DELETE', path, { token: stranger.token })).status).toBe(404);
    expect((await endpoint.ask('DELETE', path, { token })).status).toBe(204);
    expect((await endpoint.ask('DELETE', path, { token })).status).toBe(404);
    expect(
      (await endpoint.ask('GET', sessionPath(session), { token: revoked.secret })).status,
    ).toBe(401);
    const expired = await share(token, session);
    const lasting = await share(stranger.token, session, 30);
    endpoint.advanceMs(2 * 86_400_000);
    expect(
      (await endpoint.ask('GET', sessionPath(session), { token: expired.secret })).status,
    ).toBe(401);
    expect(
      (await endpoint.ask('GET', sessionPath(session), { token: lasting.secret })).status,
    ).toBe(200);
    await endpoint.ask('DELETE', sessionPath(session), { token });
    expect(
      (await endpoint.ask('GET', sessionPath(session), { token: lasting.secret })).status,
    ).toBe(401);
  });

  /** Ids of what a device may end, sorted, and the answer as it came. */
  async function listed(token: string, query = '') {
    const answer = await endpoint.ask('GET', `/api/shares${query}`, { token });
    expect(answer.status).toBe(200);
    const text = await answer.text();
    const page = v.parse(openSharesSchema, JSON.parse(text));
    return { ...page, text, ids: page.shares.map(({ id }) => id).sort() };
  }

  it('are listed to who may end them: who made them, whose session it is, and an admin', async () => {
    const owner = await endpoint.pair(['upload', 'read'], 'Gate');
    const guest = await endpoint.pair(['read'], 'Phone');
    const stranger = await endpoint.pair(['read']);
    const admin = await endpoint.pair(['upload', 'read', 'admin']);
    const session = await sentSession(endpoint, owner.token, 10);
    const other = await sentSession(endpoint, admin.token, 10);
    const own = await share(owner.token, session, 7);
    const ofGuest = await share(guest.token, session);
    const ofOther = await share(guest.token, other);
    const ids = (...shares: { id: string }[]) => shares.map(({ id }) => id).sort();
    const toOwner = await listed(owner.token);
    expect(toOwner.ids).toEqual(ids(own, ofGuest));
    expect(toOwner.shares.find(({ id }) => id === ofGuest.id)).toEqual({
      id: ofGuest.id,
      sessionId: session.announcement.id,
      deviceName: 'Phone',
      isOwn: false,
      expiresUnixMs: ofGuest.expiresUnixMs,
    });
    expect((await listed(guest.token)).ids).toEqual(ids(ofGuest, ofOther));
    expect((await listed(stranger.token)).ids).toEqual([]);
    const toAdmin = await listed(admin.token);
    expect(toAdmin.ids).toEqual(expect.arrayContaining(ids(own, ofGuest, ofOther)));
    const ofSession = await listed(admin.token, `?session=${session.announcement.id}`);
    expect(ofSession.ids).toEqual(ids(own, ofGuest));
    for (const { secret } of [own, ofGuest, ofOther]) expect(toAdmin.text).not.toContain(secret);
    for (const id of toOwner.ids) {
      const path = `/api/shares/${id}`;
      expect((await endpoint.ask('DELETE', path, { token: owner.token })).status).toBe(204);
    }
    expect((await listed(owner.token)).ids).toEqual([]);
  });

  it('are listed as long as they open anything, and to devices only', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const admin = await endpoint.pair(['admin', 'read']);
    const guest = await endpoint.pair(['read']);
    const session = await sentSession(endpoint, token, 10);
    const short = await share(token, session);
    const long = await share(token, session, 30);
    const ofGuest = await share(guest.token, session, 30);
    const refused = await endpoint.ask('GET', '/api/shares', { token: long.secret });
    expect(refused.status).toBe(403);
    expect((await listed(token)).ids).toContain(short.id);
    endpoint.advanceMs(2 * 86_400_000);
    expect((await listed(token)).ids).toEqual([long.id, ofGuest.id].sort());
    await endpoint.ask('DELETE', `/api/devices/${guest.deviceId}`, { token: admin.token });
    expect((await listed(token)).ids).toEqual([long.id]);
    await endpoint.ask('DELETE', sessionPath(session), { token });
    expect((await listed(token)).ids).toEqual([]);
  });

  it('are listed page by page, each once', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const session = await sentSession(endpoint, token, 10);
    const made: string[] = [];
    for (let count = 0; count < 205; count += 1) made.push((await share(token, session)).id);
    const first = await listed(token);
    expect(first.ids).toHaveLength(200);
    const second = await listed(token, `?cursor=${first.cursor ?? ''}`);
    expect([...first.ids, ...second.ids].sort()).toEqual(made.sort());
    expect(second.cursor).toBeNull();
  });

  it('are made of complete sessions, and for the future', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const pending = makeTestSession([10]);
    await announceSession(endpoint, token, pending);
    const later = { expiresUnixMs: endpoint.endpoint.now() + 1000 };
    const ofPending = await endpoint.ask('POST', `${sessionPath(pending)}/shares`, {
      token,
      json: later,
    });
    expect(ofPending.status).toBe(404);
    const session = await sentSession(endpoint, token, 10);
    const past = { expiresUnixMs: endpoint.endpoint.now() - 1000 };
    const ofPast = await endpoint.ask('POST', `${sessionPath(session)}/shares`, {
      token,
      json: past,
    });
    expect(ofPast.status).toBe(400);
  });
});
