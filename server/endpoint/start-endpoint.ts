import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { SECURITY_HEADERS } from '../security-headers';
import { openReceiptKey } from './access/receipt-key';
import { watchRevocations } from './access/revocations';
import { createApp } from './app';
import type { EndpointConfig } from './config';
import type { Database } from './database/database';
import type { Endpoint } from './endpoint';

/** Requests that are on their way when it is asked to stop may take so long. */
const STOP_GRACE_MS = 8000;

/** What an endpoint is made of. */
export interface EndpointParts {
  readonly config: EndpointConfig;
  /** Closed when the endpoint has stopped. */
  readonly database: Database;
  readonly log: Logger;
  readonly now: () => number;
  /** Folder with the built app. */
  readonly appFolder: string;
}

/** An endpoint that is listening. */
export interface RunningEndpoint {
  readonly endpoint: Endpoint;
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, ends streams, waits some seconds for the rest, closes the database. */
  stop(): Promise<void>;
}

/** Starts it; port 0 takes any free one. Throws when the port is taken or a certificate cannot be read. */
export async function startEndpoint(parts: EndpointParts): Promise<RunningEndpoint> {
  const { config, database, log, now } = parts;
  const stopping = new AbortController();
  const endpoint: Endpoint = {
    config,
    database,
    log,
    now,
    metrics: new Registry(),
    revocations: await watchRevocations(database, log),
    receiptKey: await openReceiptKey(database),
    stopping: stopping.signal,
  };
  const server = await createServer(config, listenerOf(endpoint));
  await listen(server, config.port, config.host);
  // A server listening on TCP has an AddressInfo; a string would be a pipe, which `listen` never opens.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint,
    url: `${config.tls === null ? 'http' : 'https'}://${nameOf(config.host)}:${port}`,
    port,
    async stop() {
      stopping.abort();
      await close(server);
      await endpoint.revocations.close();
      await database.close();
    },
  };
}

function listenerOf(endpoint: Endpoint): RequestListener {
  const app = createApp(endpoint);
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    void answer(request, response);
  };
}

async function createServer({ tls }: EndpointConfig, listener: RequestListener): Promise<Server> {
  if (tls === null) return createPlainServer(listener);
  const [cert, key] = await Promise.all([readFile(tls.certificatePath), readFile(tls.keyPath)]);
  return createTlsServer({ cert, key }, listener);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

function nameOf(host: string): string {
  if (['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
