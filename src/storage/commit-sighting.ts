import type { Sighting } from '../contracts/gallery';
import { putDescriptor, takeDescriptors } from './descriptor-rows';
import {
  HIGHEST_VEHICLE_NUMBER,
  type GalleryWrite,
  type SightingRow,
  type VehicleRow,
} from './schema';
import { putSample, type SampleWrite } from './sample-rows';
import { readSightingRow, readVehicleRow } from './stored-rows';
import { readSightingsOf, summariseAgain } from './vehicle-rows';
import { extendSummary, summarise } from './vehicle-summary';

/** One sighting to write, with what belongs to it. */
export interface SightingRecord {
  readonly sighting: Sighting;
  /** The number of `sighting.vehicleId`: an allocated one for a new vehicle, else the one it has. */
  readonly vehicleNumber: number;
  /**
   * The picture for `sighting.cropId`. Null keeps the one stored under that id; when none is, the
   * sighting is stored without a picture.
   */
  readonly crop: Blob | null;
  /**
   * The descriptor in `sighting.space`; copied. Null keeps the one stored for this sighting in that
   * space; when there is none, the sighting is stored without a descriptor.
   */
  readonly vector: Float32Array | null;
  /** What its crops tell about pairs, in `sighting.space`; copied. Null keeps what is stored. */
  readonly sample: SampleWrite | null;
}

/** What a commit did. */
export interface CommitResult {
  readonly vehicle: VehicleRow;
  /** Vehicles that came into being less those that went: -1, 0 or 1. */
  readonly vehicleCountChange: number;
}

/**
 * Inserts or rewrites a sighting inside a transaction. Throws RangeError for a picture without id, a
 * vector without space, and a number that is not the vehicle's; AppError EMBEDDING_SPACE_MISMATCH
 * for a vector of another length than its space has.
 */
export async function commitSighting(
  transaction: GalleryWrite,
  record: SightingRecord,
): Promise<CommitResult> {
  assertWhole(record);
  const sightings = transaction.objectStore('sightings');
  const stored = await sightings.get(record.sighting.id);
  const previous = readSightingRow(stored);
  const cropId = await writeCrop(transaction, record);
  const space = await writeDescriptor(transaction, record);
  const next: Sighting = { ...record.sighting, cropId, space };
  await sightings.put(asRow(next));
  if (record.sample && space !== null)
    await putSample(
      transaction,
      { sightingId: next.id, endUnixMs: next.endUnixMs, space },
      record.sample,
    );

  let vehicleCountChange = 0;
  if (previous && previous.vehicleId !== next.vehicleId) {
    const isLeft = await summariseAgain(transaction, previous.vehicleId);
    if (!isLeft) vehicleCountChange -= 1;
  }
  const isUnreadable = stored !== undefined && previous === null;
  const { vehicle, isNew } = await writeVehicle(transaction, record, next, (row) =>
    // What an unreadable version had added to the row is not known: count everything anew.
    isUnreadable
      ? null
      : extendSummary(row, previous?.vehicleId === next.vehicleId ? previous : null, next),
  );
  if (isNew) vehicleCountChange += 1;
  await raiseHighestNumber(transaction, vehicle.number);
  return { vehicle, vehicleCountChange };
}

function assertWhole({ sighting, crop, vector }: SightingRecord): void {
  if (crop && sighting.cropId === null)
    throw new RangeError(`The picture of sighting ${sighting.id} has no cropId`);
  if (vector && sighting.space === null)
    throw new RangeError(`The vector of sighting ${sighting.id} has no space`);
}

function asRow(sighting: Sighting): SightingRow {
  const named = sighting.decision.candidates.map((candidate) => candidate.vehicleId);
  return { ...sighting, candidateVehicleIds: [...new Set(named)] };
}

/** Answers the id of the picture the sighting has now. */
async function writeCrop(
  transaction: GalleryWrite,
  { sighting, crop }: SightingRecord,
): Promise<string | null> {
  const crops = transaction.objectStore('crops');
  const { id: sightingId, cropId } = sighting;
  const storedIds = await crops.index('bySighting').getAllKeys(sightingId);
  for (const storedId of storedIds) if (storedId !== cropId) await crops.delete(storedId);
  if (cropId === null) return null;
  if (crop) await crops.put({ id: cropId, sightingId, picture: crop });
  else if (!storedIds.includes(cropId)) return null;
  return cropId;
}

/**
 * Answers the space of the descriptor the sighting has now. Those of other spaces were made from the picture that was:
 * a new picture or vector makes them stale, and re-embedding makes them again.
 */
async function writeDescriptor(
  transaction: GalleryWrite,
  { sighting, vehicleNumber, crop, vector }: SightingRecord,
): Promise<Sighting['space']> {
  const { id: sightingId, space, vehicleId, cameraId, runId, startUnixMs, endUnixMs } = sighting;
  const stored = await takeDescriptors(transaction, sightingId);
  const kept = vector ?? stored.find((one) => one.space === space)?.vector ?? null;
  if (space === null || kept === null) return null;
  const facts = { sightingId, vehicleId, vehicleNumber, cameraId, runId, startUnixMs, endUnixMs };
  await putDescriptor(transaction, space, facts, kept);
  const areOthersStale = vector !== null || crop !== null;
  for (const other of areOthersStale ? [] : stored) {
    if (other.space !== space) await putDescriptor(transaction, other.space, facts, other.vector);
  }
  return space;
}

/** `extend` answers the row after this commit, or null when all sightings must be looked at. */
async function writeVehicle(
  transaction: GalleryWrite,
  { vehicleNumber }: SightingRecord,
  next: Sighting,
  extend: (row: VehicleRow) => VehicleRow | null,
): Promise<{ readonly vehicle: VehicleRow; readonly isNew: boolean }> {
  const vehicles = transaction.objectStore('vehicles');
  const stored = await vehicles.get(next.vehicleId);
  const row = readVehicleRow(stored);
  if (row && row.number !== vehicleNumber)
    throw new RangeError(`Vehicle ${row.id} is number ${row.number}, not ${vehicleNumber}`);
  const vehicle =
    (row && extend(row)) ??
    summarise(next.vehicleId, vehicleNumber, await readSightingsOf(transaction, next.vehicleId));
  if (!vehicle) throw new Error(`Sighting ${next.id} was written but not found by its vehicle`);
  await vehicles.put(vehicle);
  return { vehicle, isNew: stored === undefined };
}

async function raiseHighestNumber(transaction: GalleryWrite, number: number): Promise<void> {
  const meta = transaction.objectStore('meta');
  const highest: unknown = await meta.get(HIGHEST_VEHICLE_NUMBER);
  if (typeof highest !== 'number' || highest < number)
    await meta.put(number, HIGHEST_VEHICLE_NUMBER);
}
