import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** What is known of the other end. */
export interface Client {
  /** Of the connection, or as a trusted proxy tells. */
  readonly address: string;
  /** It came over TLS, to us or to a trusted proxy. */
  readonly isSecure: boolean;
  /** A connection of this machine that no proxy has touched. */
  readonly isLoopback: boolean;
}

/** Reads who is at the other end; only proxies in the list (`10.0.0.1`, `10.0.0.0/8`, `::1`) are believed. */
export function createClientReader(
  trustedProxies: readonly string[],
): (request: IncomingMessage) => Client {
  const trusted = readBlockList(trustedProxies);
  const loopback = readBlockList(['127.0.0.0/8', '::1']);
  return (request) => {
    const peer = plainAddress(request.socket.remoteAddress ?? '');
    const isEncrypted = 'encrypted' in request.socket;
    const forwarded = listOf(request.headers['x-forwarded-for']);
    if (!contains(trusted, peer)) {
      const isProxied = forwarded.length > 0 || request.headers.forwarded !== undefined;
      const isLoopback = contains(loopback, peer) && !isProxied;
      return { address: peer, isSecure: isEncrypted, isLoopback };
    }
    // Right to left: each proxy adds who it heard from, and what stands left of one we do not trust may be made up.
    const told = forwarded.findLast((one) => !contains(trusted, one)) ?? forwarded[0] ?? peer;
    // Anything else (`unknown`, RFC 7239) is nobody to be counted.
    const address = isIP(told) === 0 ? peer : told;
    const proto = listOf(request.headers['x-forwarded-proto']).at(-1);
    return {
      address,
      isSecure: isEncrypted || proto === 'https',
      isLoopback: forwarded.length === 0 && contains(loopback, peer),
    };
  };
}

/** Whether a text is what {@link createClientReader} takes for a proxy. */
export function isProxyAddress(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

/**
 * What a limit counts by: an IPv4 address; of IPv6 the network of 64 bits, as one customer has all of the 2^64 addresses in it (RFC 6177).
 */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%');
  if (isIP(plain) !== 6) return address;
  // As browsers write it: IPv4 within it as hexadecimal, the longest run of zeros as `::`.
  const { hostname } = new URL(`http://[${plain}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const [left, right] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}

function groupsOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(':');
}

function readBlockList(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** IPv4 as such, also where the socket speaks IPv6. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

/** Some proxies add the client's port, which is another one with every connection. */
function withoutPort(text: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1');
}

function listOf(header: string | string[] | undefined): readonly string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((one) => plainAddress(withoutPort(one.trim())))
    .filter((one) => one !== '');
}
