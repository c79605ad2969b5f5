import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { accessRoutes } from './access/access-routes';
import { authenticate, findDeviceAccess } from './access/authenticate';
import { createRateLimits } from './access/rate-limits';
import type { Endpoint, EndpointEnvironment } from './endpoint';
import { allowOrigins } from './http/allowed-origins';
import { createClientReader } from './http/client-address';
import { openApiRoutes } from './http/open-api';
import { answerErrors, answerNotFound, answerRefusal } from './http/problem';
import { logRequests } from './http/request-log';
import { aboutRoutes } from './operations/about-routes';
import { Refusal } from './refusal';

/** All routes of an endpoint; the app's own files are served beside it. */
export function createApp(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const limits = createRateLimits(endpoint);
  const readClient = createClientReader(endpoint.config.trustedProxies);
  const app = new Hono<EndpointEnvironment>();
  app.onError(answerErrors(endpoint));
  app.notFound(answerNotFound);
  app.use(logRequests(endpoint));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed(context, methods) {
        context.header('Allow', methods.join(', '));
        return answerRefusal(
          context,
          new Refusal('METHOD_NOT_ALLOWED', `Expected one of ${methods.join(', ')} here.`),
        );
      },
    }),
  );
  app.use('/api/*', allowOrigins(endpoint.config));
  app.use('/api/*', async (context, next) => {
    context.set('clientAddress', readClient(context.env.incoming).address);
    await next();
  });
  app.use('/api/*', authenticate(limits, findDeviceAccess(endpoint)));

  app.route('/', aboutRoutes(endpoint));
  app.route('/', accessRoutes(endpoint, limits));
  app.route('/', openApiRoutes(app));
  return app;
}
