import type { IDBPTransaction } from 'idb';
import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { Adaptation } from '../contracts/recognition';
import { AppError } from '../core/app-error';
import { projectionOf } from '../core/projection';
import { storedDimension } from './descriptor-rows';
import type { GallerySchema, GalleryStoreName, GalleryWrite } from './schema';
import { removeSamplesBut } from './sample-rows';
import { isSpaceUsed, largestSpace, removeDescriptorsBut } from './space-rows';
import { readAdaptation } from './stored-recognition-rows';
import { assertSameSpace } from './vector-blocks';

/** Key in `state` of the space the gallery is searched in. */
const SEARCH_SPACE = 'searchSpace';
/** Key in `state` of the adaptation in use; absent: none. */
const ADAPTATION = 'adaptation';

/** Any transaction over every store. */
type StateRead = IDBPTransaction<
  GallerySchema,
  ArrayLike<GalleryStoreName>,
  'readonly' | 'readwrite'
>;

/**
 * The space the gallery is searched in: the stored one, and where it has no descriptors (a gallery of an older version;
 * everything in it was removed) the one that has most. Null when there are none at all.
 */
export async function readSearchSpace(transaction: StateRead): Promise<EmbeddingSpaceId | null> {
  const stored: unknown = await transaction.objectStore('state').get(SEARCH_SPACE);
  if (typeof stored === 'string' && (await isSpaceUsed(transaction, stored))) return stored;
  return largestSpace(transaction);
}

/** The adaptation of a space; null when none is in use there. */
export async function readAdaptationOf(
  transaction: StateRead,
  space: EmbeddingSpaceId,
): Promise<Adaptation | null> {
  const adaptation = readAdaptation(await transaction.objectStore('state').get(ADAPTATION));
  return adaptation?.baseSpace === space ? adaptation : null;
}

/** An embedder of this space is loaded: a gallery without descriptors is searched in it from now on. */
export async function adoptSpace(
  transaction: GalleryWrite,
  space: EmbeddingSpaceId,
): Promise<void> {
  const current = await readSearchSpace(transaction);
  const state = transaction.objectStore('state');
  // Put down also when it was found by counting, which takes a while in a large gallery.
  if ((await state.get(SEARCH_SPACE)) !== (current ?? space))
    await state.put(current ?? space, SEARCH_SPACE);
}

/**
 * Puts an adaptation in use; null: none. Throws AppError EMBEDDING_SPACE_MISMATCH for one of another space than the
 * gallery is searched in, or other vectors; RangeError for a matrix of another size than it says.
 */
export async function putAdaptation(
  transaction: GalleryWrite,
  adaptation: Adaptation | null,
): Promise<void> {
  const state = transaction.objectStore('state');
  if (!adaptation) return state.delete(ADAPTATION);
  const space = await readSearchSpace(transaction);
  if (adaptation.baseSpace !== space) {
    throw new AppError(
      'EMBEDDING_SPACE_MISMATCH',
      `Expected an adaptation of space ${space ?? '(the gallery has none)'}, got one of ${adaptation.baseSpace}`,
    );
  }
  const found = { space, dimension: adaptation.inputDimension };
  const dimension = await storedDimension(transaction, space);
  if (dimension !== null) assertSameSpace({ space, dimension }, found);
  projectionOf(adaptation); // throws for a matrix of another size than it says
  // A view would be stored with the whole buffer behind it.
  await state.put({ ...adaptation, matrix: adaptation.matrix.slice() }, ADAPTATION);
}

/** From here on the gallery is searched in this space: what other spaces hold goes, and with it the adaptation. */
export async function switchSpace(
  transaction: GalleryWrite,
  space: EmbeddingSpaceId,
): Promise<void> {
  const state = transaction.objectStore('state');
  await state.put(space, SEARCH_SPACE);
  await state.delete(ADAPTATION);
  await removeDescriptorsBut(transaction, space);
  await removeSamplesBut(transaction, space);
}
