import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { writeVaultRecord } from '../../../src/core/sync-format/vault-record';
import { makeKey, sealByPassphrase } from '../../../src/sinks/sync/age-files';
import { pullEdits } from '../../../src/sinks/sync/edits-log';
import { EndpointRequests } from '../../../src/sinks/sync/endpoint-requests';
import { listShares } from '../../../src/sinks/sync/shares';
import { TusRequests } from '../../../src/sinks/sync/tus-requests';
import { openVault } from '../../../src/sinks/sync/vault';

/** More than any honest answer has. */
const FLOOD_BYTES = 200 * 1024 * 1024;
const CHUNK = Buffer.alloc(1024 * 1024, ' ');

let server: Server;
let url: string;
let askedCount = 0;
let floodedBytes = 0;
let vault = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    askedCount += 1;
    const path = request.url ?? '';
    if (path.startsWith('/api/vault')) response.end(JSON.stringify({ vault }));
    else if (path.startsWith('/api/edits')) {
      // The same entry for ever, whatever was asked for.
      const entry = { position: 5, deviceId: 'device-0001', number: 1, data: 'AAAA' };
      response.end(JSON.stringify({ entries: [entry], isLast: askedCount > 50 }));
    } else if (path.startsWith('/api/shares')) {
      // Always the same next page.
      response.end(JSON.stringify({ shares: [], cursor: askedCount > 50 ? null : 'share-0001' }));
    } else {
      response.statusCode = path.startsWith('/refused') ? 400 : 200;
      floodedBytes = 0;
      const pour = (): void => {
        while (floodedBytes < FLOOD_BYTES && !response.destroyed) {
          floodedBytes += CHUNK.length;
          if (!response.write(CHUNK)) return void response.once('drain', pour);
        }
        response.end();
      };
      pour();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // It listens on TCP, so that this is no text.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const requests = () => new EndpointRequests(url, 'A'.repeat(43));
const notAnEndpoint: unknown = expect.objectContaining({ code: 'SYNC_NOT_AN_ENDPOINT' });

describe('an endpoint that means ill', () => {
  it.each(['/flood', '/refused'])('does not fill the memory with what %s answers', async (path) => {
    await expect(requests().json(v.unknown(), path)).rejects.toEqual(notAnEndpoint);
    expect(floodedBytes).toBeLessThan(FLOOD_BYTES);
  });

  it('does not keep a device reading the same links for ever', async () => {
    askedCount = 0;
    await expect(listShares(requests(), 'session-0001')).rejects.toEqual(notAnEndpoint);
    expect(askedCount).toBeLessThan(5);
  });

  it('does not keep a device reading the same edits for ever', async () => {
    askedCount = 0;
    const { identity } = await makeKey();
    const place = { position: 0, lastEntry: null, ownNumber: 0 };
    await expect(pullEdits(requests(), identity, 'device-0002', place)).rejects.toEqual(
      notAnEndpoint,
    );
    expect(askedCount).toBeLessThan(5);
  });

  it('does not make a device spend more on a passphrase than it would itself', async () => {
    const sealed = Buffer.from(await sealByPassphrase('x', 'some passphrase', 2));
    // As many bytes; only the header's number is another one.
    const dear = Buffer.from(
      sealed.toString('latin1').replace(/(scrypt \S+) 2\n/, '$1 20\n'),
      'latin1',
    );
    expect(dear.length).toBe(sealed.length + 1);
    vault = writeVaultRecord({
      version: 1,
      sealed: dear.toString('base64'),
      check: 'a'.repeat(64),
    });
    await expect(openVault(requests(), 'some passphrase')).rejects.toMatchObject({
      code: 'SYNC_TAMPERED',
    });
  });

  it('does not send a device’s token and pieces to another place', async () => {
    const tus = new TusRequests(url, new AbortController().signal);
    for (const elsewhere of [
      'http://127.0.0.1:1/api/uploads/x',
      `${url}.evil.example/api/uploads/x`,
      `${url}@evil.example/`,
    ])
      await expect(tus.createRequest('PATCH', elsewhere).send(null)).rejects.toEqual(notAnEndpoint);
  });
});
