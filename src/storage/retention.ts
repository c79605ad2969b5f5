import type { RetentionPolicy } from '../contracts/gallery';
import type { SightingId, VehicleId } from '../contracts/match';
import { below } from './key-ranges';
import type { GalleryDatabase } from './schema';

const MS_PER_DAY = 86_400_000;

/**
 * Things removed in one transaction. A sighting that wants to be written waits for the transaction
 * before it, so a gallery that shrinks by thousands does so in steps.
 */
const BATCH_COUNT = 200;

/** The end before which sightings are too old; null when age does not matter. */
export function oldestEndUnixMs(policy: RetentionPolicy, nowUnixMs: number): number | null {
  return policy.maxAgeDays ? nowUnixMs - policy.maxAgeDays * MS_PER_DAY : null;
}

/** Some sightings that ended before a time, oldest first. */
export function agedSightings(
  database: GalleryDatabase,
  endUnixMs: number,
): Promise<readonly SightingId[]> {
  return database.getAllKeysFromIndex('sightings', 'byEnd', below(endUnixMs), BATCH_COUNT);
}

/** Some vehicles beyond the `keepCount` most recently seen ones. */
export async function surplusVehicles(
  database: GalleryDatabase,
  keepCount: number,
): Promise<readonly VehicleId[]> {
  const surplusCount = (await database.count('vehicles')) - keepCount;
  if (surplusCount <= 0) return [];
  // Ascending, so these were seen longest ago.
  const byLastSeen = database.transaction('vehicles').store.index('byLastSeen');
  return byLastSeen.getAllKeys(null, Math.min(surplusCount, BATCH_COUNT));
}
