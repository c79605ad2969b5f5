import { Hono } from 'hono';
import { MAX_ENVELOPE_BYTES, vaultSchema } from '../../../src/core/sync-api/catalogue';
import { deviceOf, requireScope } from '../access/require-scope';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { body } from '../http/validated';
import { Refusal } from '../refusal';
import { createVault, readVault, replaceVault } from './vault-store';

/** The vault in base64, and the rest of the message. */
const MAX_BODY_BYTES = Math.ceil((MAX_ENVELOPE_BYTES * 4) / 3) + 1024;

/** The vault's key, encrypted by a passphrase that the endpoint does not know. */
export function vaultRoutes({ database }: Endpoint): Hono<EndpointEnvironment> {
  const routes = new Hono<EndpointEnvironment>();
  routes.get(
    '/api/vault',
    describeJson({
      summary: 'The vault; its ETag is needed to replace it',
      scopes: ['read', 'upload'],
      answer: vaultSchema,
      refusals: ['NOT_FOUND'],
    }),
    // Who sends encrypts by its key, and needs it as much as who reads.
    requireScope('read', 'upload'),
    async (context) => {
      const stored = await readVault(database);
      if (stored === null) throw new Refusal('NOT_FOUND', 'There is no vault yet.');
      context.header('ETag', tagOf(stored.version));
      context.header('Cache-Control', 'private, no-cache');
      return context.json({ vault: Buffer.from(stored.data).toString('base64') });
    },
  );
  routes.put(
    '/api/vault',
    describeJson({
      summary:
        'Makes the vault (If-None-Match: *) or, with the scope admin, replaces the version that is named (If-Match)',
      scopes: ['upload'],
      answer: null,
      refusals: ['CONFLICT', 'TOO_LARGE', 'QUOTA_EXCEEDED'],
    }),
    requireScope('upload'),
    body(vaultSchema, MAX_BODY_BYTES),
    async (context) => {
      const data = Buffer.from(context.req.valid('json').vault, 'base64');
      const expected = readCondition(
        context.req.header('If-None-Match'),
        context.req.header('If-Match'),
      );
      // Once it is lost no further device gets at what was sent: a device that only sends must not be able to do that.
      if (expected !== 'none' && !deviceOf(context).scopes.includes('admin')) {
        throw new Refusal('FORBIDDEN', 'The vault can be replaced with the scope admin only.');
      }
      const version =
        expected === 'none'
          ? await createVault(database, data)
          : await replaceVault(database, data, expected);
      if (version === null) {
        throw new Refusal('CONFLICT', 'There is another vault than was expected. Read it first.');
      }
      context.header('ETag', tagOf(version));
      return context.body(null, 204);
    },
  );
  return routes;
}

function tagOf(version: number): string {
  return `"${version}"`;
}

/** What must be there for it to be written. Refusal INVALID_REQUEST: nothing is said of it, and without that it may not be overwritten. */
function readCondition(
  ifNoneMatch: string | undefined,
  ifMatch: string | undefined,
): 'none' | number {
  if (ifNoneMatch?.trim() === '*' && ifMatch === undefined) return 'none';
  const version = /^"(\d{1,15})"$/.exec(ifMatch?.trim() ?? '')?.[1];
  if (version !== undefined && ifNoneMatch === undefined) return Number(version);
  throw new Refusal(
    'INVALID_REQUEST',
    'Expected If-None-Match: * for the first vault, or If-Match with the ETag of the one to replace.',
  );
}
