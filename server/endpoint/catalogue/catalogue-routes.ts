import { Hono } from 'hono';
import * as v from 'valibot';
import {
  announcedSchema,
  cataloguePageSchema,
  catalogueSessionSchema,
  daySchema,
  newSessionSchema,
  receiptSchema,
  receiptsSchema,
} from '../../../src/core/sync-api/catalogue';
import { idSchema } from '../../../src/core/sync-api/fields';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { body, parameters, query } from '../http/validated';
import { createPieceStore } from '../uploads/create-piece-store';
import { announce } from './announce';
import { completeSession } from './complete';
import { listSessions } from './find-sessions';
import { listReceipts } from './receipts';
import { removeAtWish } from './remove-session';
import { sessionRoutes } from './session-routes';
import { shareRoutes } from './share-routes';

/** 16,384 sizes of eight digits, an envelope in base64, and the rest. */
const MAX_ANNOUNCEMENT_BYTES = 256 * 1024;

const idSchemas = v.object({ id: idSchema });
/** As a page before told it. */
const cursorSchema = v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/)));
const searchSchema = v.object({
  from: v.optional(daySchema),
  to: v.optional(daySchema),
  cursor: cursorSchema,
});

/** Sessions from their announcement to their receipt. */
export function catalogueRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  for (const part of [addRoutes, sessionRoutes, removeRoutes, shareRoutes]) {
    routes.route('/', part(endpoint));
  }
  return routes;
}

function addRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  routes.post(
    '/api/sessions',
    describeJson({
      summary: 'Announces a session and reserves room for it; again: tells how far it is',
      scopes: ['upload'],
      answer: announcedSchema,
      refusals: ['CONFLICT', 'GONE', 'TOO_LARGE', 'QUOTA_EXCEEDED', 'UNAVAILABLE'],
    }),
    requireScope('upload'),
    body(newSessionSchema, MAX_ANNOUNCEMENT_BYTES),
    async (context) =>
      context.json(await announce(endpoint, deviceOf(context).deviceId, context.req.valid('json'))),
  );
  routes.post(
    '/api/sessions/:id/complete',
    describeJson({
      summary: 'Puts a session into the catalogue, all pieces of which are there',
      scopes: ['upload'],
      answer: catalogueSessionSchema,
      refusals: ['NOT_FOUND', 'CONFLICT', 'GONE', 'QUOTA_EXCEEDED'],
    }),
    requireScope('upload'),
    parameters(idSchemas),
    async (context) =>
      context.json(
        await completeSession(endpoint, deviceOf(context), context.req.valid('param').id),
      ),
  );
  routes.get(
    '/api/sessions',
    describeJson({
      summary: 'Complete sessions, the last completed first',
      scopes: ['read'],
      answer: cataloguePageSchema,
    }),
    requireScope('read'),
    query(searchSchema),
    async (context) =>
      context.json(await listSessions(endpoint, deviceOf(context), context.req.valid('query'))),
  );
  return routes;
}

function removeRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const removal = { endpoint, store: createPieceStore(endpoint.config) };
  const routes = new Hono<EndpointEnvironment>();
  routes.delete(
    '/api/sessions/:id',
    describeJson({
      summary: 'Removes a session and answers a signed receipt; again: the same receipt',
      scopes: ['upload', 'admin'],
      answer: receiptSchema,
      refusals: ['NOT_FOUND'],
    }),
    requireScope('upload', 'admin'),
    parameters(idSchemas),
    async (context) => {
      const { deviceId, scopes } = deviceOf(context);
      const device = { deviceId, isAdmin: scopes.includes('admin') };
      return context.json(await removeAtWish(removal, device, context.req.valid('param').id));
    },
  );
  routes.get(
    '/api/deletions',
    describeJson({
      summary: 'Receipts of what was removed, the latest first',
      scopes: ['read'],
      answer: receiptsSchema,
    }),
    requireScope('read'),
    query(v.object({ cursor: cursorSchema })),
    async (context) =>
      context.json(await listReceipts(endpoint.database, context.req.valid('query').cursor)),
  );
  return routes;
}
