import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { EndpointConfig } from '../config';
import type { EndpointEnvironment } from '../endpoint';

/** A day: what is allowed seldom changes. Browsers make less of it. */
const PREFLIGHT_CACHE_S = 86_400;

/** What the app sends: its token, JSON, ranges, conditions, where to resume events, and tus 1.0. */
const REQUEST_HEADERS: readonly string[] = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'Range',
  'Tus-Resumable',
  'Upload-Checksum',
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'X-HTTP-Method-Override',
];

/** What the app reads. */
const ANSWER_HEADERS: readonly string[] = [
  'Content-Range',
  'ETag',
  'Location',
  'Retry-After',
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
];

const LOOPBACK_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Lets pages of the allowed origins use the interface, and answers their preflight requests. The endpoint's own pages need no
 * permission. Tokens travel in a header that pages set themselves, so that cookies are never allowed.
 */
export function allowOrigins(
  config: Pick<EndpointConfig, 'allowedOrigins' | 'publicUrl'>,
): MiddlewareHandler<EndpointEnvironment> {
  const allowed = new Set(config.allowedOrigins);
  if (config.publicUrl !== null) allowed.add(new URL(config.publicUrl).origin);
  const isAllowed = (origin: string) =>
    allowed.has(origin) || (allowed.has('loopback') && LOOPBACK_ORIGIN.test(origin));
  return cors({
    origin: (origin) => (isAllowed(origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [...REQUEST_HEADERS],
    exposeHeaders: [...ANSWER_HEADERS],
    maxAge: PREFLIGHT_CACHE_S,
  });
}
