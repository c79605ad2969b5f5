import type { IDBPTransaction } from 'idb';
import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { SightingId } from '../contracts/match';
import { startingWith } from './key-ranges';
import type { GalleryDatabase, GallerySchema, GalleryStoreName, GalleryWrite } from './schema';
import { readRecentDescriptorRow, readVectorBlockRow } from './stored-rows';
import {
  assertSameSpace,
  factsOf,
  packBlock,
  unpackBlock,
  withoutRows,
  type DescriptorFacts,
  type StoredDescriptor,
  type VectorBlock,
} from './vector-blocks';

/*
 * Descriptors, written one at a time and read all at once
 * -------------------------------------------------------
 * Packed blocks load several times faster than one record a vector (table below), but rewriting a
 * block of a mebibyte for every sighting would write a thousand times what changed, and a live
 * sighting is rewritten every few seconds. So a descriptor is first a small record of its own; when
 * enough have gathered, those untouched for longest are packed into a block. A packed one that is
 * written again leaves its block and is a small record once more. Most rows are written twice in all.
 *
 * Vectors of 256 numbers with these rows' facts and index, strict durability, milliseconds to write
 * and load, Chromium 156 on two busy cores (tests/browser/storage/gallery-timing.test.ts):
 *
 *     rows      one record each    blocks of 256    of 1,024    of 4,096
 *     10,000      1,446 /   600        233 /  71    147 / 126   376 / 180
 *     100,000    10,120 / 3,367      1,145 / 464    985 / 501   954 / 484
 */

/**
 * Rows of a full block: 1 MiB at 256 numbers. A quarter of the rows costs little more and four times
 * as many gain nothing (see above), while one removed row rewrites its whole block.
 */
export const BLOCK_ROW_COUNT = 1_024;

/** Small records that stay unpacked, because the newest sightings are those still going on. */
export const RECENT_ROW_COUNT = 1_024;

/** A block with fewer rows is dissolved into small records, so that removals leave no crumbs. */
const SPARSE_ROW_COUNT = BLOCK_ROW_COUNT / 4;

/** Blocks read at one time: bounds the memory in flight to some 8 MiB. */
const BLOCKS_AT_ONCE = 8;

/** Any transaction that includes the descriptor stores. */
export type DescriptorRead = IDBPTransaction<
  GallerySchema,
  ArrayLike<GalleryStoreName>,
  'readonly' | 'readwrite'
>;

/** A descriptor taken out of the database, perhaps to be written back changed. */
export interface TakenDescriptor {
  readonly space: EmbeddingSpaceId;
  readonly vector: Float32Array;
}

/**
 * Writes a descriptor that is not stored now in that space (see {@link takeDescriptors}).
 * Throws AppError EMBEDDING_SPACE_MISMATCH when the space's stored vectors have another length.
 */
export async function putDescriptor(
  transaction: GalleryWrite,
  space: EmbeddingSpaceId,
  facts: DescriptorFacts,
  vector: Float32Array,
): Promise<void> {
  const dimension = await storedDimension(transaction, space);
  if (dimension !== null)
    assertSameSpace({ space, dimension }, { space, dimension: vector.length });
  await transaction
    .objectStore('recentDescriptors')
    // Copied, because a view would be stored with the whole buffer behind it.
    .add({ ...factsOf(facts), space, vector: vector.slice() });
}

/** Removes a sighting's descriptors of all spaces from wherever they lie and hands over those that can be read. */
export async function takeDescriptors(
  transaction: GalleryWrite,
  sightingId: SightingId,
): Promise<readonly TakenDescriptor[]> {
  const taken: TakenDescriptor[] = [];
  const recent = transaction.objectStore('recentDescriptors');
  for (const sequence of await recent.index('bySighting').getAllKeys(startingWith(sightingId))) {
    const row = readRecentDescriptorRow(await recent.get(sequence));
    await recent.delete(sequence);
    if (row) taken.push({ space: row.space, vector: row.vector });
  }
  const blocks = transaction.objectStore('vectorBlocks');
  for (const blockId of await blocks.index('bySighting').getAllKeys(sightingId)) {
    const block = readVectorBlockRow(await blocks.get(blockId));
    const found = block && unpackBlock(block).find((row) => row.sightingId === sightingId);
    await shrinkBlock(transaction, blockId, block, new Set([sightingId]));
    if (block && found) taken.push({ space: block.space, vector: found.vector });
  }
  return taken;
}

