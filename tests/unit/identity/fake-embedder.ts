import type { EmbeddedCrop, VehicleCrop } from '../../../src/contracts/embedding';
import { toUnitLength } from '../../../src/core/vector';
import type { CropEmbedder } from '../../../src/stages/identity/ports';

export const SPACE = 'fake:1';
const DIMENSION = 8;

/** A unit vector: mostly along one axis, with a share of another. */
export function lookOf(axis: number, otherAxis = axis, share = 0): Float32Array {
  const vector = new Float32Array(DIMENSION);
  vector[axis] = 1 - share;
  vector[otherAxis] = (vector[otherAxis] ?? 0) + share;
  const unit = toUnitLength(vector);
  if (!unit) throw new RangeError('A look needs a direction');
  return unit;
}

/** A picture that says which vector it turns into. */
export interface FakePicture {
  readonly look: Float32Array | null;
  readonly quality: number;
  isClosed: boolean;
}

/** The vector is written on the picture; a null look is a crop blurred beyond use. */
export class FakeEmbedder implements CropEmbedder {
  readonly space = SPACE;
  readonly dimension = DIMENSION;
  /** Set to hold answers back until it resolves. */
  gate: Promise<void> = Promise.resolve();
  readonly timings = { embedMsTotal: 0, embedCount: 0 };

  async embed(crop: VehicleCrop): Promise<EmbeddedCrop | null> {
    await this.gate;
    const picture = crop.image as unknown as FakePicture; // made by the harness
    if (picture.isClosed) throw new Error('The picture was closed before it was embedded');
    if (!picture.look) return null;
    return {
      trackId: crop.trackId,
      captureTimeUs: crop.meta.captureTimeUs,
      embedding: { space: SPACE, vector: picture.look },
      sharpness: 1,
      quality: picture.quality,
    };
  }
}
