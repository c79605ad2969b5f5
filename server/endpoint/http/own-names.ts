import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../arguments';
import type { EndpointConfig } from '../config';

/** Names that every browser takes for its own machine, without asking anybody. */
const LOCAL_NAME = /^(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a request was sent to `localhost`, 127.0.0.1, ::1 or the like. A page elsewhere can point a name of its own at this machine. */
export function isForLocalName(request: IncomingMessage): boolean {
  return LOCAL_NAME.test(nameOf(request.headers.host));
}

/**
 * Tells whether a request was sent to a name of this endpoint. One that listens on this machine only goes by local names and that of its public
 * address; others are names of pages elsewhere, which could act like its own pages (DNS rebinding). Behind trusted proxies those know the names.
 * One that listens beyond this machine cannot know how others call it, and what counts there needs a token.
 */
export function createNameCheck({
  host,
  publicUrl,
  trustedProxies,
}: Pick<EndpointConfig, 'host' | 'publicUrl' | 'trustedProxies'>): (
  request: IncomingMessage,
) => boolean {
  if (!isLoopback(host)) return () => true;
  const publicName = publicUrl === null ? null : new URL(publicUrl).hostname;
  return (request) => {
    const { headers } = request;
    // Browsers always say it.
    if (headers.host === undefined) return true;
    const isProxied = trustedProxies.length > 0 && headers['x-forwarded-for'] !== undefined;
    return isProxied || isForLocalName(request) || nameOf(headers.host) === publicName;
  };
}

/** Without the port, and the dot that ends a full name. */
function nameOf(header: string | undefined): string {
  return (header ?? '').toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}
