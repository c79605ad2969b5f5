import type { EmbeddingSpaceId } from '../contracts/embedding';
import type { CameraId } from '../contracts/frame';
import type { SightingId, VehicleId } from '../contracts/match';
import { AppError } from '../core/app-error';

/** What matching needs to know of a sighting beside its vector. */
export interface DescriptorFacts {
  readonly sightingId: SightingId;
  readonly vehicleId: VehicleId;
  readonly vehicleNumber: number;
  readonly cameraId: CameraId;
  readonly runId: string;
  readonly startUnixMs: number;
  readonly endUnixMs: number;
}

/** A stored sighting as matching sees it. */
export interface StoredDescriptor extends DescriptorFacts {
  /** A view into a buffer shared with other rows: read it or copy it, never transfer it. */
  readonly vector: Float32Array;
}

/**
 * Many descriptors of one space in one record: row `i` of `vectors` belongs to `facts[i]` and
 * `sightingIds[i]`. There are no holes: a removed row is really gone.
 */
export interface VectorBlock {
  readonly space: EmbeddingSpaceId;
  /** Numbers in a vector. */
  readonly dimension: number;
  /** The same ids as in `facts`, by themselves because the database indexes them. */
  readonly sightingIds: readonly SightingId[];
  readonly facts: readonly DescriptorFacts[];
  /** `sightingIds.length` x `dimension` float32. */
  readonly vectors: ArrayBuffer;
}

/** Throws AppError EMBEDDING_SPACE_MISMATCH unless both describe the same kind of vector. */
export function assertSameSpace(
  expected: { readonly space: EmbeddingSpaceId; readonly dimension: number },
  found: { readonly space: EmbeddingSpaceId; readonly dimension: number },
): void {
  if (expected.space === found.space && expected.dimension === found.dimension) return;
  throw new AppError(
    'EMBEDDING_SPACE_MISMATCH',
    `Expected vectors of ${expected.dimension} numbers in space ${expected.space}, ` +
      `found ${found.dimension} numbers in space ${found.space}`,
  );
}

/**
 * Packs descriptors into a new block, copying their vectors; at least one row.
 * Throws AppError EMBEDDING_SPACE_MISMATCH when they are not all of one space and dimension.
 */
export function packBlock(
  rows: readonly (StoredDescriptor & { readonly space: EmbeddingSpaceId })[],
): VectorBlock {
  const first = rows[0];
  if (!first) throw new RangeError('A block holds at least one row');
  const space = first.space;
  const dimension = first.vector.length;
  const vectors = new Float32Array(rows.length * dimension);
  rows.forEach((row, index) => {
    assertSameSpace({ space, dimension }, { space: row.space, dimension: row.vector.length });
    vectors.set(row.vector, index * dimension);
  });
  return {
    space,
    dimension,
    sightingIds: rows.map((row) => row.sightingId),
    facts: rows.map(factsOf),
    vectors: vectors.buffer,
  };
}

/** The rows of a block; their vectors are views into the block's buffer. */
export function unpackBlock(block: VectorBlock): StoredDescriptor[] {
  const { dimension, vectors } = block;
  const bytes = dimension * Float32Array.BYTES_PER_ELEMENT;
  return block.facts.map((facts, index) => ({
    ...facts,
    vector: new Float32Array(vectors, index * bytes, dimension),
  }));
}

/**
 * The block without the named rows, in a new and smaller buffer that holds nothing of them; null
 * when no row is left. A block without any of them is handed back as it is.
 */
export function withoutRows(
  block: VectorBlock,
  sightingIds: ReadonlySet<SightingId>,
): VectorBlock | null {
  const kept = unpackBlock(block).filter((row) => !sightingIds.has(row.sightingId));
  if (kept.length === block.sightingIds.length) return block;
  if (kept.length === 0) return null;
  return packBlock(kept.map((row) => ({ ...row, space: block.space })));
}

/** A descriptor's facts alone, whatever else the object carries. */
export function factsOf(row: DescriptorFacts): DescriptorFacts {
  const { sightingId, vehicleId, vehicleNumber, cameraId, runId, startUnixMs, endUnixMs } = row;
  return { sightingId, vehicleId, vehicleNumber, cameraId, runId, startUnixMs, endUnixMs };
}
