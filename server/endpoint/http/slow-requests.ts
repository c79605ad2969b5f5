import type { IncomingMessage, Server, ServerOptions } from 'node:http';

/** How slow the other end may be. */
export interface SlownessLimits {
  /** For all headers of a request. */
  readonly headersMs: number;
  /** Bodies are looked at so often. */
  readonly checkMs: number;
  /** What a body must bring between two looks, as bytes a second. */
  readonly minBytesPerS: number;
  /** A connection on which nothing moves in either direction ends; streams send a comment every 15 s. */
  readonly idleMs: number;
}

/**
 * A mobile network at its worst brings some kilobytes a second, and a pause of a few seconds in a tunnel must not end an upload:
 * 15 s without 256 B/s does, and it is resumed where it was. Who sends a byte now and then to hold connections open is gone by then.
 */
export const SLOWNESS_LIMITS: SlownessLimits = {
  headersMs: 15_000,
  checkMs: 15_000,
  minBytesPerS: 256,
  idleMs: 120_000,
};

/** For `createServer`. There is no limit on a whole request: a large piece takes as long as it takes. */
export function slownessOptions({ headersMs }: SlownessLimits): ServerOptions {
  return {
    headersTimeout: headersMs,
    requestTimeout: 0,
    connectionsCheckingInterval: Math.max(100, Math.round(headersMs / 3)),
  };
}

/** Ends connections that are slower than the limits. */
export function endSlowRequests(server: Server, limits: SlownessLimits): void {
  server.timeout = limits.idleMs;
  server.on('request', (request: IncomingMessage) => watchBody(request, limits));
}

function watchBody(request: IncomingMessage, { checkMs, minBytesPerS }: SlownessLimits): void {
  const { headers, socket } = request;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  const minBytes = (minBytesPerS * checkMs) / 1000;
  let seenBytes = socket.bytesRead;
  const timer = setInterval(() => {
    const arrivedBytes = socket.bytesRead - seenBytes;
    seenBytes = socket.bytesRead;
    // Bytes that wait to be read: then it is us who are slow.
    const isOurs = request.readableLength > 0;
    if (!request.complete && !isOurs && arrivedBytes < minBytes) socket.destroy();
    if (request.complete || socket.destroyed) clearInterval(timer);
  }, checkMs);
  timer.unref();
  request.once('close', () => clearInterval(timer));
}
