import { createHash, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { cataloguePageSchema, type NewCatalogueSession } from '../../src/core/sync-api/catalogue';
import type { TestEndpoint } from './endpoint';

/** A session as an app would send it: what is in it means nothing. */
export interface TestSession {
  readonly announcement: NewCatalogueSession;
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
}

/** Of random bytes, in pieces of these sizes. */
export function makeTestSession(
  pieceByteCounts: readonly number[],
  days: { readonly firstDay: string; readonly lastDay: string } = {
    firstDay: '2026-11-22',
    lastDay: '2026-11-23',
  },
): TestSession {
  return {
    announcement: {
      id: `session-${randomBytes(8).toString('hex')}`,
      envelope: randomBytes(300).toString('base64'),
      ...days,
      pieceByteCounts: [...pieceByteCounts],
    },
    pieces: pieceByteCounts.map((count) => randomBytes(count)),
  };
}

export function sha256(bytes: Uint8Array<ArrayBuffer>): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Upload-Metadata of a piece. */
export function pieceMetadata(session: TestSession, index: number): Record<string, string> {
  return {
    session: session.announcement.id,
    piece: String(index),
    sha256: sha256(session.pieces[index] ?? new Uint8Array()),
  };
}

/** As the tus protocol writes it. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** A request of the tus protocol. */
export function askTus(
  { url }: TestEndpoint,
  method: string,
  path: string,
  token: string,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array<ArrayBuffer> | null = null,
): Promise<Response> {
  return fetch(new URL(path, url), {
    method,
    headers: { 'Tus-Resumable': '1.0.0', Authorization: `Bearer ${token}`, ...headers },
    body,
  });
}

/** Creates a piece's upload, with its bytes unless others are given; null: none. */
export function createPiece(
  endpoint: TestEndpoint,
  token: string,
  session: TestSession,
  index: number,
  bytes: Uint8Array<ArrayBuffer> | null = session.pieces[index] ?? null,
): Promise<Response> {
  return askTus(
    endpoint,
    'POST',
    '/api/uploads',
    token,
    {
      'Upload-Length': String(session.pieces[index]?.length ?? 0),
      'Upload-Metadata': encodeMetadata(pieceMetadata(session, index)),
      ...(bytes === null ? {} : { 'Content-Type': 'application/offset+octet-stream' }),
    },
    bytes,
  );
}

/** Adds bytes to a piece from an offset on. */
export function patchPiece(
  endpoint: TestEndpoint,
  token: string,
  session: TestSession,
  index: number,
  offset: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  return askTus(
    endpoint,
    'PATCH',
    `/api/uploads/${session.announcement.id}.${index}`,
    token,
    { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' },
    bytes,
  );
}

/** Announces a session; the answer is not looked at. */
export function announceSession(
  endpoint: TestEndpoint,
  token: string,
  session: TestSession,
): Promise<Response> {
  return endpoint.ask('POST', '/api/sessions', { token, json: session.announcement });
}

/** Announces a session, sends all of it and completes it. Throws when anything is refused. */
export async function sendSession(
  endpoint: TestEndpoint,
  token: string,
  session: TestSession,
): Promise<void> {
  await requireGood(await announceSession(endpoint, token, session));
  for (const index of session.pieces.keys()) {
    await requireGood(await createPiece(endpoint, token, session, index));
  }
  await requireGood(await endpoint.ask('POST', `${sessionPath(session)}/complete`, { token }));
}

/** {@link sendSession} of a new one with pieces of these sizes. */
export async function sentSession(
  endpoint: TestEndpoint,
  token: string,
  ...pieceByteCounts: readonly number[]
): Promise<TestSession> {
  const session = makeTestSession(pieceByteCounts);
  await sendSession(endpoint, token, session);
  return session;
}

/** {@link announceSession} of a new one with pieces of these sizes. Throws when it is refused. */
export async function announcedSession(
  endpoint: TestEndpoint,
  token: string,
  ...pieceByteCounts: readonly number[]
): Promise<TestSession> {
  const session = makeTestSession(pieceByteCounts);
  await requireGood(await announceSession(endpoint, token, session));
  return session;
}

/** Where an endpoint has it. */
export function sessionPath({ announcement }: TestSession): string {
  return `/api/sessions/${announcement.id}`;
}

/** Whether the first page of the catalogue, as this token sees it, has it. */
export async function listsSession(
  endpoint: TestEndpoint,
  token: string,
  { announcement }: TestSession,
): Promise<boolean> {
  const answer = await endpoint.ask('GET', '/api/sessions', { token });
  const { sessions } = v.parse(cataloguePageSchema, await answer.json());
  return sessions.some(({ id }) => id === announcement.id);
}

async function requireGood(response: Response): Promise<void> {
  if (!response.ok) throw new Error(`Refused with ${response.status}: ${await response.text()}`);
}
