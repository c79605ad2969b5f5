import { Hono, type Context } from 'hono';
import * as v from 'valibot';
import {
  codeAnswerSchema,
  devicesSchema,
  newCodeSchema,
  pairAnswerSchema,
  pairRequestSchema,
  type Device,
  type PairAnswer,
} from '../../../src/core/sync-api/access';
import { idSchema } from '../../../src/core/sync-api/fields';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { body, parameters } from '../http/validated';
import { Refusal } from '../refusal';
import { listDevices, revokeDevice, type DeviceRow } from './device-store';
import { makePairingCode, redeemPairingCode } from './pairing-codes';
import type { RateLimits } from './rate-limits';
import { deviceOf, requireScope } from './require-scope';

/** Pairing and devices; see `core/sync-api/access.ts`. */
export function accessRoutes(endpoint: Endpoint, limits: RateLimits) {
  const { database, now, revocations } = endpoint;
  return new Hono<EndpointEnvironment>()
    .post(
      '/api/pair',
      describeJson({
        summary: 'Trade a pairing code for a token',
        scopes: [],
        answer: pairAnswerSchema,
        refusals: ['UNAUTHORISED'],
      }),
      body(pairRequestSchema),
      async (context) => {
        const { code, deviceName } = context.req.valid('json');
        const address = context.get('clientAddress');
        await limits.checkPairing(address);
        const paired = await redeemPairingCode(database, code, deviceName, now());
        if (paired === null) {
          await limits.countBadCode(address);
          throw new Refusal(
            'UNAUTHORISED',
            'The code is not known, was used, or has run out. Codes are good once, for ten minutes.',
          );
        }
        return noStore(context).json({
          ...paired,
          scopes: [...paired.scopes],
        } satisfies PairAnswer);
      },
    )
    .post(
      '/api/pairing-codes',
      describeJson({
        summary: 'Make a pairing code',
        scopes: ['admin'],
        answer: codeAnswerSchema,
      }),
      requireScope('admin'),
      body(newCodeSchema),
      async (context) => {
        const { scopes } = context.req.valid('json');
        return noStore(context).json(await makePairingCode(database, scopes, now()));
      },
    )
    .get(
      '/api/devices',
      describeJson({
        summary: 'Devices: all of them with the scope admin, else the own one',
        scopes: ['upload', 'read', 'publish', 'admin'],
        answer: devicesSchema,
      }),
      async (context) => {
        const { deviceId, scopes } = deviceOf(context);
        const rows = await listDevices(database, scopes.includes('admin') ? null : deviceId);
        const devices = rows.map((row) => toDevice(row, deviceId));
        return noStore(context).json({ devices });
      },
    )
    .delete(
      '/api/devices/:id',
      describeJson({
        summary: 'Revoke a device: any with the scope admin, else the own one',
        scopes: ['upload', 'read', 'publish', 'admin'],
        answer: null,
        refusals: ['NOT_FOUND'],
      }),
      parameters(v.object({ id: idSchema })),
      async (context) => {
        const { deviceId, scopes } = deviceOf(context);
        const { id } = context.req.valid('param');
        if (id !== deviceId && !scopes.includes('admin')) {
          throw new Refusal(
            'FORBIDDEN',
            'Another device can be revoked with the scope admin only.',
          );
        }
        if (!(await revokeDevice(database, id, now()))) {
          throw new Refusal('NOT_FOUND', 'There is no such device.');
        }
        await revocations.announce(id);
        return context.body(null, 204);
      },
    );
}

function noStore<C extends Context>(context: C): C {
  context.header('Cache-Control', 'no-store');
  return context;
}

function toDevice(row: DeviceRow, ownId: string): Device {
  return {
    id: row.id,
    name: row.name,
    scopes: [...row.scopes],
    pairedUnixMs: row.paired_unix_ms,
    lastSeenUnixMs: row.last_seen_unix_ms,
    revokedUnixMs: row.revoked_unix_ms,
    usedBytes: 0,
    isOwn: row.id === ownId,
  };
}
