import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { SightingId } from '../contracts/match';
import type { DescriptorRead } from './descriptor-rows';
import { beyond, startingWith } from './key-ranges';
import type { GalleryWrite } from './schema';
import { readRecentDescriptorRow, readVectorBlockRow } from './stored-rows';
import { unpackBlock, type StoredDescriptor } from './vector-blocks';

/* Descriptors seen by their space. What one descriptor is, and where it lies: descriptor-rows.ts. */

/** The blocks of a space: a sighting's blocks are looked up by its id alone, and these tell which are meant. */
export async function blockIdsOf(
  transaction: DescriptorRead,
  space: EmbeddingSpaceId,
): Promise<ReadonlySet<number>> {
  const bySpace = transaction.objectStore('vectorBlocks').index('bySpace');
  return new Set(await bySpace.getAllKeys(space));
}

/** Whether a sighting has a descriptor in a space, whose blocks are these. Reads keys only. */
export async function hasDescriptor(
  transaction: DescriptorRead,
  sightingId: SightingId,
  space: EmbeddingSpaceId,
  blockIds: ReadonlySet<number>,
): Promise<boolean> {
  const recent = transaction.objectStore('recentDescriptors').index('bySighting');
  if ((await recent.getKey([sightingId, space])) !== undefined) return true;
  const blocks = transaction.objectStore('vectorBlocks').index('bySighting');
  return (await blocks.getAllKeys(sightingId)).some((id) => blockIds.has(id));
}

/** How many descriptors a space has. Reads its blocks, one at a time. */
export async function countInSpace(
  transaction: DescriptorRead,
  space: EmbeddingSpaceId,
): Promise<number> {
  const recent = transaction.objectStore('recentDescriptors').index('bySpace');
  let count = await recent.count(startingWith(space));
  const blocks = transaction.objectStore('vectorBlocks');
  for (const id of await blocks.index('bySpace').getAllKeys(space)) {
    count += readVectorBlockRow(await blocks.get(id))?.sightingIds.length ?? 0;
  }
  return count;
}

/** Whether a space has any descriptor. Reads keys only. */
export async function isSpaceUsed(
  transaction: DescriptorRead,
  space: EmbeddingSpaceId,
): Promise<boolean> {
  const recent = transaction.objectStore('recentDescriptors').index('bySpace');
  if ((await recent.getKey(startingWith(space))) !== undefined) return true;
  const blocks = transaction.objectStore('vectorBlocks').index('bySpace');
  return (await blocks.getKey(space)) !== undefined;
}

/** The space with most descriptors; null when there are none. */
export async function largestSpace(transaction: DescriptorRead): Promise<EmbeddingSpaceId | null> {
  let largest: { readonly space: EmbeddingSpaceId; readonly count: number } | null = null;
  for (const space of await usedSpaces(transaction)) {
    const count = await countInSpace(transaction, space);
    if (count > (largest?.count ?? 0)) largest = { space, count };
  }
  return largest?.space ?? null;
}

/** Removes the descriptors of all spaces but one. */
export async function removeDescriptorsBut(
  transaction: GalleryWrite,
  space: EmbeddingSpaceId,
): Promise<void> {
  const recent = transaction.objectStore('recentDescriptors');
  const blocks = transaction.objectStore('vectorBlocks');
  for (const other of await usedSpaces(transaction)) {
    if (other === space) continue;
    for (const key of await recent.index('bySpace').getAllKeys(startingWith(other)))
      await recent.delete(key);
    for (const key of await blocks.index('bySpace').getAllKeys(other)) await blocks.delete(key);
  }
}

/** Descriptors of these sightings in a space, by sighting; each block is read once. */
export async function readDescriptorsOf(
  transaction: DescriptorRead,
  space: EmbeddingSpaceId,
  sightingIds: ReadonlySet<SightingId>,
): Promise<ReadonlyMap<SightingId, StoredDescriptor>> {
  const found = new Map<SightingId, StoredDescriptor>();
  const recent = transaction.objectStore('recentDescriptors').index('bySighting');
  const blocks = transaction.objectStore('vectorBlocks');
  const blockIds = await blockIdsOf(transaction, space);
  const wantedBlockIds = new Set<number>();
  for (const id of sightingIds) {
    const row = readRecentDescriptorRow(await recent.get([id, space]));
    if (row) found.set(id, row);
    else {
      const places = await blocks.index('bySighting').getAllKeys(id);
      for (const place of places) if (blockIds.has(place)) wantedBlockIds.add(place);
    }
  }
  for (const blockId of wantedBlockIds) {
    const block = readVectorBlockRow(await blocks.get(blockId));
    for (const row of block ? unpackBlock(block) : []) {
      // Copied, because a view would keep the whole block in memory.
      if (sightingIds.has(row.sightingId))
        found.set(row.sightingId, { ...row, vector: row.vector.slice() });
    }
  }
  return found;
}

async function usedSpaces(transaction: DescriptorRead): Promise<ReadonlySet<EmbeddingSpaceId>> {
  const spaces = new Set<EmbeddingSpaceId>();
  const recent = transaction.objectStore('recentDescriptors').index('bySpace');
  let row = await recent.openKeyCursor();
  while (row) {
    const [space] = row.key;
    spaces.add(space);
    row = await recent.openKeyCursor(beyond(space));
  }
  const blocks = transaction.objectStore('vectorBlocks').index('bySpace');
  let block = await blocks.openKeyCursor(null, 'nextunique');
  while (block) {
    spaces.add(block.key);
    block = await block.continue();
  }
  return spaces;
}
