import { Readable } from 'node:stream';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import {
  catalogueSessionSchema,
  MAX_PIECES,
  type Piece,
} from '../../../src/core/sync-api/catalogue';
import { idSchema } from '../../../src/core/sync-api/fields';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson, describeOther } from '../http/describe-route';
import { parameters } from '../http/validated';
import { Refusal } from '../refusal';
import { createPieceStore } from '../uploads/create-piece-store';
import { pieceId } from '../uploads/piece-name';
import type { PieceStore } from '../uploads/piece-store';
import { parseByteRange } from './byte-range';
import { findPiece, findSession } from './find-sessions';

const pieceSchemas = v.object({
  id: idSchema,
  index: v.pipe(
    v.string(),
    v.regex(/^(0|[1-9]\d{0,4})$/),
    v.transform(Number),
    v.maxValue(MAX_PIECES - 1),
  ),
});

/** What never changes, for the one who asked only. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable';

/** One complete session and its pieces: to devices that may read, and to who has a share of it. */
export function sessionRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const store = createPieceStore(endpoint.config);
  const routes = new Hono<EndpointEnvironment>();
  routes.get(
    '/api/sessions/:id',
    describeJson({
      summary: 'A complete session; a share opens its own',
      scopes: ['read'],
      answer: catalogueSessionSchema,
      refusals: ['NOT_FOUND', 'GONE'],
    }),
    parameters(v.object({ id: idSchema })),
    mayRead(),
    async (context) =>
      context.json(await findSession(endpoint, viewerOf(context), context.req.valid('param').id)),
  );
  routes.get(
    '/api/sessions/:id/pieces/:index',
    describeOther({
      summary:
        'The encrypted bytes of a piece, or a range of them; a share opens those of its session',
      scopes: ['read'],
      contentType: 'application/octet-stream',
      answer:
        'Bytes; the ETag is their SHA-256 as it was when they were stored. 206: the range; 304; 416.',
      refusals: ['NOT_FOUND', 'GONE'],
    }),
    parameters(pieceSchemas),
    mayRead(),
    async (context) => {
      const { id, index } = context.req.valid('param');
      const piece = await findPiece(endpoint, id, index);
      return answerPiece(context, store, pieceId({ sessionId: id, piece: index }), piece);
    },
  );
  return routes;
}

/** A share opens the session in the path, and no other: those are not there. */
function mayRead(): MiddlewareHandler<EndpointEnvironment> {
  const readers = requireScope('read');
  return async (context, next) => {
    const access = context.get('access');
    if (access?.kind !== 'share') return readers(context, next);
    if (access.sessionId !== context.req.param('id')) {
      throw new Refusal('NOT_FOUND', 'This share opens another session.');
    }
    return next();
  };
}

function viewerOf(context: Context<EndpointEnvironment>): { readonly deviceId: string | null } {
  return context.get('access')?.kind === 'share' ? { deviceId: null } : deviceOf(context);
}

/**
 * Bytes are sent as they are on the disk: comparing them first would read all twice and delay the first byte, and who has to be sure is the device,
 * which compares their SHA-256 anyway and cannot decrypt what was changed. A file of another size is not sent at all.
 */
async function answerPiece(
  context: Context<EndpointEnvironment>,
  store: PieceStore,
  id: string,
  piece: Piece,
): Promise<Response> {
  const etag = `"${piece.sha256}"`;
  const headers = { ETag: etag, 'Cache-Control': CACHE_CONTROL, 'Accept-Ranges': 'bytes' };
  if (listsTag(context.req.header('If-None-Match'), etag)) return context.body(null, 304, headers);
  const condition = context.req.header('If-Range');
  const isRange = condition === undefined || condition === etag;
  const range = isRange ? parseByteRange(context.req.header('Range'), piece.byteCount) : null;
  if (range === 'unsatisfiable') {
    return context.body(null, 416, { 'Content-Range': `bytes */${piece.byteCount}` });
  }
  if ((await store.receivedBytes(id)) !== piece.byteCount) {
    throw new Refusal('GONE', 'This piece was damaged or lost at the endpoint.');
  }
  const { first, last } = range ?? { first: 0, last: piece.byteCount - 1 };
  const all = {
    ...headers,
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(last - first + 1),
    ...(range === null ? {} : { 'Content-Range': `bytes ${first}-${last}/${piece.byteCount}` }),
  };
  const status = range === null ? 200 : 206;
  if (context.req.method === 'HEAD') return context.body(null, status, all);
  const bytes = Readable.toWeb(await store.read(id, range));
  // Node's declarations of web streams differ from the browser's in name only.
  return context.body(bytes as ReadableStream<Uint8Array>, status, all);
}

function listsTag(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
