import type { PublishedSighting } from '../../../src/core/sync-api/sightings';
import type { Database } from '../database/database';
import { Refusal } from '../refusal';
import { unitDescriptor } from './cosine';

/** A sighting and who published it. */
export interface SightingOfDevice {
  readonly sighting: PublishedSighting;
  readonly deviceName: string;
}

/** Where a page ends: its last sighting. */
export interface PageEnd {
  readonly startUnixMs: number;
  readonly deviceId: string;
  readonly id: string;
}

/** Null: any. Times are of a sighting's start, both included. */
export interface SightingFilter {
  readonly fromUnixMs: number | null;
  readonly toUnixMs: number | null;
  readonly camera: string | null;
}

/** A row with all that is told of a sighting. */
export interface SightingRow extends PageEnd {
  readonly sessionId: string;
  readonly camera: string;
  readonly endUnixMs: number;
  readonly vehicleClass: PublishedSighting['vehicleClass'];
  readonly vehicleNumber: number;
  readonly space: string | null;
  readonly descriptor: readonly number[] | null;
  readonly deviceName: string;
}

/** Needs `JOIN devices`. */
export const SIGHTING_COLUMNS = `device_id AS "deviceId", published_sightings.id, session_id AS "sessionId", camera,
  start_unix_ms AS "startUnixMs", end_unix_ms AS "endUnixMs", vehicle_class AS "vehicleClass",
  vehicle_number AS "vehicleNumber", space, descriptor, devices.name AS "deviceName"`;

/** A filter in SQL; its parameters are `$1` to `$3`. */
export const FILTER_SQL = `($1::bigint IS NULL OR start_unix_ms >= $1) AND ($2::bigint IS NULL OR start_unix_ms <= $2)
  AND ($3::text IS NULL OR camera = $3)`;

export function filterParameters({
  fromUnixMs,
  toUnixMs,
  camera,
}: SightingFilter): readonly [number | null, number | null, string | null] {
  return [fromUnixMs, toUnixMs, camera];
}

/** Stored by one statement: 256 values each take the embedded database some 80 ms, in which it answers nobody else. */
const CHUNK_COUNT = 100;

/**
 * What the device published before under the same id is replaced; of two with one id the later counts. After a failure some may be
 * stored, and can be sent again. Answers how many there are. Throws `Refusal` INVALID_REQUEST, and stores nothing, for a descriptor that is
 * not of unit length; QUOTA_EXCEEDED once the device has used its quota, which those stored at once may pass a little.
 */
export async function storeSightings(
  database: Database,
  deviceId: string,
  sightings: readonly PublishedSighting[],
  nowUnixMs: number,
  quotaBytes: number,
): Promise<number> {
  const byId = new Map(sightings.map((sighting) => [sighting.id, sighting]));
  // In one order: two requests that replace the same ones wait for each other, and not each for the other.
  const rows = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(rowOf);
  for (let start = 0; start < rows.length; start += CHUNK_COUNT) {
    const chunk = rows.slice(start, start + CHUNK_COUNT);
    const parameters = [deviceId, nowUnixMs, JSON.stringify(chunk), quotaBytes];
    const stored = await database.query(STORE_SQL, parameters);
    if (stored.length === 0) throw quotaUsed(quotaBytes);
  }
  return rows.length;
}

const STORE_SQL = `
INSERT INTO published_sightings (device_id, published_unix_ms, id, session_id, camera, start_unix_ms, end_unix_ms,
  vehicle_class, vehicle_number, space, descriptor)
SELECT $1, $2, sent.* FROM json_to_recordset($3::json) AS sent (id text, session_id text, camera text, start_unix_ms bigint,
  end_unix_ms bigint, vehicle_class text, vehicle_number integer, space text, descriptor real[])
WHERE coalesce((SELECT byte_count FROM device_usage WHERE device_usage.device_id = $1), 0) < $4
ON CONFLICT (device_id, id) DO UPDATE SET published_unix_ms = excluded.published_unix_ms, session_id = excluded.session_id,
  camera = excluded.camera, start_unix_ms = excluded.start_unix_ms, end_unix_ms = excluded.end_unix_ms,
  vehicle_class = excluded.vehicle_class, vehicle_number = excluded.vehicle_number, space = excluded.space,
  descriptor = excluded.descriptor
RETURNING id`;

function quotaUsed(quotaBytes: number): Refusal {
  return new Refusal(
    'QUOTA_EXCEEDED',
    `Expected at most ${quotaBytes} bytes of one device, found them all in use. Remove sessions of this device there first, or take back what it published.`,
  );
}

function rowOf(sighting: PublishedSighting): object {
  const { descriptor } = sighting;
  return {
    id: sighting.id,
    session_id: sighting.sessionId,
    camera: sighting.camera,
    start_unix_ms: sighting.startUnixMs,
    end_unix_ms: sighting.endUnixMs,
    vehicle_class: sighting.vehicleClass,
    vehicle_number: sighting.vehicleNumber,
    space: descriptor?.space ?? null,
    // Rounded here: what is too small for `real` would be an error there, and is 0.
    descriptor: descriptor === null ? null : [...unitDescriptor(descriptor.values)],
  };
}

/** Removes what a device published of a session; answers how many there were. */
export async function removeSightings(
  database: Database,
  deviceId: string,
  sessionId: string,
): Promise<number> {
  const removed = await database.query(
    'DELETE FROM published_sightings WHERE device_id = $1 AND session_id = $2 RETURNING id',
    [deviceId, sessionId],
  );
  return removed.length;
}

/** Newest first, `count` at most, beginning after `after`. */
export async function listSightings(
  database: Database,
  filter: SightingFilter,
  after: PageEnd | null,
  count: number,
): Promise<readonly SightingRow[]> {
  return database.query<SightingRow>(
    `SELECT ${SIGHTING_COLUMNS} FROM published_sightings JOIN devices ON devices.id = device_id
     WHERE ${FILTER_SQL}
       AND ($4::bigint IS NULL OR (start_unix_ms, device_id, published_sightings.id) < ($4, $5::text, $6::text))
     ORDER BY start_unix_ms DESC, device_id DESC, published_sightings.id DESC LIMIT $7`,
    [
      ...filterParameters(filter),
      after?.startUnixMs ?? null,
      after?.deviceId ?? null,
      after?.id ?? null,
      count,
    ],
  );
}

/** As it is told. */
export function describeSighting(row: SightingRow): SightingOfDevice {
  const { id, sessionId, camera, startUnixMs, endUnixMs, vehicleClass, vehicleNumber } = row;
  const { space, descriptor, deviceName } = row;
  return {
    sighting: {
      id,
      sessionId,
      camera,
      startUnixMs,
      endUnixMs,
      vehicleClass,
      vehicleNumber,
      descriptor: space === null || descriptor === null ? null : { space, values: [...descriptor] },
    },
    deviceName,
  };
}

/** Removes what was published before `oldestUnixMs`. */
export async function sweepSightings(database: Database, oldestUnixMs: number): Promise<void> {
  await database.query('DELETE FROM published_sightings WHERE published_unix_ms < $1', [
    oldestUnixMs,
  ]);
}
