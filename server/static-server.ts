import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import sirv from 'sirv';
import { securityHeadersFor } from './security-headers';

/** Where to serve what. */
export interface StaticServerOptions {
  /** Folder with the built app. */
  readonly root: string;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  /** Address to listen on, `127.0.0.1` unless said otherwise. */
  readonly host?: string;
}

/** A server that is listening. */
export interface StaticServer {
  /** With a slash at the end, such as `http://localhost:4173/`. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections too; resolves when the port is free again. */
  close(): Promise<void>;
}

/** The port asked for is taken by someone else. */
export class PortBusyError extends Error {
  override readonly name = 'PortBusyError';
}

/** One year: what the file name's hash promises will never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Always ask first; the ETag makes the answer cheap. */
const REVALIDATE = 'no-cache';

/** Types sirv's table does not know. */
const EXTRA_CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.onnx': 'application/octet-stream',
};

/**
 * Serves a folder with isolation and security headers, compressed variants (`.br`, `.gz` beside the file),
 * ETags and byte ranges. Throws {@link PortBusyError} when the port is taken and Error when `root` holds no app.
 */
export async function startStaticServer(options: StaticServerOptions): Promise<StaticServer> {
  const { root, port, host = '127.0.0.1' } = options;
  if (!existsSync(join(root, 'index.html'))) {
    throw new Error(`Expected a built app in ${root}, found no index.html. Run: npm run build`);
  }
  const server = createServer(serveFolder(root));
  await listen(server, port, host);
  const boundPort = readPort(server);
  return {
    url: `http://${nameForBrowser(host)}:${boundPort}/`,
    port: boundPort,
    close: () => close(server),
  };
}

/** Answers requests with the files of a folder, as {@link startStaticServer} says. */
export function serveFolder(root: string): RequestListener {
  const serveFile = sirv(root, {
    // Look at the disk on each request: a build made while the server runs is served at once.
    dev: true,
    etag: true,
    brotli: true,
    gzip: true,
    extensions: ['html'],
    setHeaders: setFileHeaders,
  });
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    for (const [name, value] of Object.entries(securityHeadersFor(pathname)))
      response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      refuse(response, 405, 'Only GET and HEAD are answered here.');
      return;
    }
    serveFile(request, response, () => refuse(response, 404, 'There is nothing at this address.'));
  };
}

function setFileHeaders(response: ServerResponse, pathname: string): void {
  // Vite puts a content hash into the name of everything under assets/, and only there.
  response.setHeader('Cache-Control', pathname.includes('/assets/') ? IMMUTABLE : REVALIDATE);
  const contentType = EXTRA_CONTENT_TYPES[extname(pathname)];
  if (contentType !== undefined) response.setHeader('Content-Type', contentType);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain;charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(`${sentence}\n`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new PortBusyError(`Port ${port} on ${host} is used by another program.`, {
              cause: error,
            })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

function readPort(server: Server): number {
  // A server listening on TCP has an AddressInfo; a string would be a pipe, which `listen` never opens.
  return (server.address() as AddressInfo).port;
}

function nameForBrowser(host: string): string {
  if (host === '127.0.0.1' || host === '::1' || host === '0.0.0.0' || host === '::')
    return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
