import { embedPictures } from '../embed/embed-pictures';
import type { CropEmbedder } from './ports';

/** The vector of a whole stored picture; null for what cannot be decoded, or is flat or blurred beyond use. */
export async function embedStoredPicture(
  embedder: CropEmbedder,
  picture: Blob,
): Promise<Float32Array | null> {
  try {
    const [vector] = await embedPictures(embedder, [picture]);
    return vector ?? null;
  } catch (error) {
    // What createImageBitmap throws for bytes that are no picture; all else is the embedder's failure.
    if (error instanceof DOMException && error.name === 'InvalidStateError') return null;
    throw error;
  }
}
