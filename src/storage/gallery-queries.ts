import type { VehicleDetail, VehicleSummary } from '../contracts/gallery';
import type { VehicleId } from '../contracts/match';
import { startingWith } from './key-ranges';
import { HIGHEST_VEHICLE_NUMBER, type GalleryDatabase } from './schema';
import { readCropRow, readSightingRow, readVehicleRow } from './stored-rows';
import { summaryOf } from './vehicle-summary';

/** Part of the list, newest last-seen first; unreadable rows are left out and counted. */
export async function readVehicleList(
  database: GalleryDatabase,
  offset: number,
  count: number,
): Promise<{ readonly vehicles: readonly VehicleSummary[]; readonly skippedCount: number }> {
  const vehicles: VehicleSummary[] = [];
  let skippedCount = 0;
  if (count <= 0) return { vehicles, skippedCount };
  const byLastSeen = database.transaction('vehicles').store.index('byLastSeen');
  let cursor = await byLastSeen.openCursor(null, 'prev');
  if (cursor && offset > 0) cursor = await cursor.advance(offset);
  // Unreadable rows keep their place: the offset of the next stretch counts them too.
  for (let place = 0; cursor && place < count; place += 1) {
    const row = readVehicleRow(cursor.value);
    if (row) vehicles.push(summaryOf(row));
    else skippedCount += 1;
    if (place + 1 < count) cursor = await cursor.continue();
  }
  return { vehicles, skippedCount };
}

/** A vehicle and its sightings, newest first; unreadable ones are left out and counted. */
export async function readVehicle(
  database: GalleryDatabase,
  id: VehicleId,
): Promise<{ readonly vehicle: VehicleDetail | null; readonly skippedCount: number }> {
  const transaction = database.transaction(['vehicles', 'sightings'], 'readonly');
  const value = await transaction.objectStore('vehicles').get(id);
  const row = readVehicleRow(value);
  if (!row) return { vehicle: null, skippedCount: value === undefined ? 0 : 1 };
  const byVehicle = transaction.objectStore('sightings').index('byVehicle');
  const values = await byVehicle.getAll(startingWith(id));
  const rows = values.map(readSightingRow).filter((sighting) => sighting !== null);
  const sightings = rows
    .reverse()
    .map(({ candidateVehicleIds: _candidateVehicleIds, ...sighting }) => sighting);
  return {
    vehicle: { ...summaryOf(row), sightings },
    skippedCount: values.length - sightings.length,
  };
}

/** A picture; null when it is not there or cannot be read. */
export async function readCrop(database: GalleryDatabase, cropId: string): Promise<Blob | null> {
  return readCropRow(await database.get('crops', cropId))?.picture ?? null;
}

/** The highest number a committed sighting's vehicle ever had; 0 when there was none. */
export async function readHighestNumber(database: GalleryDatabase): Promise<number> {
  const transaction = database.transaction(['vehicles', 'meta'], 'readonly');
  const kept: unknown = await transaction.objectStore('meta').get(HIGHEST_VEHICLE_NUMBER);
  // Asked too in case the value was damaged: a number in use must not be handed out again.
  const byNumber = transaction.objectStore('vehicles').index('byNumber');
  const inUse = (await byNumber.openKeyCursor(null, 'prev'))?.key ?? 0;
  return Math.max(typeof kept === 'number' ? kept : 0, inUse);
}