/** Removes these sightings' descriptors of all spaces, each touched block rewritten once; answers how many there were. */
export async function removeDescriptors(
  transaction: GalleryWrite,
  sightingIds: readonly SightingId[],
): Promise<number> {
  const recent = transaction.objectStore('recentDescriptors');
  const blocks = transaction.objectStore('vectorBlocks');
  const idsByBlock = new Map<number, Set<SightingId>>();
  let removedCount = 0;
  for (const sightingId of sightingIds) {
    for (const sequence of await recent.index('bySighting').getAllKeys(startingWith(sightingId))) {
      await recent.delete(sequence);
      removedCount += 1;
    }
    for (const blockId of await blocks.index('bySighting').getAllKeys(sightingId)) {
      idsByBlock.set(blockId, (idsByBlock.get(blockId) ?? new Set()).add(sightingId));
      removedCount += 1;
    }
  }
  for (const [blockId, ids] of idsByBlock) {
    await shrinkBlock(transaction, blockId, readVectorBlockRow(await blocks.get(blockId)), ids);
  }
  return removedCount;
}

/** Packs the small records untouched for longest, when there are enough for a block and a reserve. */
export async function packRecentDescriptors(
  transaction: GalleryWrite,
  space: EmbeddingSpaceId,
): Promise<void> {
  const recent = transaction.objectStore('recentDescriptors');
  let waitingCount = await recent.index('bySpace').count(startingWith(space));
  while (waitingCount >= RECENT_ROW_COUNT + BLOCK_ROW_COUNT) {
    const oldest = await recent.index('bySpace').getAll(startingWith(space), BLOCK_ROW_COUNT);
    const rows = oldest.map(readRecentDescriptorRow).filter((row) => row !== null);
    if (rows.length > 0) await transaction.objectStore('vectorBlocks').add(packBlock(rows));
    // Unreadable ones go too: they will not become readable, and would be met again each time.
    for (const { sequence } of oldest) if (sequence !== undefined) await recent.delete(sequence);
    waitingCount -= oldest.length;
  }
}

/** Every readable descriptor of a space, and how many rows or blocks had to be skipped. */
export async function loadDescriptors(
  database: GalleryDatabase,
  space: EmbeddingSpaceId,
): Promise<{ readonly descriptors: readonly StoredDescriptor[]; readonly skippedCount: number }> {
  // One transaction over both stores: a row on its way from one to the other is seen once.
  const transaction = database.transaction(['recentDescriptors', 'vectorBlocks'], 'readonly');
  const blocks = transaction.objectStore('vectorBlocks');
  const descriptors: StoredDescriptor[] = [];
  let skippedCount = 0;
  const blockIds = await blocks.index('bySpace').getAllKeys(space);
  for (let start = 0; start < blockIds.length; start += BLOCKS_AT_ONCE) {
    const group = blockIds.slice(start, start + BLOCKS_AT_ONCE);
    for (const value of await Promise.all(group.map((id) => blocks.get(id)))) {
      const block = readVectorBlockRow(value);
      if (block) for (const row of unpackBlock(block)) descriptors.push(row);
      else skippedCount += 1;
    }
  }
  const recent = transaction.objectStore('recentDescriptors').index('bySpace');
  for (const value of await recent.getAll(startingWith(space))) {
    const row = readRecentDescriptorRow(value);
    if (row) descriptors.push({ ...factsOf(row), vector: row.vector });
    else skippedCount += 1;
  }
  return { descriptors, skippedCount };
}

/** How many descriptors there are, of all spaces. */
export async function countDescriptors(transaction: DescriptorRead): Promise<number> {
  const [recentCount, packedCount] = await Promise.all([
    transaction.objectStore('recentDescriptors').count(),
    transaction.objectStore('vectorBlocks').index('bySighting').count(),
  ]);
  return recentCount + packedCount;
}

/** Length of the vectors stored in a space; null when there are none. */
export async function storedDimension(
  transaction: DescriptorRead,
  space: EmbeddingSpaceId,
): Promise<number | null> {
  const recent = transaction.objectStore('recentDescriptors').index('bySpace');
  const row = readRecentDescriptorRow(await recent.get(startingWith(space)));
  if (row) return row.vector.length;
  const blocks = transaction.objectStore('vectorBlocks').index('bySpace');
  return readVectorBlockRow(await blocks.get(space))?.dimension ?? null;
}

/** Rewrites a block without some rows; deletes it when none is left, dissolves it when few are. */
async function shrinkBlock(
  transaction: GalleryWrite,
  blockId: number,
  block: VectorBlock | null,
  sightingIds: ReadonlySet<SightingId>,
): Promise<void> {
  const blocks = transaction.objectStore('vectorBlocks');
  // An unreadable block goes as a whole: what is to be removed cannot be told from the rest.
  const rest = block && withoutRows(block, sightingIds);
  if (rest && rest.sightingIds.length >= SPARSE_ROW_COUNT) {
    await blocks.put({ ...rest, id: blockId });
    return;
  }
  await blocks.delete(blockId);
  if (!rest) return;
  const recent = transaction.objectStore('recentDescriptors');
  for (const row of unpackBlock(rest)) {
    await recent.add({ ...factsOf(row), space: rest.space, vector: row.vector.slice() });
  }
}
