import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { SightingId } from '../contracts/match';
import { putDescriptor } from './descriptor-rows';
import { after } from './key-ranges';
import type { GalleryDatabase, GalleryWrite } from './schema';
import { blockIdsOf, countInSpace, hasDescriptor } from './space-rows';
import { readSightingRow, readVehicleRow } from './stored-rows';

/*
 * What is left to do when the gallery is made over for another embedder is asked of the database itself: every sighting that
 * has, or had, a descriptor and has none in the new space. So a job that dies at any point goes on where it was.
 */

/** Sightings looked at in one go, in key order: some 200 KB with their evidence. */
const PORTION_COUNT = 64;

/** Some of what is left to do. */
export interface ReembedPortion {
  readonly items: readonly { readonly sightingId: SightingId; readonly cropId: string | null }[];
  /** Where the next portion begins; null: this was the last. */
  readonly lastId: SightingId | null;
}

/** What is left to do among the sightings after `afterId` (null: the first ones). */
export async function readReembedPortion(
  database: GalleryDatabase,
  space: EmbeddingSpaceId,
  afterId: SightingId | null,
): Promise<ReembedPortion> {
  const transaction = database.transaction(
    ['sightings', 'recentDescriptors', 'vectorBlocks'],
    'readonly',
  );
  const sightings = transaction.objectStore('sightings');
  const keys = await sightings.getAllKeys(after(afterId), PORTION_COUNT);
  const values = await sightings.getAll(after(afterId), PORTION_COUNT);
  const blockIds = await blockIdsOf(transaction, space);
  const items: { sightingId: SightingId; cropId: string | null }[] = [];
  for (const row of values.map(readSightingRow)) {
    if (!row || row.space === null) continue;
    if (await hasDescriptor(transaction, row.id, space, blockIds)) continue;
    items.push({ sightingId: row.id, cropId: row.cropId });
  }
  return { items, lastId: keys.length < PORTION_COUNT ? null : (keys.at(-1) ?? null) };
}

/** How many sightings a space should have a descriptor of, and how many it has. */
export async function countReembedding(
  database: GalleryDatabase,
  space: EmbeddingSpaceId,
): Promise<{ readonly totalCount: number; readonly doneCount: number }> {
  const transaction = database.transaction(
    ['sightings', 'recentDescriptors', 'vectorBlocks'],
    'readonly',
  );
  const totalCount = await transaction.objectStore('sightings').index('bySpace').count();
  return { totalCount, doneCount: await countInSpace(transaction, space) };
}

/** A descriptor made from a stored picture. */
export interface ReembeddedPicture {
  readonly sightingId: SightingId;
  readonly cropId: string;
  readonly space: EmbeddingSpaceId;
  /** Copied. */
  readonly vector: Float32Array;
}

/**
 * Writes a descriptor made from a stored picture. False, and nothing is written, when the sighting was removed meanwhile,
 * has another picture by now, or has a descriptor in that space. Throws AppError EMBEDDING_SPACE_MISMATCH for a vector of
 * another length than the space's.
 */
export async function putReembedded(
  transaction: GalleryWrite,
  { sightingId, cropId, space, vector }: ReembeddedPicture,
): Promise<boolean> {
  const row = readSightingRow(await transaction.objectStore('sightings').get(sightingId));
  if (row?.cropId !== cropId || row.space === null) return false;
  const blockIds = await blockIdsOf(transaction, space);
  if (await hasDescriptor(transaction, sightingId, space, blockIds)) return false;
  const vehicle = readVehicleRow(await transaction.objectStore('vehicles').get(row.vehicleId));
  const { vehicleId, cameraId, runId, startUnixMs, endUnixMs, decision } = row;
  // An unreadable vehicle is made anew from the same number, see vehicle-rows.ts.
  const vehicleNumber = vehicle?.number ?? decision.vehicleNumber;
  const facts = { sightingId, vehicleId, vehicleNumber, cameraId, runId, startUnixMs, endUnixMs };
  await putDescriptor(transaction, space, facts, vector);
  return true;
}
