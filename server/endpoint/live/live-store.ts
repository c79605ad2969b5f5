import type { LiveEvent } from '../../../src/core/sync-api/live';
import type { Database } from '../database/database';
import { Refusal } from '../refusal';

/** A stored event. `data` is its JSON, on one line. */
export interface StoredEvent {
  readonly sequence: number;
  readonly type: string;
  readonly data: string;
}

/** A camera that sent live results lately. */
export interface LiveCamera {
  readonly id: string;
  readonly label: string;
  readonly deviceName: string;
  readonly lastEventUnixMs: number;
}

/** PostgreSQL's channel; the payload is a camera's id, a blank and its newest number. */
export const LIVE_CHANNEL = 'resight_live';

/** Of a camera without events: a week. */
const CAMERA_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** More than one device can follow; of a week, since those that are silent are kept so long. */
const MAX_CAMERAS_PER_DEVICE = 100;

/** Of a camera: some 5 MB of sightings. A busy street has one a second, and this for over five hours. */
const MAX_EVENTS_PER_CAMERA = 20_000;

/**
 * Numbers the events, stores them and tells all processes, in one statement: the camera's row is locked until it is done, so nobody sees
 * a number before the ones below it, and a number that was given away is stored. A camera's first number is one above the time, in
 * milliseconds: one that was forgotten and comes again is above what its readers have. Of a camera's events the oldest go when there are more
 * than {@link MAX_EVENTS_PER_CAMERA}. Answers the last number. Refusals, and nothing is stored: FORBIDDEN: the camera is another device's that
 * was not revoked; QUOTA_EXCEEDED: the device has {@link MAX_CAMERAS_PER_DEVICE}.
 */
export async function appendEvents(
  database: Database,
  publisher: { readonly cameraId: string; readonly deviceId: string; readonly label: string },
  events: readonly LiveEvent[],
  nowUnixMs: number,
): Promise<number> {
  const rows = await database.query<{ sequence: number }>(APPEND_SQL, [
    publisher.cameraId,
    publisher.deviceId,
    publisher.label,
    events.length,
    nowUnixMs,
    events.map(({ type }) => type),
    events.map((event) => JSON.stringify(event)),
    LIVE_CHANNEL,
    MAX_CAMERAS_PER_DEVICE,
    MAX_EVENTS_PER_CAMERA,
  ]);
  const sequence = rows[0]?.sequence;
  if (sequence === undefined) throw await refusalOf(database, publisher.cameraId);
  return sequence;
}

const APPEND_SQL = `
    WITH camera AS (
       INSERT INTO live_cameras AS known (id, device_id, label, last_sequence, last_event_unix_ms)
       SELECT $1::text, $2, $3, $5::bigint + $4::bigint, $5::bigint
       WHERE EXISTS (SELECT FROM live_cameras WHERE id = $1) OR (SELECT count(*) FROM live_cameras WHERE device_id = $2) < $9
       ON CONFLICT (id) DO UPDATE SET label = excluded.label, last_sequence = known.last_sequence + $4::bigint,
         last_event_unix_ms = greatest(known.last_event_unix_ms, excluded.last_event_unix_ms), device_id = excluded.device_id
       WHERE known.device_id = excluded.device_id
         OR EXISTS (SELECT FROM devices WHERE devices.id = known.device_id AND revoked_unix_ms IS NOT NULL)
       RETURNING last_sequence
     ), stored AS (
       INSERT INTO live_events (camera_id, sequence, type, data, stored_unix_ms)
       SELECT $1::text, last_sequence - $4::bigint + place, type, data, $5::bigint
       FROM camera, unnest($6::text[], $7::text[]) WITH ORDINALITY AS event (type, data, place)
     ), removed AS (
       DELETE FROM live_events USING camera WHERE camera_id = $1 AND sequence <= last_sequence - $10::bigint
     )
     SELECT last_sequence AS sequence, pg_notify($8, $1::text || ' ' || last_sequence::text) FROM camera`;

/** Why nothing was stored. */
async function refusalOf(database: Database, cameraId: string): Promise<Refusal> {
  const known = await database.query('SELECT FROM live_cameras WHERE id = $1', [cameraId]);
  return known.length > 0
    ? new Refusal('FORBIDDEN', 'Another device publishes this camera. Choose another id for yours.')
    : new Refusal(
        'QUOTA_EXCEEDED',
        `Expected at most ${MAX_CAMERAS_PER_DEVICE} cameras of one device with live results, found one more. Those that are silent for a week go by themselves.`,
      );
}

/** Those after a number, `count` at most, in order. */
export function eventsAfter(
  database: Database,
  cameraId: string,
  sequence: number,
  count: number,
): Promise<readonly StoredEvent[]> {
  return database.query<StoredEvent>(
    `SELECT sequence, type, data FROM live_events WHERE camera_id = $1 AND sequence > $2
     ORDER BY sequence LIMIT $3`,
    [cameraId, sequence, count],
  );
}

/** The number of a camera's newest event, and whether the reader is still known; null: there is no such camera. */
export async function findCamera(
  database: Database,
  cameraId: string,
  readerId: string,
): Promise<{ readonly lastSequence: number; readonly mayRead: boolean } | null> {
  const rows = await database.query<{ lastSequence: number; mayRead: boolean }>(
    `SELECT last_sequence AS "lastSequence",
       EXISTS (SELECT FROM devices WHERE devices.id = $2 AND revoked_unix_ms IS NULL) AS "mayRead"
     FROM live_cameras WHERE id = $1`,
    [cameraId, readerId],
  );
  return rows[0] ?? null;
}

/** All of them, the latest first. */
export function liveCameras(database: Database): Promise<readonly LiveCamera[]> {
  return database.query<LiveCamera>(
    `SELECT live_cameras.id, label, devices.name AS "deviceName", last_event_unix_ms AS "lastEventUnixMs"
     FROM live_cameras JOIN devices ON devices.id = device_id ORDER BY last_event_unix_ms DESC, live_cameras.id LIMIT 1000`,
  );
}

/**
 * Removes events older than `keptMinutes`, always the first ones of a camera without a hole, although clocks of processes differ; and
 * cameras that were silent for a week.
 */
export async function sweepLive(
  database: Database,
  nowUnixMs: number,
  keptMinutes: number,
): Promise<void> {
  await database.query(
    `DELETE FROM live_events USING (
       SELECT camera_id AS id, max(sequence) AS last FROM live_events WHERE stored_unix_ms < $1 GROUP BY camera_id
     ) AS old WHERE camera_id = old.id AND sequence <= old.last`,
    [nowUnixMs - keptMinutes * 60_000],
  );
  await database.query('DELETE FROM live_cameras WHERE last_event_unix_ms < $1', [
    nowUnixMs - CAMERA_KEPT_MS,
  ]);
}
