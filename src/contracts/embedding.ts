import type { Box, VehicleClass } from './detection';
import type { FrameMeta } from './frame';
import type { TrackId } from './track';

/**
 * `${modelSha256}:${preprocessVersion}`, and for an adapted one `~` and the adaptation's id after it. Vectors of different
 * spaces must never be compared.
 */
export type EmbeddingSpaceId = string;

/** A unit-length vector and the space it lives in. */
export interface Embedding {
  readonly space: EmbeddingSpaceId;
  readonly vector: Float32Array;
}

/** Geometry-only quality of a possible crop; pixels are not needed to compute it. All in [0, 1] but the area. */
export interface CropGeometryQuality {
  /** Square root of the box area, display pixels. */
  readonly sidePx: number;
  /** Fraction of the box inside the frame. */
  readonly insideFraction: number;
  /** Largest fraction of the box covered by one other vehicle's box. */
  readonly overlapFraction: number;
  readonly detectionScore: number;
  /** All of it in one figure; higher is better. */
  readonly score: number;
}

/** A picture of one vehicle cut out of one frame. The holder closes `image` once. */
export interface VehicleCrop {
  readonly trackId: TrackId;
  readonly meta: FrameMeta;
  readonly vehicleClass: VehicleClass;
  /** Where it was cut, display pixels of the frame. */
  readonly box: Box;
  readonly geometry: CropGeometryQuality;
  readonly image: ImageBitmap;
  /** To be made unrecognisable before the picture is stored, pixels of `image`. The embedder sees it as it is. */
  readonly blurredBoxes: readonly Box[];
}

/** What is known about a crop once its pixels were looked at. */
export interface EmbeddedCrop {
  readonly trackId: TrackId;
  readonly captureTimeUs: number;
  readonly embedding: Embedding;
  /** Variance of the Laplacian of the luma at embedder resolution; higher is sharper. */
  readonly sharpness: number;
  /** Geometry and sharpness in one figure; higher is better. */
  readonly quality: number;
}
