import type { RemovalReport } from '../contracts/gallery';
import type { SightingId, VehicleId } from '../contracts/match';
import { removeConfirmedPairs } from './confirmed-pair-rows';
import { countDescriptors, removeDescriptors } from './descriptor-rows';
import { startingWith } from './key-ranges';
import { ALL_STORES, type GalleryWrite } from './schema';
import { removeSample } from './sample-rows';
import { readSightingRow } from './stored-rows';
import { deleteVehicleRow, summariseAgain } from './vehicle-rows';

/*
 * Taking things out of the gallery. Each function works inside one transaction, so that a picture,
 * a vector or a row never outlives the rest. The browser may keep the old bytes in its database
 * files until it tidies them; that is out of a page's hands.
 */

/** A report of nothing. */
export const NOTHING_REMOVED: RemovalReport = {
  vehicleCount: 0,
  sightingCount: 0,
  cropCount: 0,
  vectorCount: 0,
};

/** Both reports in one. */
export function addReports(a: RemovalReport, b: RemovalReport): RemovalReport {
  return {
    vehicleCount: a.vehicleCount + b.vehicleCount,
    sightingCount: a.sightingCount + b.sightingCount,
    cropCount: a.cropCount + b.cropCount,
    vectorCount: a.vectorCount + b.vectorCount,
  };
}

/** Removes sightings with their pictures, vectors of all spaces, samples and confirmed pairs; vehicles left without any go too. */
export async function removeSightings(
  transaction: GalleryWrite,
  sightingIds: readonly SightingId[],
): Promise<RemovalReport> {
  const vehicleIds = new Set<VehicleId>();
  for (const id of sightingIds) {
    const sighting = readSightingRow(await transaction.objectStore('sightings').get(id));
    if (sighting) vehicleIds.add(sighting.vehicleId);
  }
  const report = await deleteSightings(transaction, sightingIds);
  let vehicleCount = 0;
  for (const id of vehicleIds) {
    const isLeft = await summariseAgain(transaction, id);
    if (!isLeft) vehicleCount += 1;
  }
  return { ...report, vehicleCount };
}

/** Removes a vehicle with all that is known of it; a report of nothing when there is none. */
export async function removeVehicle(
  transaction: GalleryWrite,
  id: VehicleId,
): Promise<RemovalReport> {
  const vehicleCount = await transaction.objectStore('vehicles').count(id);
  const sightings = transaction.objectStore('sightings').index('byVehicle');
  const report = await deleteSightings(transaction, await sightings.getAllKeys(startingWith(id)));
  await deleteVehicleRow(transaction, id);
  return { ...report, vehicleCount };
}

/** Empties every store, unreadable rows included. */
export async function removeEverything(transaction: GalleryWrite): Promise<RemovalReport> {
  const report = {
    vehicleCount: await transaction.objectStore('vehicles').count(),
    sightingCount: await transaction.objectStore('sightings').count(),
    cropCount: await transaction.objectStore('crops').count(),
    vectorCount: await countDescriptors(transaction),
  };
  await Promise.all(ALL_STORES.map((name) => transaction.objectStore(name).clear()));
  return report;
}

async function deleteSightings(
  transaction: GalleryWrite,
  sightingIds: readonly SightingId[],
): Promise<RemovalReport> {
  const crops = transaction.objectStore('crops');
  let cropCount = 0;
  for (const sightingId of sightingIds) {
    await transaction.objectStore('sightings').delete(sightingId);
    for (const cropId of await crops.index('bySighting').getAllKeys(sightingId)) {
      await crops.delete(cropId);
      cropCount += 1;
    }
    await removeSample(transaction, sightingId);
    await removeConfirmedPairs(transaction, sightingId);
  }
  const vectorCount = await removeDescriptors(transaction, sightingIds);
  return { vehicleCount: 0, sightingCount: sightingIds.length, cropCount, vectorCount };
}
