import type { VehicleCrop } from '../../contracts/embedding';
import type { VehicleEmbedder } from './embedder';

/**
 * Vectors of encoded pictures, each one whole crop of a vehicle; null for one that is flat or blurred beyond use. Throws
 * what the embedder throws; DOMException for what is no picture.
 */
export async function embedPictures(
  embedder: Pick<VehicleEmbedder, 'embed'>,
  pictures: readonly Blob[],
): Promise<readonly (Float32Array | null)[]> {
  const vectors: (Float32Array | null)[] = [];
  for (const picture of pictures) {
    const image = await createImageBitmap(picture);
    try {
      const embedded = await embedder.embed(wholeCrop(image));
      vectors.push(embedded && embedded.embedding.vector);
    } finally {
      image.close();
    }
  }
  return vectors;
}

/** A crop of which nothing is known but its picture. The vector depends on nothing else. */
function wholeCrop(image: ImageBitmap): VehicleCrop {
  const { width, height } = image;
  return {
    trackId: 0,
    meta: {
      epoch: 0,
      cameraId: '',
      frameId: 0,
      captureTimeUs: 0,
      widthPx: width,
      heightPx: height,
    },
    vehicleClass: 'car',
    box: { x1: 0, y1: 0, x2: width, y2: height },
    geometry: {
      sidePx: Math.sqrt(width * height),
      insideFraction: 1,
      overlapFraction: 0,
      detectionScore: 1,
      score: 1,
    },
    image,
    blurredBoxes: [],
  };
}
