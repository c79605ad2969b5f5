import { generateKeyPairSync, sign } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { UploadPlan } from '../../../src/core/sync-format/sync-worker-api';
import { sha256Hex } from '../../../src/core/session-format/sha256-stream';
import { receiptKeyFingerprint } from '../../../src/core/sync-format/receipt-key';
import { makeKey } from '../../../src/sinks/sync/age-files';
import { AppError } from '../../../src/core/app-error';
import {
  findSession,
  isLost,
  listSessions,
  removeSession,
} from '../../../src/sinks/sync/catalogue';
import { downloadSession, type DownloadedFile } from '../../../src/sinks/sync/download-session';
import { EndpointRequests } from '../../../src/sinks/sync/endpoint-requests';
import { endShare, listShares, shareSession } from '../../../src/sinks/sync/shares';
import { planUpload, sendSession } from '../../../src/sinks/sync/upload-session';
import { startTestEndpoint, type TestEndpoint } from '../../support/endpoint';
import { MemoryUploadPlace } from '../../support/memory-upload-place';

/** Six pieces and a bit. */
const PIECE_BYTES = 20_000;
const FILE_BYTES = 6 * PIECE_BYTES + 1234;
const MARKER = 'MARKER-OF-A-NORTH-GATE';
const TRY_COUNT = 20;

let endpoint: TestEndpoint;
let requests: EndpointRequests;
let vaultKey: string;
let receiptKey: string;
let lastNumber = 0;

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  const { token } = await endpoint.pair(['upload', 'read']);
  requests = new EndpointRequests(endpoint.url, token);
  vaultKey = (await makeKey()).identity;
  receiptKey = endpoint.endpoint.receiptKey.publicKey;
});

afterAll(() => endpoint.stop());

/** The same bytes in every run, the marker among them. */
function contents(): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from({ length: FILE_BYTES }, (_, at) => (at * 31 + (at >> 8)) % 256);
  bytes.set(new TextEncoder().encode(MARKER), 777);
  return bytes;
}

async function planned(): Promise<{ plan: UploadPlan; place: MemoryUploadPlace }> {
  lastNumber += 1;
  const uploadId = `upload-${String(lastNumber).padStart(6, '0')}`;
  const file = new File([contents()], 'session.zip');
  const facts = {
    uploadId,
    sessionId: 'session-000001',
    runId: 'run-1',
    createdUnixMs: 1_778_587_200_000,
    title: `Title ${MARKER}`,
    cameras: [`Camera ${MARKER}`],
    startUnixMs: 1_778_587_200_000,
    endUnixMs: 1_778_587_260_000,
    hasPictures: true,
  };
  const place = new MemoryUploadPlace();
  place.sessions.set(uploadId, file);
  return { plan: await planUpload(facts, file, vaultKey, PIECE_BYTES), place };
}

const never = () => new AbortController().signal;

async function uploaded(): Promise<UploadPlan> {
  const { plan, place } = await planned();
  await sendSession(requests, plan, place, () => undefined, never());
  return plan;
}

/** What was written, and whether it was thrown away. */
class Received implements DownloadedFile {
  bytes = new Uint8Array(FILE_BYTES);
  isRemoved = false;

  write(bytes: Uint8Array, position: number): void {
    this.bytes.set(bytes, position);
  }

  read(): Promise<File> {
    return Promise.resolve(new File([this.bytes], 'session.zip'));
  }

  remove(): Promise<void> {
    this.isRemoved = true;
    return Promise.resolve();
  }
}

async function received(id: string, key = vaultKey, from = requests): Promise<Received> {
  const file = new Received();
  await downloadSession(
    from,
    key,
    id,
    () => Promise.resolve(file),
    () => undefined,
    never(),
  );
  return file;
}

const pieceFile = (id: string, index: number) =>
  join(endpoint.config.dataFolder, 'pieces', `${id}.${index}`);

