import { Hono } from 'hono';
import * as v from 'valibot';
import { idSchema } from '../../../src/core/sync-api/fields';
import {
  liveAnswerSchema,
  liveCamerasSchema,
  publishLiveSchema,
} from '../../../src/core/sync-api/live';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson, describeOther } from '../http/describe-route';
import { body, parameters } from '../http/validated';
import { Refusal } from '../refusal';
import { LiveHub } from './live-hub';
import { appendEvents, liveCameras } from './live-store';

const cameraSchema = v.object({ camera: idSchema });

/** A stream must reach its reader as it is written: not kept, not collected by nginx, not compressed. */
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/**
 * `/api/live`: what is at cameras now. `/api/live/:camera/signal` (signalling of WebRTC) and `/api/live/:camera/frames` (pictures over a
 * WebSocket) will stand here too.
 */
export function liveRoutes(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const { database } = endpoint;
  const hub = new LiveHub(endpoint);
  const routes = new Hono<EndpointEnvironment>();
  routes.get(
    '/api/live',
    describeJson({
      summary: 'List cameras with live results',
      scopes: ['read'],
      answer: liveCamerasSchema,
    }),
    requireScope('read'),
    async (context) => context.json({ cameras: await liveCameras(database) }),
  );
  routes.post(
    '/api/live/:camera/events',
    describeJson({
      summary: 'Publish live events of a camera',
      scopes: ['publish'],
      answer: liveAnswerSchema,
      refusals: ['TOO_LARGE', 'QUOTA_EXCEEDED'],
    }),
    requireScope('publish'),
    parameters(cameraSchema),
    body(publishLiveSchema),
    async (context) => {
      const { label, events } = context.req.valid('json');
      const { deviceId } = deviceOf(context);
      const publisher = { cameraId: context.req.valid('param').camera, deviceId, label };
      const sequence = await appendEvents(database, publisher, events, endpoint.now());
      return context.json({ sequence });
    },
  );
  routes.get(
    '/api/live/:camera/events',
    describeOther({
      summary: 'Read live events of a camera as they come',
      scopes: ['read'],
      contentType: 'text/event-stream',
      answer: 'Server-sent events; send Last-Event-ID to resume.',
      refusals: ['NOT_FOUND', 'UNAVAILABLE'],
    }),
    requireScope('read'),
    parameters(cameraSchema),
    async (context) => {
      const after = readLastEventId(context.req.header('Last-Event-ID'));
      // Hono answers HEAD by this route, and would leave the stream open.
      if (context.req.method === 'HEAD') return context.body(null, 200, STREAM_HEADERS);
      const { camera } = context.req.valid('param');
      const stream = await hub.open(camera, deviceOf(context).deviceId, after);
      return context.body(stream, 200, STREAM_HEADERS);
    },
  );
  return routes;
}

/** Null: none was sent, which an empty one means, too. Throws {@link Refusal} for what is no number of ours. */
function readLastEventId(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const sequence = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(sequence)) return sequence;
  throw new Refusal('INVALID_REQUEST', 'Expected Last-Event-ID to be the number of an event.');
}
