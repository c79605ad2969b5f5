import type { EncodedPicture } from './encoded-picture';

/** The last seconds of a camera as encoded pictures: what is kept begins with a key picture, so that it can be decoded. */
export class PictureRing {
  readonly #lengthUs: number;
  #pictures: EncodedPicture[] = [];
  #isHeld = false;

  /** Keeps at least so much once there is as much, and at most one key interval more. */
  constructor(lengthUs: number) {
    this.#lengthUs = lengthUs;
  }

  /** Memory held, bytes. */
  get byteCount(): number {
    return this.#pictures.reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  /** In order of time. */
  add(picture: EncodedPicture): void {
    this.#pictures.push(picture);
    if (picture.isKey) this.#trim();
  }

  /** The recording begins at this moment: what is kept now stays until it is taken. */
  hold(): void {
    this.#trim();
    this.#isHeld = true;
  }

  /** All that is kept; the ring is empty then. */
  takeAll(): readonly EncodedPicture[] {
    this.#trim();
    const pictures = this.#pictures;
    this.#pictures = [];
    return pictures;
  }

  /** Keeps the last key picture that is old enough and all after it. */
  #trim(): void {
    const newest = this.#pictures.at(-1);
    if (!newest || this.#isHeld) return;
    const fromUs = newest.captureTimeUs - this.#lengthUs;
    const first = this.#pictures.findLastIndex(
      ({ isKey, captureTimeUs }) => isKey && captureTimeUs <= fromUs,
    );
    if (first > 0) this.#pictures = this.#pictures.slice(first);
  }
}
