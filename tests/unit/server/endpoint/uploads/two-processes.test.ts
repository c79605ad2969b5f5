import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, it, onTestFinished, vi } from 'vitest';
import { pairAnswerSchema } from '../../../../../src/core/sync-api/access';
import { onPostgres } from '../../../../support/endpoint-databases';
import {
  findFreePort,
  startEndpointProcess,
  type EndpointProcess,
} from '../../../../support/endpoint-process';
import {
  encodeMetadata,
  makeTestSession,
  pieceMetadata,
  sha256,
  type TestSession,
} from '../../../../support/endpoint-sessions';
import { sendByTus } from '../../../../support/tus-sender';

const MIB = 1024 * 1024;
const RETRIES = Array.from({ length: 40 }, () => 500);

onPostgres('two processes on one PostgreSQL and one folder', (kind) => {
  it('go on with an upload that the other one began, also when that one was killed while it held it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'resight-two-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const environment = {
      RESIGHT_DATA: folder,
      DATABASE_URL: await kind.createUrl(),
    };
    const one = await start(environment);
    const token = await pair(one);
    const other = await start(environment);
    const session = makeTestSession([2 * MIB, MIB]);
    await ask(one, token, 'POST', '/api/sessions', session.announcement);

    await breakOff(one, token, session, folder);
    const sender = { url: other.url, token };
    const sentFrom: number[] = [];
    await sendByTus(sender, session, 0, {
      retryDelays: RETRIES,
      onBeforeRequest: (sent) => {
        if (sent.getMethod() === 'PATCH') sentFrom.push(Number(sent.getHeader('Upload-Offset')));
      },
    });
    expect(sentFrom).toEqual([MIB]);
    await sendByTus(sender, session, 1);
    await ask(other, token, 'POST', `/api/sessions/${session.announcement.id}/complete`);
    for (const [index, bytes] of session.pieces.entries()) {
      const answer = await fetch(
        `${other.url}/api/sessions/${session.announcement.id}/pieces/${index}`,
        { headers: { Authorization: `Bearer ${token}` } },
      );
      expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(bytes));
    }
  }, 120_000);
});

async function start(environment: Readonly<Record<string, string>>): Promise<EndpointProcess> {
  const endpoint = await startEndpointProcess(await findFreePort(), environment);
  onTestFinished(() => endpoint.kill());
  return endpoint;
}

async function pair({ url, pairingCode }: EndpointProcess): Promise<string> {
  const answer = await fetch(`${url}/api/pair`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code: pairingCode, deviceName: 'Phone' }),
  });
  return v.parse(pairAnswerSchema, await answer.json()).token;
}

async function ask(
  { url }: EndpointProcess,
  token: string,
  method: string,
  path: string,
  json: unknown = {},
): Promise<void> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(json),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

/** Sends half of the first piece and kills the process while it waits for the rest, with the piece's lock in its hands. */
async function breakOff(
  endpoint: EndpointProcess,
  token: string,
  session: TestSession,
  folder: string,
): Promise<void> {
  const bytes = session.pieces[0] ?? new Uint8Array();
  const path = `/api/uploads/${session.announcement.id}.0`;
  const headers = { Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0' };
  const created = await fetch(`${endpoint.url}/api/uploads`, {
    method: 'POST',
    headers: {
      ...headers,
      'Upload-Length': String(bytes.length),
      'Upload-Metadata': encodeMetadata(pieceMetadata(session, 0)),
    },
  });
  expect(created.status).toBe(201);
  const part = request(`${endpoint.url}${path}`, {
    method: 'PATCH',
    headers: {
      ...headers,
      'Upload-Offset': 0,
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': bytes.length,
    },
  });
  part.on('error', () => undefined);
  part.write(bytes.subarray(0, MIB));
  const file = join(folder, 'pieces', `${session.announcement.id}.0`);
  await vi.waitFor(async () => expect((await stat(file)).size).toBe(MIB), 30_000);
  await endpoint.kill();
}
