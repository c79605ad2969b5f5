import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { SightingId } from '../contracts/match';
import type { GalleryDatabase, GalleryWrite, SampleRow } from './schema';
import { readSampleRow } from './stored-recognition-rows';

/**
 * Sightings whose samples are kept, newest first. Two vectors each of 256 numbers: 4 MB, and more pairs than a calibration
 * or an adaptation on a phone can make use of.
 */
const MAX_SAMPLE_COUNT = 2_000;

/** Companions of one sighting that are named: a car park in view would name hundreds, all telling the same. */
const MAX_COMPANION_COUNT = 16;

/** What a track's crops tell about pairs. */
export type SampleWrite = Pick<SampleRow, 'early' | 'late' | 'companionIds'>;

/** Writes a sighting's samples, and lets go of the oldest beyond the allowed number. */
export async function putSample(
  transaction: GalleryWrite,
  facts: Pick<SampleRow, 'sightingId' | 'space' | 'endUnixMs'>,
  { early, late, companionIds }: SampleWrite,
): Promise<void> {
  const samples = transaction.objectStore('samples');
  const known: SightingId[] = [];
  // One that was removed while this track lived must not be named again.
  for (const id of companionIds.slice(0, MAX_COMPANION_COUNT)) {
    if (id !== facts.sightingId && (await samples.getKey(id)) !== undefined) known.push(id);
  }
  // Copied, because a view would be stored with the whole buffer behind it.
  const row = { ...facts, early: early.slice(), late: late && late.slice(), companionIds: known };
  await samples.put(row);
  const surplusCount = (await samples.count()) - MAX_SAMPLE_COUNT;
  if (surplusCount <= 0) return;
  for (const id of await samples.index('byEnd').getAllKeys(null, surplusCount)) {
    await removeSample(transaction, id);
  }
}

/** Removes a sighting's samples, and its name from those of others. */
export async function removeSample(
  transaction: GalleryWrite,
  sightingId: SightingId,
): Promise<void> {
  const samples = transaction.objectStore('samples');
  await samples.delete(sightingId);
  for (const otherId of await samples.index('byCompanion').getAllKeys(sightingId)) {
    const other = readSampleRow(await samples.get(otherId));
    // An unreadable one goes as a whole: it would go on naming what was removed.
    if (!other) await samples.delete(otherId);
    else {
      const companionIds = other.companionIds.filter((id) => id !== sightingId);
      await samples.put({ ...other, companionIds });
    }
  }
}

/** Removes the samples of all spaces but one. */
export async function removeSamplesBut(
  transaction: GalleryWrite,
  space: EmbeddingSpaceId,
): Promise<void> {
  let cursor = await transaction.objectStore('samples').openCursor();
  while (cursor) {
    if (readSampleRow(cursor.value)?.space !== space) await cursor.delete();
    cursor = await cursor.continue();
  }
}

/** The readable samples of a space, newest first. */
export async function readSamples(
  database: GalleryDatabase,
  space: EmbeddingSpaceId,
): Promise<readonly SampleRow[]> {
  const values = await database.getAllFromIndex('samples', 'byEnd');
  return values
    .map(readSampleRow)
    .filter((row) => row !== null)
    .filter((row) => row.space === space)
    .reverse();
}
