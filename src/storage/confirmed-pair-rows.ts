import type { SightingId } from '../contracts/match';
import type { ConfirmedPair } from '../contracts/recognition';
import type { GalleryDatabase, GalleryWrite } from './schema';
import { readConfirmedPairRow } from './stored-recognition-rows';

/**
 * Keeps what the user said of a pair, unless something newer is known. Throws RangeError for a sighting that is paired
 * with itself or is not in the gallery.
 */
export async function putConfirmedPair(
  transaction: GalleryWrite,
  { sightings: [a, b], isSame, confirmedUnixMs }: ConfirmedPair,
): Promise<void> {
  if (a === b) throw new RangeError(`Expected two sightings, got ${a} twice`);
  for (const id of [a, b]) {
    if ((await transaction.objectStore('sightings').getKey(id)) === undefined)
      throw new RangeError(`Expected a sighting of the gallery, got ${id}`);
  }
  const sightings: [SightingId, SightingId] = a < b ? [a, b] : [b, a];
  const pairs = transaction.objectStore('confirmedPairs');
  const stored = readConfirmedPairRow(await pairs.get(sightings));
  if (stored && stored.confirmedUnixMs > confirmedUnixMs) return;
  await pairs.put({ sightings, isSame, confirmedUnixMs });
}

/** Removes one pair, in whichever order its sightings are given; nothing is no error. */
export async function removeConfirmedPair(
  transaction: GalleryWrite,
  [a, b]: ConfirmedPair['sightings'],
): Promise<void> {
  await transaction.objectStore('confirmedPairs').delete(a < b ? [a, b] : [b, a]);
}

/** Removes every pair with a sighting. */
export async function removeConfirmedPairs(
  transaction: GalleryWrite,
  sightingId: SightingId,
): Promise<void> {
  const pairs = transaction.objectStore('confirmedPairs');
  for (const key of await pairs.index('bySighting').getAllKeys(sightingId)) await pairs.delete(key);
}

/** The readable pairs with a sighting; null: all. */
export async function readConfirmedPairsOf(
  database: GalleryDatabase,
  sightingId: SightingId | null,
): Promise<readonly ConfirmedPair[]> {
  const values =
    sightingId === null
      ? await database.getAll('confirmedPairs')
      : await database.getAllFromIndex('confirmedPairs', 'bySighting', sightingId);
  return values.map(readConfirmedPairRow).filter((pair) => pair !== null);
}

/** The newest readable pairs, newest first. */
export async function readNewestConfirmedPairs(
  database: GalleryDatabase,
  maxCount: number,
): Promise<readonly ConfirmedPair[]> {
  const newest: ConfirmedPair[] = [];
  const byTime = database.transaction('confirmedPairs').store.index('byTime');
  let cursor = await byTime.openCursor(null, 'prev');
  while (cursor && newest.length < maxCount) {
    const pair = readConfirmedPairRow(cursor.value);
    if (pair) newest.push(pair);
    cursor = await cursor.continue();
  }
  return newest;
}
