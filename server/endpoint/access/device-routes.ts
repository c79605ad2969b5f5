import { Hono } from 'hono';
import * as v from 'valibot';
import { devicesSchema, type Device } from '../../../src/core/sync-api/access';
import { idSchema } from '../../../src/core/sync-api/fields';
import type { Endpoint, EndpointEnvironment } from '../endpoint';
import { describeJson } from '../http/describe-route';
import { parameters } from '../http/validated';
import { Refusal } from '../refusal';
import { listDevices, revokeDevice, type DeviceRow } from './device-store';
import { deviceOf } from './require-scope';

/** Tells how many bytes a device takes up. */
export type CountUsedBytes = (deviceId: string) => Promise<number>;

/** Devices that were let in; see `core/sync-api/access.ts`. */
export function deviceRoutes(endpoint: Endpoint, usedBytes: CountUsedBytes) {
  const { database, now, revocations } = endpoint;
  return new Hono<EndpointEnvironment>()
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
        const devices: Device[] = [];
        for (const row of rows) devices.push(toDevice(row, deviceId, await usedBytes(row.id)));
        context.header('Cache-Control', 'no-store');
        return context.json({ devices });
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
        if (!(await revokeDevice(database, id, id === deviceId, now()))) {
          throw new Refusal('NOT_FOUND', 'There is no such device.');
        }
        await revocations.announce(id);
        return context.body(null, 204);
      },
    );
}

function toDevice(row: DeviceRow, ownId: string, usedBytes: number): Device {
  return {
    id: row.id,
    name: row.name,
    scopes: [...row.scopes],
    pairedUnixMs: row.paired_unix_ms,
    lastSeenUnixMs: row.last_seen_unix_ms,
    revokedUnixMs: row.revoked_unix_ms,
    usedBytes,
    isOwn: row.id === ownId,
  };
}
