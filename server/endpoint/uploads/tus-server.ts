import { ERRORS, Server } from '@tus/server';
import type { Context } from 'hono';
import { MAX_PIECE_BYTES } from '../../../src/core/sync-api/catalogue';
import type { ProblemCode } from '../../../src/core/sync-api/problem-codes';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { Refusal } from '../refusal';
import { CheckedStore } from './checked-store';
import type { DatabaseLocker } from './database-locker';
import { pieceId } from './piece-name';
import type { PieceStore } from './piece-store';
import { readMetadata, uploadIdOf, UPLOADS_PATH } from './upload-request';

/** What a holder of a lock is given to finish when another request of its device wants it. */
const LOCK_DRAIN_MS = 500;

/** Answers a request of the tus protocol that has been checked. Throws what is to be refused. */
export type TusHandler = (context: Context<EndpointEnvironment>) => Promise<Response>;

/** The tus protocol over a store of pieces. */
export function createTusHandler(
  endpoint: Endpoint,
  store: PieceStore,
  locker: DatabaseLocker,
): TusHandler {
  // The library makes an answer of an error; here it is kept, for the endpoint answers all refusals alike.
  const failures = new WeakMap<object, unknown>();
  const server = new Server({
    path: UPLOADS_PATH,
    datastore: new CheckedStore(endpoint, store),
    locker,
    lockDrainTimeout: LOCK_DRAIN_MS,
    maxSize: MAX_PIECE_BYTES,
    relativeLocation: true,
    // Whose origin may ask is not decided here.
    allowedOrigins: () => false,
    namingFunction: (request) => pieceId(readMetadata(request.headers.get('upload-metadata'))),
    getFileIdFromRequest: (request) => uploadIdOf(request.url) ?? undefined,
    onResponseError: (request, error) => {
      failures.set(request, error);
      return undefined;
    },
  });
  return async (context) => {
    const request = context.req.raw;
    tellNode(context);
    const response = await server.handleWeb(request);
    if (response.status < 400) return response;
    throw toRefusal(failures.get(request), response.status, await response.text(), request);
  };
}

/** Lets the library hear of broken connections at once: what arrived until then is kept. */
function tellNode(context: Context<EndpointEnvironment>): void {
  // Requests that tests make without a network have none.
  const bindings = context.env as Partial<EndpointEnvironment['Bindings']> | undefined;
  if (bindings?.incoming === undefined || bindings.outgoing === undefined) return;
  Object.defineProperty(context.req.raw, 'runtime', {
    value: { node: { req: bindings.incoming, res: bindings.outgoing } },
  });
}

/** What the library refuses with, in our words for programs. */
const CODES: Readonly<Partial<Record<number, ProblemCode>>> = {
  400: 'INVALID_REQUEST',
  403: 'INVALID_REQUEST',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  412: 'INVALID_REQUEST',
  413: 'TOO_LARGE',
  501: 'INVALID_REQUEST',
};

function toRefusal(failure: unknown, status: number, text: string, request: Request): unknown {
  if (failure instanceof Refusal) return failure;
  if (failure === ERRORS.ABORTED || request.signal.aborted) {
    return new Refusal(
      'CONFLICT',
      'Another request for this piece took over, or the connection broke.',
    );
  }
  const code = CODES[status];
  if (code !== undefined) return new Refusal(code, text.trim());
  return failure instanceof Error ? failure : new Error(text.trim(), { cause: failure });
}
