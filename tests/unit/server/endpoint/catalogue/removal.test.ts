import { createPublicKey, verify } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aboutSchema } from '../../../../../src/core/sync-api/access';
import {
  deletionStatementSchema,
  receiptSchema,
  receiptsSchema,
} from '../../../../../src/core/sync-api/catalogue';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  announceSession,
  createPiece,
  listsSession,
  makeTestSession,
  sentSession,
  sessionPath,
  sha256,
} from '../../../../support/endpoint-sessions';

onEachDatabase('removing sessions', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
  });
  afterAll(() => endpoint.stop());

  it('removes files and rows, looks for them again, and signs that', async () => {
    const { token, deviceId } = await endpoint.pair(['upload', 'read']);
    const session = await sentSession(endpoint, token, 10, 20);
    const answer = await endpoint.ask('DELETE', sessionPath(session), { token });
    expect(answer.status).toBe(200);
    const receipt = v.parse(receiptSchema, await answer.json());
    const statement = v.parse(deletionStatementSchema, JSON.parse(receipt.statement));
    expect(statement).toMatchObject({
      sessionId: session.announcement.id,
      deletedBy: deviceId,
      isVerified: true,
      pieces: session.pieces.map((bytes) => ({ byteCount: bytes.length, sha256: sha256(bytes) })),
    });
    const about = v.parse(aboutSchema, await (await endpoint.ask('GET', '/api/about')).json());
    const key = createPublicKey({
      key: Buffer.from(about.receiptKey, 'base64'),
      type: 'spki',
      format: 'der',
    });
    const isSigned = (text: string) =>
      verify(null, Buffer.from(text), key, Buffer.from(receipt.signature, 'base64'));
    expect(isSigned(receipt.statement)).toBe(true);
    expect(isSigned(receipt.statement.replace('true', 'true '))).toBe(false);
    const files = await readdir(join(endpoint.config.dataFolder, 'pieces'));
    expect(files.filter((name) => name.startsWith(session.announcement.id))).toEqual([]);
    expect((await endpoint.ask('GET', sessionPath(session), { token })).status).toBe(410);
    expect((await endpoint.ask('GET', `${sessionPath(session)}/pieces/0`, { token })).status).toBe(
      410,
    );
    expect((await announceSession(endpoint, token, session)).status).toBe(410);
    expect(await listsSession(endpoint, token, session)).toBe(false);
    const again = await endpoint.ask('DELETE', sessionPath(session), { token });
    expect(await again.json()).toEqual(receipt);
    const receipts = await endpoint.ask('GET', '/api/deletions', { token });
    expect(v.parse(receiptsSchema, await receipts.json()).receipts[0]).toEqual(receipt);
  });

  it('is for the own device and for admins', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const other = await endpoint.pair(['upload', 'read']);
    const admin = await endpoint.pair(['admin']);
    const session = await sentSession(endpoint, token, 10);
    expect(
      (await endpoint.ask('DELETE', sessionPath(session), { token: other.token })).status,
    ).toBe(403);
    const pending = makeTestSession([10]);
    await announceSession(endpoint, token, pending);
    expect(
      (await endpoint.ask('DELETE', sessionPath(pending), { token: other.token })).status,
    ).toBe(404);
    for (const one of [session, pending]) {
      const answer = await endpoint.ask('DELETE', sessionPath(one), { token: admin.token });
      expect(answer.status).toBe(200);
      const { statement } = v.parse(receiptSchema, await answer.json());
      expect(v.parse(deletionStatementSchema, JSON.parse(statement)).deletedBy).toBe(
        admin.deviceId,
      );
    }
  });

  it('throws away an upload under way', async () => {
    const { token } = await endpoint.pair(['upload']);
    const session = makeTestSession([10, 10]);
    await announceSession(endpoint, token, session);
    await createPiece(endpoint, token, session, 0, null);
    await createPiece(endpoint, token, session, 1);
    expect((await endpoint.ask('DELETE', sessionPath(session), { token })).status).toBe(200);
    const files = await readdir(join(endpoint.config.dataFolder, 'pieces'));
    expect(files.filter((name) => name.startsWith(session.announcement.id))).toEqual([]);
    expect((await createPiece(endpoint, token, session, 0)).status).toBe(404);
  });
});
