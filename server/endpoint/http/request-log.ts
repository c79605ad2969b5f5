import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Counter, Histogram } from 'prom-client';
import type { Endpoint, EndpointEnvironment } from '../endpoint';

/** From what is answered from memory to what waits for a disk. Streams count until they begin. */
const DURATION_BUCKETS_S = [0.001, 0.005, 0.02, 0.1, 0.25, 1, 5, 30];

/**
 * One line in the log and one count for each request: method, pattern of the route, status, milliseconds, number of the request.
 * Never its path, which holds ids, and nothing of who asked.
 */
export function logRequests({ log, metrics }: Endpoint): MiddlewareHandler<EndpointEnvironment> {
  const requests = new Counter({
    name: 'resight_requests_total',
    help: 'Answered requests.',
    labelNames: ['method', 'route', 'status'],
    registers: [metrics],
  });
  const durations = new Histogram({
    name: 'resight_request_seconds',
    help: 'From a request to the begin of its answer.',
    labelNames: ['method', 'route'],
    buckets: DURATION_BUCKETS_S,
    registers: [metrics],
  });
  return async (context, next) => {
    const requestId = randomUUID();
    context.set('requestId', requestId);
    context.set('access', null);
    const startMs = performance.now();
    await next();
    const ms = performance.now() - startMs;
    const { method } = context.req;
    const route = routeOf(context);
    const { status } = context.res;
    requests.inc({ method, route, status });
    durations.observe({ method, route }, ms / 1000);
    log.info({ method, route, status, ms: Math.round(ms), requestId }, 'request');
  };
}

/** The pattern, such as `/api/devices/:id`; `none` where no route is. */
function routeOf(context: Context<EndpointEnvironment>): string {
  return matchedRoutes(context).findLast(({ path }) => !path.endsWith('*'))?.path ?? 'none';
}
