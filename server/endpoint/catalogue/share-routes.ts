import { Hono, type Context } from 'hono';
import * as v from 'valibot';
import {
  newShareSchema,
  openSharesSchema,
  shareSchema,
} from '../../../src/core/sync-api/catalogue';
import { idSchema } from '../../../src/core/sync-api/fields';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { body, parameters, query } from '../http/validated';
import { createShare, listShares, revokeShare, type ShareKeeper } from './shares';

const idSchemas = v.object({ id: idSchema });
const searchSchema = v.object({ session: v.optional(idSchema), cursor: v.optional(idSchema) });

/** Links to sessions: made, listed, ended. */
export function shareRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  for (const part of [makeRoutes, keepRoutes]) routes.route('/', part(endpoint));
  return routes;
}

function makeRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  routes.post(
    '/api/sessions/:id/shares',
    describeJson({
      summary: 'A secret that opens one session for reading, until it expires',
      scopes: ['read'],
      answer: shareSchema,
      status: 201,
      refusals: ['NOT_FOUND', 'GONE', 'QUOTA_EXCEEDED'],
    }),
    requireScope('read'),
    parameters(idSchemas),
    body(newShareSchema),
    async (context) => {
      const { deviceId } = deviceOf(context);
      const { expiresUnixMs } = context.req.valid('json');
      const { id } = context.req.valid('param');
      return context.json(await createShare(endpoint, deviceId, id, expiresUnixMs), 201);
    },
  );
  return routes;
}

function keepRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  routes
    .get(
      '/api/shares',
      describeJson({
        summary: 'Open shares that the device may end, of all sessions or one; never their secrets',
        scopes: ['read'],
        answer: openSharesSchema,
      }),
      requireScope('read'),
      query(searchSchema),
      async (context) => {
        const { session, cursor } = context.req.valid('query');
        context.header('Cache-Control', 'no-store');
        return context.json(await listShares(endpoint, keeperOf(context), session, cursor));
      },
    )
    .delete(
      '/api/shares/:id',
      describeJson({
        summary: 'Ends a share: by who made it, whose session it is, or an admin',
        scopes: ['read'],
        answer: null,
        refusals: ['NOT_FOUND'],
      }),
      requireScope('read'),
      parameters(idSchemas),
      async (context) => {
        await revokeShare(endpoint.database, keeperOf(context), context.req.valid('param').id);
        return context.body(null, 204);
      },
    );
  return routes;
}

function keeperOf(context: Context<EndpointEnvironment>): ShareKeeper {
  const { deviceId, scopes } = deviceOf(context);
  return { deviceId, isAdmin: scopes.includes('admin') };
}
