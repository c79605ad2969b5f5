import type { IncomingMessage } from 'node:http';
import { ERRORS, Server, type CancellationContext, type Upload } from '@tus/server';
import type { Context } from 'hono';
import { MAX_PIECE_BYTES } from '../../../src/core/sync-api/catalogue';
import type { ProblemCode } from '../../../src/core/sync-api/problem-codes';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { Refusal } from '../refusal';
import { CheckedStore } from './checked-store';
import { pieceId } from './piece-name';
import type { PieceStore } from './piece-store';
import { receiveBody } from './receive-body';
import { readMetadata, uploadIdOf, UPLOADS_PATH } from './upload-request';

/** What a holder of a lock is given to finish when another request of its device wants it. */
const LOCK_DRAIN_MS = 500;

/** Answers a request of the tus protocol that has been checked. Throws what is to be refused. */
export type TusHandler = (context: Context<EndpointEnvironment>) => Promise<Response>;

/** The tus protocol over a store of pieces. */
export function createTusHandler(endpoint: Endpoint, pieces: PieceStore): TusHandler {
  // The library makes an answer of an error; here it is kept, for the endpoint answers all refusals alike.
  const failures = new WeakMap<object, unknown>();
  const store = new CheckedStore(endpoint, pieces);
  const server = new Server({
    path: UPLOADS_PATH,
    datastore: store,
    locker: endpoint.pieceLocks,
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
  receiveInto(store, server);
  return async (context) => {
    const request = context.req.raw;
    const { incoming: req, outgoing: res } = context.env;
    // Lets the library hear of broken connections at once, and hands the body on as it is.
    Object.defineProperty(request, 'runtime', { value: { node: { req, res } } });
    Object.defineProperty(request, 'body', { value: req });
    const response = await server.handleWeb(request);
    if (response.status < 400) return response;
    throw toRefusal(failures.get(request), response.status, await response.text(), request);
  };
}

/** Puts our own way of reading bodies in the place of the library's `writeToStore`; see `receive-body.ts`. */
function receiveInto(store: CheckedStore, { handlers }: Server): void {
  const writeToStore = (
    body: IncomingMessage,
    upload: Upload,
    maxBytes: number,
    { signal }: CancellationContext,
  ): Promise<number> => {
    if (signal.aborted) throw connectionBroke();
    return store.receive(upload, receiveBody(body, maxBytes, signal));
  };
  for (const handler of [handlers.POST, handlers.PATCH]) Object.assign(handler, { writeToStore });
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
    return connectionBroke();
  }
  const code = CODES[status];
  if (code !== undefined) return new Refusal(code, text.trim());
  return failure instanceof Error ? failure : new Error(text.trim(), { cause: failure });
}

function connectionBroke(): Refusal {
  return new Refusal(
    'CONFLICT',
    'Another request for this piece took over, or the connection broke.',
  );
}
