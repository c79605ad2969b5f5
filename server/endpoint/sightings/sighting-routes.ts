import { Hono } from 'hono';
import * as v from 'valibot';
import { idSchema, labelSchema, unixMsSchema } from '../../../src/core/sync-api/fields';
import {
  publishAnswerSchema,
  publishRequestSchema,
  removedAnswerSchema,
  searchAnswerSchema,
  searchRequestSchema,
  sightingsPageSchema,
} from '../../../src/core/sync-api/sightings';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { body, query } from '../http/validated';
import { readCursor, writeCursor } from './page-cursor';
import { searchSightings } from './search';
import { describeSighting, listSightings, removeSightings, storeSightings } from './sighting-store';

/** 500 sightings with the 256 values of built-in embedders, of 20 characters each, are 3 MB; more values: fewer at once. */
const MAX_PUBLISH_BYTES = 6 * 1024 * 1024;
const MAX_SEARCH_BYTES = 256 * 1024;

/** With descriptors of 256 values some 300 KB. */
const PAGE_COUNT = 100;

const textOfUnixMs = v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), unixMsSchema);
const listQuerySchema = v.object({
  from: v.optional(textOfUnixMs),
  to: v.optional(textOfUnixMs),
  camera: v.optional(labelSchema),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(400))),
});

/** `/api/sightings`: plain results that users published. */
export function sightingRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const { database } = endpoint;
  const routes = new Hono<EndpointEnvironment>();
  routes.post(
    '/api/sightings',
    describeJson({
      summary: 'Publish sightings',
      scopes: ['publish'],
      answer: publishAnswerSchema,
      refusals: ['TOO_LARGE', 'QUOTA_EXCEEDED'],
    }),
    requireScope('publish'),
    body(publishRequestSchema, MAX_PUBLISH_BYTES),
    async (context) => {
      const { deviceId } = deviceOf(context);
      const { sightings } = context.req.valid('json');
      const storedCount = await storeSightings(
        database,
        deviceId,
        sightings,
        endpoint.now(),
        endpoint.config.quotaBytesPerDevice,
      );
      return context.json({ storedCount });
    },
  );
  routes.delete(
    '/api/sightings',
    describeJson({
      summary: 'Take back what was published of a session',
      scopes: ['publish'],
      answer: removedAnswerSchema,
    }),
    requireScope('publish'),
    query(v.object({ session: idSchema })),
    async (context) => {
      const { session } = context.req.valid('query');
      const removedCount = await removeSightings(database, deviceOf(context).deviceId, session);
      return context.json({ removedCount });
    },
  );
  routes.get(
    '/api/sightings',
    describeJson({
      summary: 'List published sightings, newest first',
      scopes: ['read'],
      answer: sightingsPageSchema,
    }),
    requireScope('read'),
    query(listQuerySchema),
    async (context) => {
      const { from = null, to = null, camera = null, cursor } = context.req.valid('query');
      const filter = { fromUnixMs: from, toUnixMs: to, camera };
      const after = cursor === undefined ? null : readCursor(cursor);
      const rows = await listSightings(database, filter, after, PAGE_COUNT + 1);
      const page = rows.slice(0, PAGE_COUNT);
      const end = rows.length > PAGE_COUNT ? page.at(-1) : undefined;
      return context.json({
        sightings: page.map(describeSighting),
        cursor: end === undefined ? null : writeCursor(end),
      });
    },
  );
  routes.post(
    '/api/sightings/search',
    describeJson({
      summary: 'Find the most similar sightings of all devices',
      scopes: ['read'],
      answer: searchAnswerSchema,
      refusals: ['TOO_LARGE'],
    }),
    requireScope('read'),
    body(searchRequestSchema, MAX_SEARCH_BYTES),
    async (context) =>
      context.json({ found: await searchSightings(database, context.req.valid('json')) }),
  );
  return routes;
}
