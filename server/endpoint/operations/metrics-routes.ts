import { Hono } from 'hono';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeOther } from '../http/describe-route';
import { Refusal } from '../refusal';

/** A page elsewhere can point its own name at this machine: such a request carries that name. */
const LOOPBACK_HOST = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/** `/metrics` for Prometheus: to programs on this machine, and with a token for `admin`. */
export function metricsRoutes({ metrics }: Endpoint) {
  return new Hono<EndpointEnvironment>().get(
    '/metrics',
    describeOther({
      summary: 'Counters and gauges, to this machine or with a token',
      scopes: ['admin'],
      contentType: 'text/plain',
      answer: 'Text as Prometheus reads it.',
    }),
    async (context) => {
      const access = context.get('access');
      const isAdmin = access?.kind === 'device' && access.scopes.includes('admin');
      const isLocal =
        context.get('isLoopback') && LOOPBACK_HOST.test(context.req.header('Host') ?? '');
      if (!isAdmin && !isLocal) {
        throw new Refusal(
          access === null ? 'UNAUTHORISED' : 'FORBIDDEN',
          'Expected a token for admin, or a program on the same machine.',
        );
      }
      return context.body(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType });
    },
  );
}
