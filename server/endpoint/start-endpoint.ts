import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { SECURITY_HEADERS } from '../security-headers';
import { serveFolder } from '../static-server';
import { openReceiptKey } from './access/receipt-key';
import { watchRevocations } from './access/revocations';
import { createApp, isEndpointAddress } from './app';
import type { EndpointConfig } from './config';
import type { Database } from './database/database';
import { keepTidy } from './database/keep-tidy';
import type { Endpoint } from './endpoint';
import { Refusal } from './refusal';
import { createClientReader } from './http/client-address';
import { createNameCheck, isForLocalName } from './http/own-names';
import { PROBLEM_TYPE } from './http/problem';
import {
  endSlowRequests,
  SLOWNESS_LIMITS,
  slownessOptions,
  type SlownessLimits,
} from './http/slow-requests';
import { keepResults } from './live/keep-results';
import { createPieceLocks } from './uploads/create-piece-locks';
import { keepUploads } from './uploads/keep-uploads';

/** Requests that are on their way when it is asked to stop may take so long; an upload that is cut is resumed. */
const STOP_GRACE_MS = 8000;

/** How often connections that have become idle are looked for while it stops. */
const IDLE_CHECK_MS = 100;

/** A year: browsers that came over TLS once do not come without again. */
const STRICT_TRANSPORT = 'max-age=31536000';

/** What an endpoint is made of. */
export interface EndpointParts {
  readonly config: EndpointConfig;
  /** Closed when the endpoint has stopped, or could not start. */
  readonly database: Database;
  readonly log: Logger;
  readonly now: () => number;
  /** Folder with the built app; nothing is served from it while it is not there. */
  readonly appFolder: string;
  readonly slowness?: SlownessLimits;
}

/** An endpoint that is listening. */
export interface RunningEndpoint {
  readonly endpoint: Endpoint;
  /** Where it can be reached from this machine, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, ends streams, waits some seconds for the rest, closes the database. */
  stop(): Promise<void>;
}

/** Starts it; port 0 takes any free one. Throws what Node throws when the port is taken or a certificate cannot be read. */
export async function startEndpoint(parts: EndpointParts): Promise<RunningEndpoint> {
  const stopping = new AbortController();
  try {
    const endpoint = await createEndpoint(parts, stopping.signal);
    await keepUploads(endpoint);
    keepResults(endpoint);
    keepTidy(endpoint);
    const server = await createServer(parts, listenerOf(endpoint, parts.appFolder));
    await listen(server, parts.config);
    // A server listening on TCP has an AddressInfo; a string would be a pipe, which `listen` never opens.
    const { port } = server.address() as AddressInfo;
    return {
      endpoint,
      url: urlOf(parts.config, port),
      port,
      async stop() {
        stopping.abort();
        await close(server);
        await endpoint.revocations.close();
        await parts.database.close();
      },
    };
  } catch (error) {
    stopping.abort();
    await parts.database.close();
    throw error;
  }
}

async function createEndpoint(parts: EndpointParts, stopping: AbortSignal): Promise<Endpoint> {
  const { config, database, log, now } = parts;
  return {
    config,
    database,
    log,
    now,
    metrics: new Registry(),
    revocations: await watchRevocations(database, log),
    pieceLocks: createPieceLocks(database),
    receiptKey: await openReceiptKey(database),
    stopping,
  };
}

function listenerOf(endpoint: Endpoint, appFolder: string): RequestListener {
  const answerApi = getRequestListener(createApp(endpoint).fetch, { overrideGlobalObjects: false });
  const answerFile = serveFolder(appFolder);
  const readClient = createClientReader(endpoint.config.trustedProxies);
  const isOwnName = createNameCheck(endpoint.config);
  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    // On this machine other programs have the same name, and no TLS.
    if (readClient(request).isSecure && !isForLocalName(request)) {
      response.setHeader('Strict-Transport-Security', STRICT_TRANSPORT);
    }
    if (endpoint.stopping.aborted) response.setHeader('Connection', 'close');
    if (!isOwnName(request)) refuseName(endpoint, response);
    else if (isEndpointAddress(request.url ?? '')) void answerApi(request, response);
    else answerFile(request, response);
  };
}

function refuseName({ log }: Endpoint, response: ServerResponse): void {
  log.warn('a request for a name that is not known as the endpoint’s was refused');
  const { code, message, status } = new Refusal(
    'FORBIDDEN',
    'This endpoint does not go by that name. Use localhost, or set RESIGHT_PUBLIC_URL to the address that you use.',
  );
  response.writeHead(status, { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ code, message }));
}

async function createServer(
  { config: { tls }, slowness = SLOWNESS_LIMITS }: EndpointParts,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const options = slownessOptions(slowness);
  const server =
    tls === null
      ? createPlainServer(options, listener)
      : createTlsServer({ ...options, ...(await readCertificate(tls)) }, listener);
  endSlowRequests(server, slowness);
  return server;
}

async function readCertificate(tls: NonNullable<EndpointConfig['tls']>) {
  try {
    const [cert, key] = await Promise.all([readFile(tls.certificatePath), readFile(tls.keyPath)]);
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new Error(
      `RESIGHT_TLS_CERTIFICATE and RESIGHT_TLS_KEY: expected PEM files that belong together, found: ${found}.`,
      { cause: error },
    );
  }
}

function listen(server: Server, { host, port }: EndpointConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Resolves when the last connection has ended; those that are still busy after {@link STOP_GRACE_MS} are cut. */
async function close(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  // A connection whose request was answered meanwhile would be kept open for the next one.
  const idleTimer = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(timer);
  clearInterval(idleTimer);
}

function urlOf({ host, tls }: EndpointConfig, port: number): string {
  const isAny = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host);
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tls === null ? 'http' : 'https'}://${name}:${port}`;
}
