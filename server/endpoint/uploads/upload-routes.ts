import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { Refusal } from '../refusal';
import { createPieceStore } from './create-piece-store';
import { parsePieceId } from './piece-name';
import { createTusHandler } from './tus-server';
import {
  readMetadata,
  requireCreatable,
  requireOwnPiece,
  uploadIdOf,
  UPLOADS_PATH,
} from './upload-request';

const ONE = `${UPLOADS_PATH}/:id`;

/** Pieces come up by the tus protocol 1.0: creation, creation-with-upload, termination, expiration. */
export function uploadRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const handle = createTusHandler(endpoint, createPieceStore(endpoint.config));
  const mayUpload = requireScope('upload');
  const ownPiece = requireOwn(endpoint);
  const routes = new Hono<EndpointEnvironment>();
  routes.use(`${UPLOADS_PATH}/*`, async (context, next) => {
    // For refusals; the library says it in its own answers.
    context.header('Tus-Resumable', '1.0.0');
    await next();
  });
  routes.options(UPLOADS_PATH, handle);
  routes.post(
    UPLOADS_PATH,
    describe('Begins the upload of a piece (tus 1.0, creation, with or without bytes)', 201),
    mayUpload,
    async (context) => {
      const name = readMetadata(context.req.header('Upload-Metadata') ?? null);
      const row = await requireOwnPiece(endpoint.database, deviceOf(context).deviceId, name);
      requireCreatable(row, context.req.header('Upload-Length') ?? null);
      return handle(context);
    },
  );
  // Hono looks for HEAD among the routes of GET.
  routes.get(
    ONE,
    describe('How much of a piece is there (HEAD, tus 1.0)', 200),
    mayUpload,
    ownPiece,
    (context) => {
      if (context.req.method === 'HEAD') return handle(context);
      throw new Refusal('METHOD_NOT_ALLOWED', 'Expected HEAD. Pieces are read from /api/sessions.');
    },
  );
  routes.patch(ONE, describe('Adds bytes to a piece (tus 1.0)', 204), mayUpload, ownPiece, handle);
  routes.delete(
    ONE,
    describe('Throws away what is there of a piece (tus 1.0)', 204),
    mayUpload,
    ownPiece,
    handle,
  );
  return routes;
}

function describe(summary: string, status: number): MiddlewareHandler {
  return describeJson({
    summary,
    scopes: ['upload'],
    answer: null,
    status,
    refusals: ['NOT_FOUND', 'CONFLICT', 'GONE', 'TOO_LARGE', 'CHECKSUM_MISMATCH', 'QUOTA_EXCEEDED'],
  });
}

/** Other devices' pieces are not there. */
function requireOwn({ database }: Endpoint): MiddlewareHandler<EndpointEnvironment> {
  return async (context, next) => {
    const id = uploadIdOf(context.req.url);
    const name = id === null ? null : parsePieceId(id);
    await requireOwnPiece(database, deviceOf(context).deviceId, name);
    await next();
  };
}
