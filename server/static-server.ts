import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
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
    const pathname = pathOf(request);
    for (const [name, value] of Object.entries(securityHeadersFor(pathname ?? '/')))
      response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      refuse(response, 405, 'Only GET and HEAD are answered here.');
      return;
    }
    if (pathname === null) {
      refuse(response, 400, 'Expected an address, found something else.');
      return;
    }
    keepWholeRange(request);
    closeWithAnswer(response);
    try {
      serveFile(request, response, () =>
        refuse(response, 404, 'There is nothing at this address.'),
      );
    } catch {
      // A file that a new build removed just now: whoever asks again gets the new one.
      response.destroy();
    }
  };
}

/** Null for what is no address, such as `//`: thrown in here, it would end the process. */
function pathOf({ url = '/' }: IncomingMessage): string | null {
  const base = 'http://localhost';
  return URL.canParse(url, base) ? new URL(url, base).pathname : null;
}

/** sirv fails, in the middle of its answer, for a range that ends before it begins; what is no single range means the whole file. */
function keepWholeRange(request: IncomingMessage): void {
  const parts = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(request.headers.range ?? '');
  const [first, last] = [parts?.[1], parts?.[2]];
  const isRange = first !== undefined && (!last || Number(first) <= Number(last));
  if (!isRange) delete request.headers.range;
}

/** sirv leaves a file open whose reader has gone, and a file that cannot be read would end the process. */
function closeWithAnswer(response: ServerResponse): void {
  response.once('pipe', (file: Readable) => {
    file.once('error', () => response.destroy());
    response.once('close', () => file.destroy());
  });
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
