import type { Endpoint } from '../endpoint';
import { sweepSightings } from '../sightings/sighting-store';
import { sweepLive } from './live-store';

/** Live results are kept for minutes: one more does not matter. */
const SWEEP_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** Removes live events and published sightings that have become too old, every minute until the endpoint stops. */
export function keepResults({ config, database, log, now, stopping }: Endpoint): void {
  const sweep = async (): Promise<void> => {
    try {
      await sweepLive(database, now(), config.liveMinutes);
      if (config.retentionDays !== null)
        await sweepSightings(database, now() - config.retentionDays * DAY_MS);
    } catch (error) {
      // Tried again in a minute; while it is being stopped, the database may be closed already.
      if (!stopping.aborted) log.error({ err: error }, 'sweeping results failed');
    }
  };
  const timer = setInterval(() => void sweep(), SWEEP_MS).unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
  void sweep();
}
