import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server misbehaves. */
export interface FileServerHabits {
  /** Sends the whole file whatever part was asked for. */
  ignoresRange?: boolean;
  /** Sends so many bytes of an answer and no more, until `breakOff`. */
  stallsAfterBytes?: number;
  /** Answered instead of the file. */
  status?: number;
  etag?: string | null;
}

/** What one request asked for. */
export interface SeenRequest {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** One file over HTTP on this machine. */
export interface FileServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  habits: FileServerHabits;
  bytes: Buffer;
  /** Closes all connections and stalls no more. */
  breakOff(): void;
  close(): Promise<void>;
}

/** Serves `bytes` with ranges and an ETag, until its habits say otherwise. */
export async function startFileServer(bytes: Buffer): Promise<FileServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a pipe
  const served: FileServer = {
    url: `http://127.0.0.1:${port}/model.onnx`,
    seen,
    habits: {},
    bytes,
    breakOff: () => {
      delete served.habits.stallsAfterBytes;
      server.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return served;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { range } = request.headers;
    const ifRange = request.headers['if-range'];
    seen.push({ range, ifRange: typeof ifRange === 'string' ? ifRange : undefined });
    const { habits } = served;
    if (habits.status !== undefined) {
      response.writeHead(habits.status).end();
      return;
    }
    const etag = habits.etag === undefined ? '"first"' : habits.etag;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const isPart = range !== undefined && !habits.ignoresRange && ifRange === etag;
    if (isPart && start >= served.bytes.length) {
      response.writeHead(416).end();
      return;
    }
    const body = served.bytes.subarray(isPart ? start : 0);
    const last = served.bytes.length - 1;
    response.writeHead(isPart ? 206 : 200, {
      'content-length': body.length,
      ...(etag === null ? {} : { etag }),
      ...(isPart ? { 'content-range': `bytes ${start}-${last}/${served.bytes.length}` } : {}),
    });
    if (habits.stallsAfterBytes === undefined) response.end(body);
    else response.write(body.subarray(0, habits.stallsAfterBytes));
  }
}
