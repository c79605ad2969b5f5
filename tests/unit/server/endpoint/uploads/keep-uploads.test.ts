import { readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { announcedSchema, cataloguePageSchema } from '../../../../../src/core/sync-api/catalogue';
import {
  deletionStatementSchema,
  receiptsSchema,
} from '../../../../../src/core/sync-api/catalogue';
import { createPieceStore } from '../../../../../server/endpoint/uploads/create-piece-store';
import { keepUploads, sweepUploads } from '../../../../../server/endpoint/uploads/keep-uploads';
import { repairStore } from '../../../../../server/endpoint/uploads/repair';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  announceSession,
  askTus,
  createPiece,
  makeTestSession,
  patchPiece,
  sendSession,
  type TestSession,
} from '../../../../support/endpoint-sessions';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

onEachDatabase('keeping uploads', (kind) => {
  let endpoint: TestEndpoint;
  let token: string;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint({
      config: { retentionDays: 30 },
    });
    ({ token } = await endpoint.pair(['upload', 'read']));
  });
  afterAll(() => endpoint.stop());

  /** As another process on the same database and folder has them. */
  function parts() {
    const store = createPieceStore(endpoint.config);
    return { endpoint: endpoint.endpoint, store };
  }
  function sweep(): Promise<void> {
    return sweepUploads(parts());
  }
  function repair() {
    return repairStore(endpoint.endpoint, parts().store);
  }
  function fileOf({ announcement }: TestSession, index: number): string {
    return join(endpoint.config.dataFolder, 'pieces', `${announcement.id}.${index}`);
  }
  async function filesOf({ announcement }: TestSession): Promise<readonly string[]> {
    const names = await readdir(join(endpoint.config.dataFolder, 'pieces'));
    return names.filter((name) => name.startsWith(announcement.id));
  }
  async function stateOf({ announcement }: TestSession): Promise<string | null> {
    const [row] = await endpoint.endpoint.database.query<{ state: string }>(
      'SELECT state FROM sessions WHERE id = $1',
      [announcement.id],
    );
    return row?.state ?? null;
  }
  async function announce(session: TestSession) {
    const answer = await announceSession(endpoint, token, session);
    return v.parse(announcedSchema, await answer.json());
  }
  async function isListed({ announcement }: TestSession): Promise<boolean> {
    const answer = await endpoint.ask('GET', '/api/sessions', { token });
    const page = v.parse(cataloguePageSchema, await answer.json());
    return page.sessions.some(({ id }) => id === announcement.id);
  }
  async function receiptOf({ announcement }: TestSession) {
    const answer = await endpoint.ask('GET', '/api/deletions', { token });
    const { receipts } = v.parse(receiptsSchema, await answer.json());
    return receipts
      .map(({ statement }) => v.parse(deletionStatementSchema, JSON.parse(statement)))
      .find(({ sessionId }) => sessionId === announcement.id);
  }

  it('throws away an upload that rests, and lets it begin anew; one that goes on is kept', async () => {
    const resting = makeTestSession([100, 100]);
    const active = makeTestSession([100]);
    await announce(resting);
    await createPiece(endpoint, token, resting, 0);
    await createPiece(endpoint, token, resting, 1, null);
    await announce(active);
    await createPiece(endpoint, token, active, 0, null);
    endpoint.advanceMs(20 * HOUR_MS);
    const half = active.pieces[0]?.subarray(0, 50) ?? new Uint8Array();
    expect((await patchPiece(endpoint, token, active, 0, 0, half)).status).toBe(204);
    endpoint.advanceMs(5 * HOUR_MS);
    await sweep();
    expect(await stateOf(resting)).toBe(null);
    expect(await filesOf(resting)).toEqual([]);
    expect(await receiptOf(resting)).toBe(undefined);
    expect(await stateOf(active)).toBe('pending');
    expect(await announce(resting)).toMatchObject({ state: 'pending', storedPieces: [] });
  });

  it('removes complete sessions after their days, with a receipt, and hides them at once', async () => {
    const session = makeTestSession([100]);
    await sendSession(endpoint, token, session);
    expect(await isListed(session)).toBe(true);
    endpoint.advanceMs(30 * DAY_MS);
    expect(await isListed(session)).toBe(false);
    await sweep();
    expect(await stateOf(session)).toBe(null);
    expect(await filesOf(session)).toEqual([]);
    expect(await receiptOf(session)).toMatchObject({ deletedBy: 'retention', isVerified: true });
  });

  it('goes on with a removal that another process left half done, once', async () => {
    const session = makeTestSession([100, 100]);
    await sendSession(endpoint, token, session);
    await endpoint.endpoint.database.query(
      `UPDATE sessions SET state = 'deleting', deleted_by = 'device-0001' WHERE id = $1`,
      [session.announcement.id],
    );
    await rm(fileOf(session, 0));
    expect(await isListed(session)).toBe(false);
    await Promise.all([sweep(), sweep()]);
    expect(await filesOf(session)).toEqual([]);
    expect(await receiptOf(session)).toMatchObject({ deletedBy: 'device-0001', isVerified: true });
  });

  it('gives no receipt while a file cannot be removed', async () => {
    const session = makeTestSession([100]);
    await sendSession(endpoint, token, session);
    const { store } = parts();
    await endpoint.endpoint.database.query(
      `UPDATE sessions SET state = 'deleting', deleted_by = 'device-0001' WHERE id = $1`,
      [session.announcement.id],
    );
    const stubborn = Object.create(store, {
      remove: { value: () => Promise.resolve() },
    }) as typeof store; // All but one method as they are.
    Object.assign(stubborn, { receivedBytes: (id: string) => store.receivedBytes(id) });
    await expect(sweepUploads({ endpoint: endpoint.endpoint, store: stubborn })).rejects.toThrow(
      'still there',
    );
    expect(await receiptOf(session)).toBe(undefined);
    await sweep();
    expect(await receiptOf(session)).toMatchObject({ isVerified: true });
  });

  it('removes files of no piece, and nothing else', async () => {
    const folder = join(endpoint.config.dataFolder, 'pieces');
    const session = makeTestSession([100]);
    await announce(session);
    await createPiece(endpoint, token, session, 0, null);
    await writeFile(join(folder, 'session-of-nobody.0'), 'stray');
    await writeFile(join(folder, `${session.announcement.id}.1`), 'stray');
    await writeFile(join(folder, 'notes.txt'), 'kept');
    expect(await repair()).toEqual({ strayCount: 2, lostCount: 0 });
    const names = await readdir(folder);
    expect(names).toContain('notes.txt');
    expect(names).toContain(`${session.announcement.id}.0`);
    expect(names).not.toContain('session-of-nobody.0');
    expect(await repair()).toEqual({ strayCount: 0, lostCount: 0 });
  });

  it('begins pieces anew whose file is missing or was cut', async () => {
    const session = makeTestSession([100, 100, 100]);
    await announce(session);
    await createPiece(endpoint, token, session, 0);
    await createPiece(endpoint, token, session, 1);
    await createPiece(endpoint, token, session, 2, null);
    await rm(fileOf(session, 0));
    await truncate(fileOf(session, 1), 60);
    await rm(fileOf(session, 2));
    expect((await repair()).lostCount).toBe(3);
    expect((await announce(session)).storedPieces).toEqual([]);
    await sendSession(endpoint, token, session);
    expect(await isListed(session)).toBe(true);
  });

  it('takes a complete session that lost a piece out of the catalogue until it is sent again', async () => {
    const session = makeTestSession([100, 100]);
    await sendSession(endpoint, token, session);
    await rm(fileOf(session, 1));
    expect((await repair()).lostCount).toBe(1);
    expect(await isListed(session)).toBe(false);
    endpoint.advanceMs(2 * DAY_MS);
    await sweep();
    expect(await stateOf(session)).toBe('damaged');
    expect(await announce(session)).toMatchObject({ state: 'pending', storedPieces: [0] });
    await createPiece(endpoint, token, session, 1);
    const path = `/api/sessions/${session.announcement.id}/complete`;
    expect((await endpoint.ask('POST', path, { token })).status).toBe(200);
    expect(await isListed(session)).toBe(true);
  });

  it('finishes a piece of which all bytes came before a process died', async () => {
    const session = makeTestSession([100]);
    await announce(session);
    await createPiece(endpoint, token, session, 0, null);
    await writeFile(fileOf(session, 0), session.pieces[0] ?? '');
    const head = await askTus(endpoint, 'HEAD', `/api/uploads/${session.announcement.id}.0`, token);
    expect(head.headers.get('Upload-Offset')).toBe('100');
    expect((await announce(session)).storedPieces).toEqual([0]);
  });

  it('throws such a piece away when its bytes are others', async () => {
    const session = makeTestSession([100]);
    await announce(session);
    await createPiece(endpoint, token, session, 0, null);
    await writeFile(fileOf(session, 0), new Uint8Array(100));
    const path = `/api/uploads/${session.announcement.id}.0`;
    expect((await askTus(endpoint, 'HEAD', path, token)).status).toBe(460);
    expect((await askTus(endpoint, 'HEAD', path, token)).status).toBe(404);
    expect((await createPiece(endpoint, token, session, 0)).status).toBe(201);
  });

  it("refuses to start without its files, or with another database's, and removes nothing", async () => {
    const session = makeTestSession([100]);
    await sendSession(endpoint, token, session);
    const folder = join(endpoint.config.dataFolder, 'pieces');
    await rename(folder, `${folder}-elsewhere`);
    await expect(keepUploads(endpoint.endpoint)).rejects.toThrow('Is the disk mounted');
    await rename(`${folder}-elsewhere`, folder);
    await rename(join(folder, 'store-name'), join(folder, 'store-name-kept'));
    await writeFile(join(folder, 'store-name'), 'of another');
    await expect(keepUploads(endpoint.endpoint)).rejects.toThrow('those of another one');
    await rename(join(folder, 'store-name-kept'), join(folder, 'store-name'));
    expect(await isListed(session)).toBe(true);
    expect(await filesOf(session)).toHaveLength(1);
  });

  it('tells what is there in its metrics', async () => {
    const before = await metrics();
    const session = makeTestSession([100, 50]);
    await announce(session);
    await createPiece(endpoint, token, session, 0);
    await createPiece(endpoint, token, session, 1, null);
    const after = await metrics();
    expect(after.bytes - before.bytes).toBe(100);
    expect(after.open - before.open).toBe(1);
    expect(after.pending - before.pending).toBe(1);
  });

  async function metrics() {
    const text = await endpoint.endpoint.metrics.metrics();
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
    return {
      bytes: value('resight_stored_bytes'),
      open: value('resight_uploads_open'),
      pending: value('resight_sessions\\{state="pending"\\}'),
    };
  }
});
