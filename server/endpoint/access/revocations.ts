import type { Logger } from 'pino';
import type { Database } from '../database/database';

const CHANNEL = 'device_revoked';

/** Tells open streams that their device was revoked, by this process or another. */
export interface Revocations {
  /** Calls `stop` when the device is revoked from now on. Returns what ends the watching; call it when the stream ends. */
  onRevoked(deviceId: string, stop: () => void): () => void;
  /** After the row was changed: tells all processes. */
  announce(deviceId: string): Promise<void>;
  close(): Promise<void>;
}

/** Listens at the database. */
export async function watchRevocations(database: Database, log: Logger): Promise<Revocations> {
  const watched = new Map<string, Set<() => void>>();
  const stopAll = (deviceId: string) => {
    for (const stop of watched.get(deviceId) ?? []) stop();
  };
  const stopListening = await database.listen(CHANNEL, (deviceId) => {
    if (deviceId !== null) stopAll(deviceId);
    else {
      stopMissed(database, [...watched.keys()], stopAll).catch((error: unknown) =>
        log.error({ err: error }, 'cannot look for revoked devices'),
      );
    }
  });
  return {
    onRevoked(deviceId, stop) {
      const stops = watched.get(deviceId) ?? new Set();
      watched.set(deviceId, stops.add(stop));
      return () => {
        stops.delete(stop);
        if (stops.size === 0 && watched.get(deviceId) === stops) watched.delete(deviceId);
      };
    },
    announce: (deviceId) => database.notify(CHANNEL, deviceId),
    close: stopListening,
  };
}

/** The connection was lost for a while: what was said meanwhile is read. */
async function stopMissed(
  database: Database,
  deviceIds: readonly string[],
  stopAll: (deviceId: string) => void,
): Promise<void> {
  const gone = await database.query<{ id: string }>(
    'SELECT id FROM devices WHERE id = any($1) AND revoked_unix_ms IS NOT NULL',
    [deviceIds],
  );
  for (const { id } of gone) stopAll(id);
}
