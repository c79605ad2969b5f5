import { Hono } from 'hono';
import * as v from 'valibot';
import {
  appendedEditsSchema,
  appendEditsSchema,
  editsPageSchema,
  MAX_EDIT_BYTES,
  MAX_EDITS_AT_ONCE,
} from '../../../src/core/sync-api/edits';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { body, query } from '../http/validated';
import { appendEdits, readEdits } from './edit-log';

/** All entries in base64, and the rest of the message. */
const MAX_BODY_BYTES = Math.ceil((MAX_EDIT_BYTES * MAX_EDITS_AT_ONCE * 4) / 3) + 64 * 1024;

const afterSchema = v.object({
  after: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/)), '0'),
});

/** The log of what users corrected, encrypted. */
export function editRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  routes.post(
    '/api/edits',
    describeJson({
      summary: "Adds to the device's own log; entries that are there already may come again",
      scopes: ['upload'],
      answer: appendedEditsSchema,
      refusals: ['CONFLICT', 'TOO_LARGE', 'QUOTA_EXCEEDED'],
    }),
    requireScope('upload'),
    body(appendEditsSchema, MAX_BODY_BYTES),
    async (context) => {
      const { entries } = context.req.valid('json');
      const lastNumber = await appendEdits(endpoint, deviceOf(context).deviceId, entries);
      return context.json({ lastNumber });
    },
  );
  routes.get(
    '/api/edits',
    describeJson({
      summary: "Entries of all devices' logs after a position",
      scopes: ['read'],
      answer: editsPageSchema,
    }),
    requireScope('read'),
    query(afterSchema),
    async (context) =>
      context.json(await readEdits(endpoint.database, Number(context.req.valid('query').after))),
  );
  return routes;
}
