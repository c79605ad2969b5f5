import type { EncodedPicture } from './encoded-picture';

/** How much a crash may cost: a segment counts once it is stored as a whole. Shorter ones cost more key pictures. */
export const SEGMENT_US = 4_000_000;

/** Gathers encoded pictures of one camera to segments that can be played by themselves. */
export class Segmenter {
  #open: EncodedPicture[] = [];

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /**
   * Takes the next picture. Answers the segment that is complete because this picture begins another: a key picture late
   * enough, or one of another stream; null: none is. Throws RangeError when a segment would not begin with a key picture.
   */
  add(picture: EncodedPicture): readonly EncodedPicture[] | null {
    const first = this.#open[0];
    if (first && !beginsAnother(picture, first)) {
      this.#open.push(picture);
      return null;
    }
    if (!picture.isKey) {
      throw new RangeError(
        `Expected a key picture at the start of a segment, found another at ${picture.captureTimeUs} µs`,
      );
    }
    const complete = this.take();
    this.#open.push(picture);
    return complete;
  }

  /** What there is, as a segment; null: nothing. */
  take(): readonly EncodedPicture[] | null {
    const complete = this.#open;
    this.#open = [];
    return complete.length > 0 ? complete : null;
  }
}

function beginsAnother(picture: EncodedPicture, first: EncodedPicture): boolean {
  if (picture.stream !== first.stream) return true;
  return picture.isKey && picture.captureTimeUs - first.captureTimeUs >= SEGMENT_US;
}
