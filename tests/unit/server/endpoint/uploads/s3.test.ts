import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPieceStore } from '../../../../../server/endpoint/uploads/create-piece-store';
import { repairStore } from '../../../../../server/endpoint/uploads/repair';
import { announcedSchema, receiptSchema } from '../../../../../src/core/sync-api/catalogue';
import { startTestEndpoint, type TestEndpoint } from '../../../../support/endpoint';
import {
  announceSession,
  askTus,
  createPiece,
  makeTestSession,
  patchPiece,
  sendSession,
} from '../../../../support/endpoint-sessions';
import { startTestS3, type TestS3 } from '../../../../support/s3-server';

const MIB = 1024 * 1024;

// Against a small server of the tests' own that knows what the store asks for: that Amazon's does the same is not tested.
describe('pieces in a bucket', () => {
  let s3: TestS3;
  let endpoint: TestEndpoint;
  let token: string;
  beforeAll(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    s3 = await startTestS3();
    endpoint = await startTestEndpoint({
      config: { store: { kind: 's3', bucket: 'cars', region: 'us-east-1', address: s3.url } },
    });
    ({ token } = await endpoint.pair(['upload', 'read']));
  });
  afterAll(async () => {
    await endpoint.stop();
    await s3.stop();
    vi.unstubAllEnvs();
  });

  it('come in parts, are compared, completed, read by ranges and removed without a trace', async () => {
    const session = makeTestSession([9 * MIB, 1000]);
    const bytes = Buffer.from(session.pieces[0] ?? []);
    await announceSession(endpoint, token, session);
    expect((await createPiece(endpoint, token, session, 0, null)).status).toBe(201);
    expect((await patchPiece(endpoint, token, session, 0, 0, bytes.subarray(0, MIB))).status).toBe(
      204,
    );
    const path = `/api/uploads/${session.announcement.id}.0`;
    const head = await askTus(endpoint, 'HEAD', path, token);
    expect(head.headers.get('Upload-Offset')).toBe(String(MIB));
    expect((await patchPiece(endpoint, token, session, 0, MIB, bytes.subarray(MIB))).status).toBe(
      204,
    );
    expect((await createPiece(endpoint, token, session, 1)).status).toBe(201);
    const done = `/api/sessions/${session.announcement.id}`;
    expect((await endpoint.ask('POST', `${done}/complete`, { token })).status).toBe(200);
    const all = await endpoint.ask('GET', `${done}/pieces/0`, { token });
    expect(Buffer.from(await all.arrayBuffer()).equals(bytes)).toBe(true);
    const headers = { Range: 'bytes=5000000-5000099' };
    const part = await endpoint.ask('GET', `${done}/pieces/0`, { token, headers });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(5_000_000, 5_000_100))).toBe(
      true,
    );
    const removed = await endpoint.ask('DELETE', done, { token });
    expect(v.is(receiptSchema, await removed.json())).toBe(true);
    expect(s3.keys()).toEqual(['store-name']);
    expect(s3.openUploadCount()).toBe(0);
  });

  it('that are others than announced are thrown away, and taken again', async () => {
    const session = makeTestSession([2000]);
    await announceSession(endpoint, token, session);
    expect((await createPiece(endpoint, token, session, 0, new Uint8Array(2000))).status).toBe(460);
    expect(s3.keys().some((key) => key.startsWith(session.announcement.id))).toBe(false);
    expect((await createPiece(endpoint, token, session, 0)).status).toBe(201);
    const answer = await announceSession(endpoint, token, session);
    expect(v.parse(announcedSchema, await answer.json()).storedPieces).toEqual([0]);
  });

  it('agree with their rows again after repair', async () => {
    const session = makeTestSession([1000]);
    await sendSession(endpoint, token, session);
    const store = createPieceStore(endpoint.config);
    expect(await repairStore(endpoint.endpoint, store)).toEqual({
      strayCount: 0,
      lostCount: 0,
    });
    await endpoint.endpoint.database.query('DELETE FROM sessions');
    expect((await repairStore(endpoint.endpoint, store)).strayCount).toBe(2);
    expect(s3.keys()).toEqual(['store-name']);
  });
});
