import * as v from 'valibot';
import { AppError } from '../app-error';
import { idSchema, unixMsSchema } from '../sync-api/fields';
import { identitySchema } from './envelope';

/** What a share link carries. The fragment of an address is not sent to any server. */
export interface ShareLink {
  readonly url: string;
  /** At the endpoint. */
  readonly id: string;
  /** Lets its holder read this one session there. */
  readonly secret: string;
  /** Opens envelope and pieces. */
  readonly sessionKey: string;
  /** Until when the endpoint lets it be read, as it said; told to who gets the link, and decided by the endpoint alone. */
  readonly expiresUnixMs: number;
}

const partsSchema = v.tuple([
  v.string(),
  idSchema,
  v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
  identitySchema,
  v.pipe(v.string(), v.regex(/^\d{1,16}$/), v.transform(Number), unixMsSchema),
]);

/** `appUrl`: where Resight is, without a fragment. */
export function writeShareLink(appUrl: string, link: ShareLink): string {
  const { url, id, secret, sessionKey, expiresUnixMs } = link;
  const parts = [url, id, secret, sessionKey, String(expiresUnixMs)].map(encodeURIComponent);
  return `${appUrl.replace(/[?#].*$/s, '')}#share=${parts.join(',')}`;
}

/** Throws AppError SYNC_REFUSED for a text that is no such link, SYNC_NOT_AN_ENDPOINT. */
export function readShareLink(text: string): ShareLink {
  const parts = /#share=([^#\s]+)\s*$/.exec(text)?.[1]?.split(',') ?? [];
  const read = v.safeParse(partsSchema, parts.map(decoded));
  if (!read.success)
    throw new AppError('SYNC_REFUSED', 'Expected a whole share link, found another text');
  const [url, id, secret, sessionKey, expiresUnixMs] = read.output;
  return { url: readEndpointUrl(url), id, secret, sessionKey, expiresUnixMs };
}

/**
 * The address of an endpoint as it is kept: without a slash at the end. Throws AppError SYNC_NOT_AN_ENDPOINT for what is none, or what the
 * app's own policy does not let it reach: unencrypted, other than on this machine.
 */
export function readEndpointUrl(text: string): string {
  const trimmed = text.trim();
  const address = trimmed.includes('://') ? trimmed : `https://${trimmed}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  const isWeb = url !== null && /^https?:$/.test(url.protocol);
  if (!isWeb || url.username || url.password || url.search || url.hash)
    throw new AppError(
      'SYNC_NOT_AN_ENDPOINT',
      `Expected an address such as https://cars.example, found "${trimmed}"`,
    );
  const isLocal = ['localhost', '127.0.0.1'].includes(url.hostname);
  if (url.protocol === 'http:' && !isLocal)
    throw new AppError(
      'SYNC_NOT_AN_ENDPOINT',
      `Expected an address with https, found ${url.origin}: without, only this machine itself can be reached`,
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // no such part: the schema says so
  }
}
