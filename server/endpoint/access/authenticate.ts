import type { MiddlewareHandler } from 'hono';
import type { EndpointEnvironment } from '../endpoint';
import { Refusal } from '../refusal';
import type { FindAccess } from './find-access';
import type { RateLimits } from './rate-limits';

/**
 * Finds out who asks and counts the request. A token that nobody knows is refused with UNAUTHORISED on every route, so that its owner
 * hears of it; too many requests with RATE_LIMITED.
 */
export function authenticate(
  limits: RateLimits,
  find: FindAccess,
): MiddlewareHandler<EndpointEnvironment> {
  return async (context, next) => {
    const token = readToken(context.req.header('Authorization'));
    const access = token === null ? null : await find(token);
    if (access?.kind === 'device') await limits.countDevice(access.deviceId);
    else await limits.countAddress(context.get('clientAddress'));
    if (token !== null && access === null) {
      throw new Refusal('UNAUTHORISED', 'The token is not known here, or was revoked.');
    }
    context.set('access', access);
    await next();
  };
}

/** Null: none came along. An empty or odd one is a token nobody knows. */
function readToken(header: string | undefined): string | null {
  if (header === undefined) return null;
  return /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? '';
}
