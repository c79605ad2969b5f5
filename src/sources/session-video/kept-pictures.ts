import type { CameraPicture, PictureRef } from './camera-picture';

/** Memory for pictures kept, bytes, at four a pixel: what a picture takes that was drawn; a decoded one takes less. */
const MAX_BYTES = 64e6;
/** More than anybody steps back before the next ones are decoded. */
const MAX_COUNT = 12;

/** The last pictures that were decoded on the way to one: stepping back needs them next. */
export class KeptPictures {
  /** How many are worth decoding at once. */
  readonly capacity: number;
  #pictures: readonly CameraPicture[] = [];

  /** `pixelCount` of one picture. */
  constructor(pixelCount: number) {
    const fitting = Math.floor(MAX_BYTES / (4 * Math.max(1, pixelCount)));
    this.capacity = Math.max(1, Math.min(MAX_COUNT, fitting));
  }

  /** A picture of the caller's own; null when it is not kept. */
  copyOf(ref: PictureRef): VideoFrame | null {
    const kept = this.#pictures.find(
      (picture) => picture.ref.segment === ref.segment && picture.ref.index === ref.index,
    );
    return kept ? kept.image.clone() : null;
  }

  /** Takes these in place of all others, and owns them. */
  replace(pictures: readonly CameraPicture[]): void {
    for (const { image } of this.#pictures) image.close();
    this.#pictures = pictures;
  }
}
