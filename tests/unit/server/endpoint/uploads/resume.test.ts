import { request } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { TestEndpoint } from '../../../../support/endpoint';
import { onEachDatabase } from '../../../../support/endpoint-databases';
import {
  announcedSession,
  askTus,
  createPiece,
  type TestSession,
} from '../../../../support/endpoint-sessions';
import { sendByTus, tusUpload } from '../../../../support/tus-sender';

const MIB = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

onEachDatabase('resuming', (kind) => {
  let endpoint: TestEndpoint;
  let token: string;
  beforeAll(async () => {
    endpoint = await kind.startEndpoint();
    ({ token } = await endpoint.pair(['upload', 'read']));
  });
  afterAll(() => endpoint.stop());

  function fileOf({ announcement }: TestSession): string {
    return join(endpoint.config.dataFolder, 'pieces', `${announcement.id}.0`);
  }
  async function requireStored(session: TestSession): Promise<void> {
    const path = `/api/sessions/${session.announcement.id}/complete`;
    expect((await endpoint.ask('POST', path, { token })).status).toBe(200);
    expect((await readFile(fileOf(session))).equals(session.pieces[0] ?? new Uint8Array())).toBe(
      true,
    );
  }
  /** A PATCH of which only this many bytes are sent, and whose connection stays open. */
  function sendPart({ announcement, pieces: [bytes] }: TestSession, byteCount: number) {
    const part = request(`${endpoint.url}/api/uploads/${announcement.id}.0`, {
      method: 'PATCH',
      headers: {
        Authorization: `Bearer ${token}`,
        'Tus-Resumable': '1.0.0',
        'Upload-Offset': '0',
        'Content-Type': 'application/offset+octet-stream',
        'Content-Length': bytes?.length ?? 0,
      },
    });
    part.on('error', () => undefined);
    if (byteCount > 0) part.write(bytes?.subarray(0, byteCount));
    onTestFinished(() => void part.destroy());
    return part;
  }
  async function untilFileHas(session: TestSession, byteCount: number): Promise<void> {
    await vi.waitFor(
      async () => expect((await stat(fileOf(session))).size).toBe(byteCount),
      10_000,
    );
  }

  it('tus-js-client sends a piece whose address it was told, whether or not it was begun', async () => {
    const session = await announcedSession(endpoint, token, 300_000);
    await sendByTus({ url: endpoint.url, token }, session, 0, { chunkSize: 100_000 });
    await requireStored(session);
  });

  it('tus-js-client goes on where an upload was broken off', async () => {
    const session = await announcedSession(endpoint, token, 2 * MIB);
    const sender = { url: endpoint.url, token };
    await new Promise<void>((resolve, reject) => {
      const upload = tusUpload(sender, session, 0, {
        chunkSize: 512 * 1024,
        onChunkComplete: (_, accepted) => {
          if (accepted >= MIB) void upload.abort().then(resolve, reject);
        },
        onError: reject,
      });
      upload.start();
    });
    const before = (await stat(fileOf(session))).size;
    expect(before).toBeGreaterThanOrEqual(MIB);
    const sentFrom: number[] = [];
    await sendByTus(sender, session, 0, {
      onBeforeRequest: (one) => {
        if (one.getMethod() === 'PATCH') sentFrom.push(Number(one.getHeader('Upload-Offset')));
      },
    });
    expect(sentFrom[0]).toBeGreaterThanOrEqual(MIB);
    await requireStored(session);
  });

  it('keeps what arrived of a request whose connection broke', async () => {
    const session = await announcedSession(endpoint, token, MIB);
    await createPiece(endpoint, token, session, 0, null);
    const part = sendPart(session, 300_000);
    await untilFileHas(session, 300_000);
    part.destroy();
    const path = `/api/uploads/${session.announcement.id}.0`;
    const head = await askTus(endpoint, 'HEAD', path, token);
    expect(head.headers.get('Upload-Offset')).toBe('300000');
    await sendByTus({ url: endpoint.url, token }, session, 0);
    await requireStored(session);
  });

  it('takes the place of a dead connection that still holds the upload', async () => {
    const session = await announcedSession(endpoint, token, MIB);
    await createPiece(endpoint, token, session, 0, null);
    sendPart(session, 200_000);
    await untilFileHas(session, 200_000);
    await sendByTus({ url: endpoint.url, token }, session, 0);
    await requireStored(session);
  });

  it('of two that send the same piece at once, one is stored and none spoils it', async () => {
    const session = await announcedSession(endpoint, token, 2 * MIB);
    const sender = { url: endpoint.url, token };
    const options = { chunkSize: 256 * 1024, retryDelays: Array.from({ length: 30 }, () => 50) };
    const results = await Promise.allSettled([
      sendByTus(sender, session, 0, options),
      sendByTus(sender, session, 0, options),
    ]);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    await requireStored(session);
  });

  it('reads no further from a sender than the disk takes', async () => {
    const session = await announcedSession(endpoint, token, 16 * MIB);
    await createPiece(endpoint, token, session, 0, null);
    // Somebody holds the upload: nothing of it is written meanwhile.
    let free = (): void => undefined;
    const freed = new Promise<void>((resolve) => (free = resolve));
    await new Promise<void>((resolve) => {
      void endpoint.endpoint.pieceLocks.withLock(`${session.announcement.id}.0`, () => {
        resolve();
        return freed;
      });
    });
    const part = sendPart(session, 0);
    const answered = new Promise<number>((resolve) =>
      part.once('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      }),
    );
    let taken = 0;
    const sent = (async () => {
      while (taken < 16 * MIB) {
        const chunk = session.pieces[0]?.subarray(taken, taken + CHUNK_BYTES);
        await new Promise((resolve) => part.write(chunk, resolve));
        taken += CHUNK_BYTES;
      }
      part.end();
    })();
    await untilStill(() => taken);
    // Buffers of both sockets and some chunks on the way.
    expect(taken).toBeLessThan(12 * MIB);
    free();
    await sent;
    expect(await answered).toBe(204);
    await requireStored(session);
  });
});

/** A number that grows, once it no longer does. */
async function untilStill(read: () => number): Promise<void> {
  let last = -1;
  await vi.waitFor(
    () => {
      const before = last;
      last = read();
      expect(last).toBe(before);
      expect(last).toBeGreaterThan(0);
    },
    { timeout: 10_000, interval: 300 },
  );
}
