import { Hono } from 'hono';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeOther } from '../http/describe-route';
import { isForLocalName } from '../http/own-names';
import { Refusal } from '../refusal';

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
      const isLocal = context.get('isLoopback') && isForLocalName(context.env.incoming);
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
