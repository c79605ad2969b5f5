import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  sentSession,
  sessionPath,
  sha256,
  type TestSession,
} from '../../../../support/endpoint-sessions';

onEachDatabase('downloads', (kind) => {
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
  });
  afterAll(() => endpoint.stop());

  async function piece(session: TestSession, token: string, headers: Record<string, string> = {}) {
    return endpoint.ask('GET', `${sessionPath(session)}/pieces/0`, { token, headers });
  }

  it('give all of a piece, a range of it, or nothing when it is known', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const session = await sentSession(endpoint, token, 1000);
    const bytes = Buffer.from(session.pieces[0] ?? []);
    const all = await piece(session, token);
    expect(all.status).toBe(200);
    const etag = `"${sha256(bytes)}"`;
    expect(all.headers.get('ETag')).toBe(etag);
    expect(all.headers.get('Cache-Control')).toBe('private, max-age=31536000, immutable');
    expect(all.headers.get('Content-Length')).toBe('1000');
    expect(Buffer.from(await all.arrayBuffer()).equals(bytes)).toBe(true);
    const ranges: readonly [string, number, number][] = [
      ['bytes=100-199', 100, 199],
      ['bytes=900-', 900, 999],
      ['bytes=-50', 950, 999],
      ['bytes=990-5000', 990, 999],
      ['bytes=-5000', 0, 999],
    ];
    for (const [range, first, last] of ranges) {
      const part = await piece(session, token, { Range: range, 'If-Range': etag });
      expect(part.status).toBe(206);
      expect(part.headers.get('Content-Range')).toBe(`bytes ${first}-${last}/1000`);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(first, last + 1))).toBe(
        true,
      );
    }
    expect((await piece(session, token, { 'If-None-Match': etag })).status).toBe(304);
    expect(
      (await piece(session, token, { Range: 'bytes=0-1', 'If-Range': '"other"' })).status,
    ).toBe(200);
    for (const range of ['bytes=1000-', 'bytes=-0']) {
      const none = await piece(session, token, { Range: range });
      expect(none.status).toBe(416);
      expect(none.headers.get('Content-Range')).toBe('bytes */1000');
    }
    for (const range of ['bytes=5-2', 'bytes=0-1,5-6', 'items=0-1', 'bytes=-']) {
      expect((await piece(session, token, { Range: range })).status).toBe(200);
    }
    const head = await endpoint.ask('HEAD', `${sessionPath(session)}/pieces/0`, { token });
    expect(head.headers.get('Content-Length')).toBe('1000');
  });

  it('know no piece that is not there', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const session = await sentSession(endpoint, token, 10);
    for (const [index, status] of Object.entries({
      1: 404,
      '-1': 400,
      '00': 400,
      99_999: 400,
      x: 400,
      '0%00': 400,
    })) {
      const answer = await endpoint.ask('GET', `${sessionPath(session)}/pieces/${index}`, {
        token,
      });
      expect(answer.status, index).toBe(status);
    }
  });

  it('take no path for a session, however it is written', async () => {
    const { token } = await endpoint.pair(['upload', 'read', 'admin']);
    for (const trick of [
      '..%2F..%2Fpieces',
      '%2e%2e',
      'a'.repeat(65),
      'UPPER-CASE',
      'session%00',
      '%E0%A4%A',
    ]) {
      for (const [method, path] of [
        ['GET', `/api/sessions/${trick}`],
        ['GET', `/api/sessions/${trick}/pieces/0`],
        ['DELETE', `/api/sessions/${trick}`],
        ['POST', `/api/sessions/${trick}/complete`],
        ['DELETE', `/api/shares/${trick}`],
      ] as const) {
        const answer = await endpoint.ask(method, path, { token });
        expect([400, 404, 405], `${method} ${path}`).toContain(answer.status);
      }
    }
  });

  it('show by the checksum that a bit was flipped on the disk, and nothing of a file that was cut', async () => {
    const { token } = await endpoint.pair(['upload', 'read']);
    const session = await sentSession(endpoint, token, 1000);
    const path = join(endpoint.config.dataFolder, 'pieces', `${session.announcement.id}.0`);
    const file = await open(path, 'r+');
    onTestFinished(() => file.close());
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 500);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 4]), 0, 1, 500);
    const flipped = await piece(session, token);
    const bytes = new Uint8Array(await flipped.arrayBuffer());
    expect(bytes.length).toBe(1000);
    expect(`"${sha256(bytes)}"`).not.toBe(flipped.headers.get('ETag'));
    await file.truncate(999);
    expect((await piece(session, token)).status).toBe(410);
    await rm(path);
    expect((await piece(session, token)).status).toBe(410);
  });
});
