import type { Sighting } from '../contracts/gallery';
import type { VehicleId } from '../contracts/match';
import { startingWith } from './key-ranges';
import type { GalleryWrite } from './schema';
import { readSightingRow, readVehicleRow } from './stored-rows';
import { summarise } from './vehicle-summary';

/** The readable sightings of a vehicle, oldest first. */
export async function readSightingsOf(
  transaction: GalleryWrite,
  id: VehicleId,
): Promise<readonly Sighting[]> {
  const byVehicle = transaction.objectStore('sightings').index('byVehicle');
  const values = await byVehicle.getAll(startingWith(id));
  return values.map(readSightingRow).filter((row) => row !== null);
}

/**
 * Brings a vehicle's row up to date with the sightings it has; without any, the vehicle goes.
 * Answers whether it is still there.
 */
export async function summariseAgain(transaction: GalleryWrite, id: VehicleId): Promise<boolean> {
  const vehicles = transaction.objectStore('vehicles');
  const sightings = await readSightingsOf(transaction, id);
  const number =
    readVehicleRow(await vehicles.get(id))?.number ?? sightings[0]?.decision.vehicleNumber;
  const row = number === undefined ? null : summarise(id, number, sightings);
  if (row) await vehicles.put(row);
  else await deleteVehicleRow(transaction, id);
  return row !== null;
}

/** Deletes the row, and strikes the vehicle out of the evidence kept with other vehicles' sightings. */
export async function deleteVehicleRow(transaction: GalleryWrite, id: VehicleId): Promise<void> {
  await transaction.objectStore('vehicles').delete(id);
  const sightings = transaction.objectStore('sightings');
  for (const sightingId of await sightings.index('byCandidate').getAllKeys(id)) {
    const row = readSightingRow(await sightings.get(sightingId));
    if (!row) continue;
    await sightings.put({
      ...row,
      decision: {
        ...row.decision,
        candidates: row.decision.candidates.filter((candidate) => candidate.vehicleId !== id),
      },
      candidateVehicleIds: row.candidateVehicleIds.filter((vehicleId) => vehicleId !== id),
    });
  }
}
