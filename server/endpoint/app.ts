import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { authenticate } from './access/authenticate';
import { deviceRoutes } from './access/device-routes';
import { createFindAccess } from './access/find-access';
import { pairingRoutes } from './access/pairing-routes';
import { createRateLimits } from './access/rate-limits';
import { catalogueRoutes } from './catalogue/catalogue-routes';
import { usedBytes } from './catalogue/quota';
import { editRoutes } from './edits/edit-routes';
import type { Endpoint, EndpointEnvironment } from './endpoint';
import { allowOrigins } from './http/allowed-origins';
import { createClientReader } from './http/client-address';
import { keepRoom } from './http/keep-room';
import { openApiRoutes } from './http/open-api';
import { answerErrors, answerNotFound, answerRefusal } from './http/problem';
import { logRequests } from './http/request-log';
import { liveRoutes } from './live/live-routes';
import { aboutRoutes } from './operations/about-routes';
import { healthRoutes } from './operations/health-routes';
import { metricsRoutes } from './operations/metrics-routes';
import { Refusal } from './refusal';
import { sightingRoutes } from './sightings/sighting-routes';
import { uploadRoutes } from './uploads/upload-routes';
import { vaultRoutes } from './vault/vault-routes';
import { viewerRoutes } from './viewer/viewer-routes';

/** By then another process has taken over, or this one has started again. */
const RESTART_S = 5;

/** Where {@link createApp} answers; everything else is the built app's. */
const ENDPOINT_PATHS = /^\/(api|live|healthz|readyz|metrics)(\/|\?|$)/;

/** Whether a request's address (`/path?query`) is for {@link createApp}. */
export function isEndpointAddress(address: string): boolean {
  return ENDPOINT_PATHS.test(address);
}

/** All routes of an endpoint; the app's own files are served beside it. */
export function createApp(endpoint: Endpoint): Hono<EndpointEnvironment> {
  const limits = createRateLimits(endpoint);
  const app = new Hono<EndpointEnvironment>();
  app.onError(answerErrors(endpoint));
  app.notFound(answerNotFound);
  app.use(logRequests(endpoint));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: answerMethodNotAllowed }));
  app.use(refuseWhileStopping(endpoint));
  app.use('/api/*', allowOrigins(endpoint.config));
  const readClient = createClientReader(endpoint.config.trustedProxies);
  const authenticated = authenticate(limits, createFindAccess(endpoint));
  for (const path of ['/api/*', '/metrics']) {
    app.use(path, async (context, next) => {
      const client = readClient(context.env.incoming);
      context.set('clientAddress', client.address);
      context.set('isLoopback', client.isLoopback);
      await next();
    });
    app.use(path, authenticated);
  }
  app.use('/api/*', keepRoom(endpoint));

  app.route('/', healthRoutes(endpoint));
  app.route('/', metricsRoutes(endpoint));
  app.route('/', aboutRoutes(endpoint));
  app.route('/', pairingRoutes(endpoint, limits));
  app.route(
    '/',
    deviceRoutes(endpoint, (deviceId) => usedBytes(endpoint.database, deviceId)),
  );
  app.route('/', uploadRoutes(endpoint));
  app.route('/', catalogueRoutes(endpoint));
  app.route('/', vaultRoutes(endpoint));
  app.route('/', editRoutes(endpoint));
  app.route('/', sightingRoutes(endpoint));
  app.route('/', liveRoutes(endpoint));
  app.route('/', viewerRoutes());
  app.route('/', openApiRoutes(app));
  return app;
}

function answerMethodNotAllowed(
  context: Context<EndpointEnvironment>,
  methods: readonly string[],
): Response {
  context.header('Allow', methods.join(', '));
  return answerRefusal(
    context,
    new Refusal('METHOD_NOT_ALLOWED', `Expected one of ${methods.join(', ')} here.`),
  );
}

/** A connection that is kept open brings another request after the listener is closed: it goes elsewhere, or comes later. */
function refuseWhileStopping({ stopping }: Endpoint): MiddlewareHandler<EndpointEnvironment> {
  return async (context, next) => {
    if (stopping.aborted && context.req.path !== '/healthz') {
      context.header('Connection', 'close');
      throw new Refusal('UNAVAILABLE', 'The endpoint is being stopped.', RESTART_S);
    }
    await next();
  };
}
