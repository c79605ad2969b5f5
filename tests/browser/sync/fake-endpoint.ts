/*
 * In place of the network of a worker: an endpoint in its memory, as far as sending and getting sessions needs one. Imported before the worker's
 * own code. The real endpoint is tested with the same code in tests/unit/sync and tests/e2e.
 */

import type { NewCatalogueSession } from '../../../src/core/sync-api/catalogue';
import {
  FAKE_ENDPOINT_CHANNEL,
  type FakeEndpointNews,
  type FakeEndpointOrder,
} from './fake-endpoint-messages';

interface FakeSession {
  readonly announced: NewCatalogueSession;
  readonly pieces: Map<number, Uint8Array<ArrayBuffer>>;
  readonly digests: Map<number, string>;
  isComplete: boolean;
}

const sessions = new Map<string, FakeSession>();
let orders: readonly FakeEndpointOrder[] = [];
const channel = new BroadcastChannel(FAKE_ENDPOINT_CHANNEL);
channel.onmessage = ({ data }: MessageEvent<{ orders?: readonly FakeEndpointOrder[] }>) => {
  if (data.orders) orders = data.orders;
};

globalThis.fetch = async (input: RequestInfo | URL, init: RequestInit = {}) => {
  const request = new Request(input, init);
  const { pathname, search } = new URL(request.url);
  const line = `${request.method} ${pathname}${search}`;
  const body =
    request.method === 'GET' || request.method === 'HEAD' ? null : await request.arrayBuffer();
  channel.postMessage({ request: line, body } satisfies FakeEndpointNews);
  const order = orders.find(({ pattern }) => pattern?.test(line) === true);
  if (order?.answer === 'die') close();
  if (order?.answer === 'hold' || order?.answer === 'die') return untilAborted(request.signal);
  if (order?.answer === 'unreachable') throw new TypeError('Failed to fetch');
  if (order?.answer === 401) return problem(401, 'UNAUTHORISED');
  return answer(request, pathname, body);
};

function answer(request: Request, pathname: string, body: ArrayBuffer | null): Response {
  const [, , kind, name = '', , index = ''] = pathname.split('/');
  if (kind === 'uploads') return answerUpload(request, name, body);
  if (kind === 'sessions' && request.method === 'POST')
    return name === '' ? announce(body) : complete(name);
  if (kind === 'live') return Response.json({ sequence: 1 });
  if (kind === 'devices') return new Response(null, { status: 204 });
  const session = sessions.get(name);
  if (kind !== 'sessions' || !session?.isComplete) return problem(404, 'NOT_FOUND');
  return index === '' ? Response.json(shown(session)) : piece(session, Number(index));
}

function announce(body: ArrayBuffer | null): Response {
  const text = new TextDecoder().decode(body ?? new ArrayBuffer());
  const announced = JSON.parse(text) as NewCatalogueSession; // as the app sends it
  const known = sessions.get(announced.id);
  const session: FakeSession = known ?? {
    announced,
    pieces: new Map(),
    digests: new Map(),
    isComplete: false,
  };
  sessions.set(announced.id, session);
  const stored = [...session.pieces].filter(
    ([at, bytes]) => bytes.length === announced.pieceByteCounts[at],
  );
  return Response.json({
    state: session.isComplete ? 'complete' : 'pending',
    storedPieces: stored.map(([at]) => at),
    expiresUnixMs: Date.now() + 3_600_000,
  });
}

function complete(id: string): Response {
  const session = sessions.get(id);
  if (!session) return problem(404, 'NOT_FOUND');
  session.isComplete = true;
  return Response.json(shown(session));
}

/** tus 1.0, as far as the app speaks it; checksums are the real endpoint's. */
function answerUpload(request: Request, name: string, body: ArrayBuffer | null): Response {
  const headers = { 'Tus-Resumable': '1.0.0' };
  if (request.method === 'POST') {
    const metadata = new Map(
      (request.headers.get('Upload-Metadata') ?? '').split(',').map((pair) => {
        const [key = '', value = ''] = pair.split(' ');
        return [key, atob(value)] as const;
      }),
    );
    const [id, index] = [metadata.get('session') ?? '', Number(metadata.get('piece'))];
    const bytes = new Uint8Array(body ?? new ArrayBuffer());
    sessions.get(id)?.pieces.set(index, bytes);
    sessions.get(id)?.digests.set(index, metadata.get('sha256') ?? '');
    const created = { Location: `/api/uploads/${id}.${index}`, 'Upload-Offset': `${bytes.length}` };
    return new Response(null, { status: 201, headers: { ...headers, ...created } });
  }
  const [id = '', index = ''] = name.split('.');
  const session = sessions.get(id);
  const before = session?.pieces.get(Number(index));
  if (!session || !before) return problem(404, 'NOT_FOUND');
  const after = new Uint8Array(before.length + (body?.byteLength ?? 0));
  after.set(before);
  if (body) after.set(new Uint8Array(body), before.length);
  session.pieces.set(Number(index), after);
  const length = String(session.announced.pieceByteCounts[Number(index)] ?? 0);
  return new Response(null, {
    status: request.method === 'HEAD' ? 200 : 204,
    headers: { ...headers, 'Upload-Offset': String(after.length), 'Upload-Length': length },
  });
}

function shown({ announced, pieces, digests }: FakeSession): object {
  const { id, envelope, firstDay, lastDay } = announced;
  const told = [...pieces].sort(([a], [b]) => a - b);
  return {
    ...{ id, envelope, firstDay, lastDay, deviceId: 'device-0001', isOwn: true },
    pieces: told.map(([at, bytes]) => ({ byteCount: bytes.length, sha256: digests.get(at) })),
    byteCount: told.reduce((sum, [, bytes]) => sum + bytes.length, 0),
    completedUnixMs: 1,
    expiresUnixMs: null,
  };
}

function piece({ pieces }: FakeSession, index: number): Response {
  return new Response(pieces.get(index) ?? null);
}

function problem(status: number, code: string): Response {
  return Response.json({ code, message: 'as the test wants it' }, { status });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => reject(new DOMException('ended', 'AbortError'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });
}