/** Downloads what was tampered with; returns the code, and has seen that nothing was left behind. */
async function refusal(id: string, key = vaultKey): Promise<unknown> {
  const file = new Received();
  const create = vi.fn(() => Promise.resolve(file));
  const attempt = downloadSession(requests, key, id, create, () => undefined, never());
  const error: unknown = await attempt.catch((thrown: unknown) => thrown);
  expect(create.mock.calls.length === 0 || file.isRemoved).toBe(true);
  return error;
}

const tampered: unknown = expect.objectContaining({ code: 'SYNC_TAMPERED' });

describe('a session at an endpoint', () => {
  it('comes back byte for byte, and nothing of it can be read there', async () => {
    const { uploadId } = await uploaded();
    expect(await sha256Hex((await received(uploadId)).bytes)).toBe(await sha256Hex(contents()));
    const folder = join(endpoint.config.dataFolder, 'pieces');
    for (const name of await readdir(folder))
      expect((await readFile(join(folder, name))).includes(MARKER)).toBe(false);
  });

  it('tells what it is to who has the vault’s key, and days and sizes to others', async () => {
    const { uploadId } = await uploaded();
    const query = { fromDay: null, toDay: null, cursor: null };
    const find = async (key: string | null) =>
      (await listSessions(requests, key, query)).sessions.find(({ id }) => id === uploadId);
    expect((await find(vaultKey))?.details).toMatchObject({
      title: `Title ${MARKER}`,
      cameras: [`Camera ${MARKER}`],
    });
    for (const key of [null, (await makeKey()).identity])
      expect(await find(key)).toMatchObject({ details: null, firstDay: '2026-05-12' });
  });

  it(`is whole after ${TRY_COUNT} tries that were broken off anywhere, and was never listed before`, async () => {
    const { plan, place } = await planned();
    const listed = async () => {
      const query = { fromDay: null, toDay: null, cursor: null };
      const { sessions } = await listSessions(requests, vaultKey, query);
      return sessions.some(({ id }) => id === plan.uploadId);
    };
    let brokenCount = 0;
    for (let number = 0; number < TRY_COUNT; number += 1) {
      const breaking = new AbortController();
      const realFetch = globalThis.fetch;
      // The request at which the power fails, before it is sent or when it is answered: seven in turn.
      let requestsLeft = 1 + ((number * 5) % 7);
      vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
        requestsLeft -= 1;
        if (requestsLeft === 0 && number % 2 === 0) breaking.abort();
        const response = await realFetch(url, init);
        if (requestsLeft === 0) breaking.abort();
        return response;
      });
      try {
        await sendSession(requests, plan, place, () => undefined, breaking.signal);
        break;
      } catch (error) {
        expect(error).toMatchObject({ name: 'AbortError' });
        brokenCount += 1;
        vi.unstubAllGlobals();
        expect(await listed()).toBe(false);
        // Now and then what was being sent is lost with the power, or cut.
        if (number % 5 === 4) place.pieces.set(plan.uploadId, new Uint8Array(100));
      } finally {
        vi.unstubAllGlobals();
      }
    }
    await sendSession(requests, plan, place, () => undefined, never());
    expect(brokenCount).toBeGreaterThan(3);
    expect((await received(plan.uploadId)).bytes).toEqual(contents());
    expect([...place.pieces.keys(), ...place.flights.keys()]).toEqual([]);
  });

  it('sent again when it is complete sends nothing', async () => {
    const { plan, place } = await planned();
    await sendSession(requests, plan, place, () => undefined, never());
    const told: number[] = [];
    await sendSession(requests, plan, place, (bytes) => told.push(bytes), never());
    expect(told).toEqual([]);
  });

  it('is announced again when the endpoint lost it in the middle', async () => {
    const { plan, place } = await planned();
    const { database } = endpoint.endpoint;
    let isWhole = true;
    const forget = (): void => {
      if (isWhole) void database.query('delete from sessions where id = $1', [plan.uploadId]);
      isWhole = false;
    };
    await expect(sendSession(requests, plan, place, forget, never())).rejects.toMatchObject({
      code: 'SYNC_UNREACHABLE',
    });
    await sendSession(requests, plan, place, () => undefined, never());
    expect((await received(plan.uploadId)).bytes).toEqual(contents());
  });

  it('that was removed there by its receipt cannot be sent again under its name', async () => {
    const { plan, place } = await planned();
    await sendSession(requests, plan, place, () => undefined, never());
    await removeSession(requests, plan.uploadId, receiptKey);
    await expect(
      sendSession(requests, plan, place, () => undefined, never()),
    ).rejects.toMatchObject({ code: 'SYNC_LOST' });
  });

  it('is lost when it is not there although nobody removed it', async () => {
    const [kept, removed, lost] = [await uploaded(), await uploaded(), await uploaded()];
    const leaving = await uploaded();
    const { database } = endpoint.endpoint;
    await removeSession(requests, removed.uploadId, receiptKey);
    await database.query(
      "update sessions set state = 'deleting', deleted_by = 'retention' where id = $1",
      [leaving.uploadId],
    );
    await database.query('delete from sessions where id = $1', [lost.uploadId]);
    const answers = [kept, removed, leaving, lost].map(({ uploadId }) =>
      isLost(requests, uploadId),
    );
    expect(await Promise.all(answers)).toEqual([false, false, false, true]);
  });

  it('leaves no half a piece on a full disk, and goes on when there is room', async () => {
    const { plan, place } = await planned();
    const open = vi.spyOn(place, 'openPiece').mockImplementation((uploadId) => {
      place.pieces.set(uploadId, new Uint8Array(5));
      return Promise.resolve({
        write: () => {
          throw new AppError('STORAGE_FULL', 'Expected room');
        },
        flush: () => undefined,
        close: () => undefined,
      });
    });
    await expect(
      sendSession(requests, plan, place, () => undefined, never()),
    ).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(place.pieces.size).toBe(0);
    open.mockRestore();
    await sendSession(requests, plan, place, () => undefined, never());
    expect((await received(plan.uploadId)).bytes).toEqual(contents());
  });

  it('is refused with a single bit changed in any piece', async () => {
    const { uploadId } = await uploaded();
    for (const [index, at] of [
      [0, 10],
      [0, 100],
      [3, 300],
      [6, 1400],
    ] as const) {
      const path = pieceFile(uploadId, index);
      const before = await readFile(path);
      const after = Buffer.from(before);
      after[at] = (after[at] ?? 0) ^ 1;
      await writeFile(path, after);
      expect(await refusal(uploadId)).toEqual(tampered);
      await writeFile(path, before);
    }
    expect((await received(uploadId)).bytes).toEqual(contents());
  });

  it('is refused with a piece cut short', async () => {
    const { uploadId } = await uploaded();
    await truncate(pieceFile(uploadId, 2), 5000);
    expect(await refusal(uploadId)).toEqual(tampered);
  });

  it('is refused with two of its own pieces swapped, checksums and all', async () => {
    const { uploadId } = await uploaded();
    await swap(uploadId, 1, uploadId, 2);
    expect(await refusal(uploadId)).toEqual(tampered);
  });

  it('is refused with another session’s piece or envelope in it', async () => {
    const [one, other] = [await uploaded(), await uploaded()];
    await swap(one.uploadId, 1, other.uploadId, 1);
    expect(await refusal(one.uploadId)).toEqual(tampered);
    await swap(one.uploadId, 1, other.uploadId, 1);
    await answering(
      (body) => ({ ...body, envelope: other.envelope }),
      async () => expect(await refusal(one.uploadId)).toEqual(tampered),
    );
    expect((await received(one.uploadId)).bytes).toEqual(contents());
  });

  it('is refused to who has another key', async () => {
    const { uploadId } = await uploaded();
    const { identity } = await makeKey();
    expect(await refusal(uploadId, identity)).toMatchObject({ code: 'SYNC_WRONG_KEY' });
  });

  it('is opened by a share link’s key and secret, and only that one', async () => {
    const [one, other] = [await uploaded(), await uploaded()];
    const expires = Date.now() + 60_000;
    const { secret, sessionKey } = await shareSession(requests, vaultKey, one.uploadId, expires);
    const guest = new EndpointRequests(endpoint.url, secret);
    expect((await received(one.uploadId, sessionKey, guest)).bytes).toEqual(contents());
    await expect(received(other.uploadId, sessionKey, guest)).rejects.toMatchObject({
      code: expect.stringMatching(/^SYNC_/) as unknown,
    });
  });

  it('is not opened by a link that was found among its links and ended; another one goes on', async () => {
    const { uploadId } = await uploaded();
    const [late, early] = [Date.now() + 120_000, Date.now() + 60_000];
    const kept = await shareSession(requests, vaultKey, uploadId, late);
    const ended = await shareSession(requests, vaultKey, uploadId, early);
    const own = { remoteId: uploadId, deviceName: 'A device', isOwn: true };
    const [first, second, ...others] = await listShares(requests, uploadId);
    expect(first).toEqual({ ...own, id: ended.shareId, expiresUnixMs: early });
    expect(second).toEqual({ ...own, id: kept.shareId, expiresUnixMs: late });
    expect(others).toEqual([]);
    await endShare(requests, ended.shareId);
    // Ended by somebody else at the same time, it is just as ended.
    await endShare(requests, ended.shareId);
    const guest = new EndpointRequests(endpoint.url, ended.secret);
    await expect(received(uploadId, ended.sessionKey, guest)).rejects.toMatchObject({
      code: 'SYNC_SIGNED_OUT',
    });
    expect((await listShares(requests, uploadId)).map(({ id }) => id)).toEqual([kept.shareId]);
    const other = new EndpointRequests(endpoint.url, kept.secret);
    expect((await received(uploadId, kept.sessionKey, other)).bytes).toEqual(contents());
  });

  it('goes on where a broken download ended', async () => {
    const { uploadId } = await uploaded();
    const realFetch = globalThis.fetch;
    const ranges: (string | null)[] = [];
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const response = await realFetch(url, init);
      if (!url.includes('/pieces/0')) return response;
      ranges.push(new Headers(init.headers).get('Range'));
      return ranges.length === 1 ? brokenAfter(response, 1000) : response;
    });
    const file = await received(uploadId).finally(() => vi.unstubAllGlobals());
    expect(ranges).toEqual([null, 'bytes=1000-']);
    expect(file.bytes).toEqual(contents());
  });

  it('is removed with a receipt, and is not there any more', async () => {
    const { uploadId } = await uploaded();
    const receipt = await removeSession(requests, uploadId, receiptKey);
    expect(receipt).toContain(uploadId);
    await expect(received(uploadId)).rejects.toMatchObject({ code: 'SYNC_REFUSED' });
    expect(await removeSession(requests, 'upload-999999', receiptKey)).toBeNull();
  });

  it('is found by its name, and what it is only by who has the key', async () => {
    const { uploadId } = await uploaded();
    const { details } = (await findSession(requests, null, uploadId))!;
    expect(details).toBeNull();
    expect(await findSession(requests, null, 'upload-999999')).toBeNull();
  });

  it('has no valid receipt when nobody known signed it, or when it is of another session', async () => {
    const [one, other] = [await uploaded(), await uploaded()];
    const ofOther = await removeSession(requests, other.uploadId, receiptKey);
    const nobodys = { signature: Buffer.alloc(64).toString('base64') };
    for (const answer of [
      (receipt: object) => ({ ...receipt, ...nobodys }),
      (receipt: object) => ({ ...receipt, signature: 'no base64' }),
      () => JSON.parse(ofOther ?? '') as object,
    ])
      await answeringRemoval(answer, receiptKey, async () => {
        const removing = removeSession(requests, one.uploadId, receiptKey);
        await expect(removing).rejects.toMatchObject({ code: 'SYNC_TAMPERED' });
      });
    expect(await removeSession(requests, one.uploadId, receiptKey)).toContain(one.uploadId);
  });

  it('has no valid receipt from an endpoint that has another key than when the device was paired, whatever it says of its key', async () => {
    const { uploadId } = await uploaded();
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const newKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const signAnew = ({ statement }: { statement: string }) => ({
      statement,
      signature: sign(null, Buffer.from(statement), privateKey).toString('base64'),
    });
    const fingerprints = await Promise.all([receiptKey, newKey].map(receiptKeyFingerprint));
    await answeringRemoval(signAnew, newKey, async () => {
      const removing = removeSession(requests, uploadId, receiptKey);
      await expect(removing).rejects.toMatchObject({ code: 'SYNC_KEY_CHANGED' });
      for (const fingerprint of fingerprints) await expect(removing).rejects.toThrow(fingerprint);
    });
  });

  it('is not sent by a device whose token was revoked', async () => {
    const { plan, place } = await planned();
    const unknown = new EndpointRequests(endpoint.url, 'A'.repeat(43));
    await expect(sendSession(unknown, plan, place, () => undefined, never())).rejects.toMatchObject(
      { code: 'SYNC_SIGNED_OUT' },
    );
  });
});

