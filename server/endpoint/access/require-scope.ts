import type { Context, MiddlewareHandler } from 'hono';
import type { Scope } from '../../../src/core/sync-api/access';
import type { Access, EndpointEnvironment } from '../endpoint';
import { Refusal } from '../refusal';

/** A device that came in. */
type DeviceAccess = Extract<Access, { readonly kind: 'device' }>;

/**
 * Lets devices through that have one of the scopes. Refuses with UNAUTHORISED (no token) and FORBIDDEN (another scope, or a share's
 * secret: routes that a share opens look at `context.get('access')` themselves).
 */
export function requireScope(...scopes: readonly Scope[]): MiddlewareHandler<EndpointEnvironment> {
  return async (context, next) => {
    const access = accessOf(context);
    if (access.kind !== 'device' || !scopes.some((scope) => access.scopes.includes(scope))) {
      throw new Refusal('FORBIDDEN', `Expected a token for ${scopes.join(' or ')}.`);
    }
    await next();
  };
}

/** The device that asks. Refuses with UNAUTHORISED and FORBIDDEN (a share); behind {@link requireScope} it always answers. */
export function deviceOf(context: Context<EndpointEnvironment>): DeviceAccess {
  const access = accessOf(context);
  if (access.kind !== 'device') {
    throw new Refusal('FORBIDDEN', 'Expected the token of a device, found a share.');
  }
  return access;
}

function accessOf(context: Context<EndpointEnvironment>): Access {
  const access = context.get('access');
  if (access === null) {
    throw new Refusal('UNAUTHORISED', 'Expected a token (Authorization: Bearer ...), found none.');
  }
  return access;
}