/** On the endpoint's disk and in its database: everything it could know would be right. */
async function swap(oneId: string, oneIndex: number, otherId: string, otherIndex: number) {
  const paths = [pieceFile(oneId, oneIndex), pieceFile(otherId, otherIndex)] as const;
  const [one, other] = [await readFile(paths[0]), await readFile(paths[1])];
  expect(one.length).toBe(other.length);
  await writeFile(paths[0], other);
  await writeFile(paths[1], one);
  const { database } = endpoint.endpoint;
  for (const [id, index, bytes] of [
    [oneId, oneIndex, other],
    [otherId, otherIndex, one],
  ] as const) {
    const digest = await sha256Hex(new Uint8Array(bytes));
    await database.query('update pieces set sha256 = $3 where session_id = $1 and piece = $2', [
      id,
      index,
      digest,
    ]);
  }
}

/** The endpoint answers something else when it is asked for a session. */
async function answering(
  change: (body: Record<string, unknown>) => unknown,
  work: () => Promise<void>,
): Promise<void> {
  const realFetch = globalThis.fetch;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const response = await realFetch(url, init);
    if (url.includes('/pieces/')) return response;
    return Response.json(change((await response.json()) as Record<string, unknown>)); // as the endpoint answers
  });
  try {
    await work();
  } finally {
    vi.unstubAllGlobals();
  }
}

/** The endpoint answers a removal with another receipt, and tells another key. */
async function answeringRemoval(
  change: (receipt: { statement: string; signature: string }) => object,
  key: string,
  work: () => Promise<void>,
): Promise<void> {
  const really = fetch;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const response = await really(url, init);
    if (url.endsWith('/api/about'))
      return Response.json({ ...((await response.json()) as object), receiptKey: key });
    if (init.method !== 'DELETE') return response;
    return Response.json(change((await response.json()) as Parameters<typeof change>[0])); // as the endpoint answers
  });
  try {
    await work();
  } finally {
    vi.unstubAllGlobals();
  }
}

function brokenAfter(response: Response, byteCount: number): Response {
  let left = byteCount;
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk.slice(0, left));
      left -= Math.min(left, chunk.length);
      if (left === 0) controller.error(new TypeError('network error'));
    },
  });
  return new Response(response.body?.pipeThrough(cut) ?? null, { status: response.status });
}
