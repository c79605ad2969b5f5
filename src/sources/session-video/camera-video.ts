import type { SessionCamera, VideoSegment } from '../../contracts/session';
import type { AppError } from '../../core/app-error';
import { type CameraPicture, type PictureRef, TIME_TOLERANCE_US } from './camera-picture';
import { KeptPictures } from './kept-pictures';
import { asDamage } from './segment-damage';
import { SegmentFile } from './segment-file';

/** Open segments: the one shown, its neighbours, and the one a thumbnail is taken from. */
const MAX_OPEN_FILES = 4;

/** What a camera's video is read from. */
export interface CameraVideoParts {
  readonly camera: SessionCamera;
  /** Of that camera. */
  readonly segments: readonly VideoSegment[];
  readPart(name: string): Promise<Blob>;
  /** Told once a segment: it cannot be read, or not all of it can be decoded. */
  onDamage(segment: VideoSegment, error: AppError): void;
}

/** The recorded video of one camera: all its segments as one row of pictures. */
export class CameraVideo {
  /** In order of time. */
  readonly segments: readonly VideoSegment[];
  readonly #parts: CameraVideoParts;
  /** Least recently used first; null: cannot be read. */
  readonly #files = new Map<number, Promise<SegmentFile | null>>();
  readonly #damaged = new Set<number>();
  readonly #kept: KeptPictures;
  #isClosed = false;

  constructor(parts: CameraVideoParts) {
    this.#parts = parts;
    this.segments = [...parts.segments].sort((a, b) => a.startUs - b.startUs);
    this.#kept = new KeptPictures(parts.camera.widthPx * parts.camera.heightPx);
  }

  /** Number of the last segment that begins at or before a time; -1 when all begin later. */
  segmentAt(timeUs: number): number {
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const startUs = this.segments[middle]?.startUs ?? Infinity;
      if (startUs <= timeUs + TIME_TOLERANCE_US) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The last picture at or before a time; null: none, or what belongs there cannot be read. */
  async at(timeUs: number): Promise<PictureRef | null> {
    const number = this.segmentAt(timeUs);
    const file = await this.#file(number);
    if (!file) return null;
    const index = file.indexAt(timeUs + TIME_TOLERANCE_US);
    return index < 0 ? null : refOf(file, number, index);
  }

  /** The first picture of all that comes after a time. */
  async after(timeUs: number): Promise<PictureRef | null> {
    const first = Math.max(0, this.segmentAt(timeUs));
    for (let number = first; number < this.segments.length; number += 1) {
      const file = await this.#file(number);
      if (!file) continue;
      const index = file.indexAt(timeUs + TIME_TOLERANCE_US) + 1;
      if (index < file.pictures.length) return refOf(file, number, index);
    }
    return null;
  }

  /** The last picture of all that comes before a time. */
  async before(timeUs: number): Promise<PictureRef | null> {
    for (let number = this.segmentAt(timeUs); number >= 0; number -= 1) {
      const file = await this.#file(number);
      const index = file ? file.indexAt(timeUs - TIME_TOLERANCE_US - 1) : -1;
      if (file && index >= 0) return refOf(file, number, index);
    }
    return null;
  }

  /** The picture that decoding this one begins with. */
  async keyOf(ref: PictureRef): Promise<PictureRef> {
    const file = await this.#file(ref.segment);
    return file ? refOf(file, ref.segment, file.keyIndexAt(ref.index)) : ref;
  }

  /** The first picture after a time that decoding can begin with; null: none. */
  async keyAfter(timeUs: number): Promise<PictureRef | null> {
    const ref = await this.after(timeUs);
    if (!ref) return null;
    const file = await this.#file(ref.segment);
    const key = file?.keyIndexAfter(ref.index - 1) ?? null;
    if (file && key !== null) return refOf(file, ref.segment, key);
    const next = await this.#file(ref.segment + 1);
    return next ? refOf(next, ref.segment + 1, 0) : null;
  }

  /** Whether there is video of a time that can be read. */
  async covers(timeUs: number): Promise<boolean> {
    const number = this.segmentAt(timeUs);
    const segment = this.segments[number];
    if (!segment || timeUs > segment.endUs + TIME_TOLERANCE_US) return false;
    return (await this.#file(number)) !== null;
  }

  /**
   * Decodes one picture; with `isSteppingBack` also keeps those before it, so that the next steps back cost nothing. The
   * caller owns it. Null: it cannot be decoded, or `signal` aborted.
   */
  async decode(
    ref: PictureRef,
    signal: AbortSignal,
    isSteppingBack = false,
  ): Promise<VideoFrame | null> {
    const copy = this.#kept.copyOf(ref);
    if (copy) return copy;
    const file = await this.#file(ref.segment);
    if (!file || signal.aborted) return null;
    const keyIndex = file.keyIndexAt(ref.index);
    const first = isSteppingBack
      ? Math.max(keyIndex, ref.index - this.#kept.capacity + 1)
      : ref.index;
    const pictures: CameraPicture[] = [];
    try {
      for await (const { index, image } of file.decode(first, ref.index, signal)) {
        pictures.push({ ref: refOf(file, ref.segment, index), image });
      }
    } catch (error) {
      this.#tellDamage(ref.segment, error);
    }
    const last = pictures[pictures.length - 1];
    const image = last && last.ref.index === ref.index ? last.image.clone() : null;
    if (isSteppingBack && !this.#isClosed) this.#kept.replace(pictures);
    else for (const picture of pictures) picture.image.close();
    return image;
  }

  /**
   * All pictures from this one on, through all segments; the caller owns each. After damage it goes on with the next picture
   * that can be decoded by itself.
   */
  async *pictures(from: PictureRef): AsyncGenerator<CameraPicture, void, undefined> {
    for (let number = from.segment; number < this.segments.length; number += 1) {
      const file = await this.#file(number);
      if (!file) continue;
      if (number + 1 < this.segments.length) void this.#file(number + 1);
      const last = file.pictures.length - 1;
      let next: number | null = number === from.segment ? from.index : 0;
      while (next !== null) {
        let reached: number = next;
        try {
          for await (const { index, image } of file.decode(next, last, null)) {
            reached = index;
            yield { ref: refOf(file, number, index), image };
          }
          next = null;
        } catch (error) {
          if (this.#isClosed) return;
          this.#tellDamage(number, error);
          next = file.keyIndexAfter(reached);
        }
      }
    }
  }

  /** Lets go of the pictures kept for stepping back. */
  forgetKept(): void {
    this.#kept.replace([]);
  }

  /** Decodings under way go on until they are left. */
  close(): void {
    this.#isClosed = true;
    this.forgetKept();
    for (const file of this.#files.values()) void file.then((opened) => opened?.close());
    this.#files.clear();
  }

  #file(number: number): Promise<SegmentFile | null> {
    const segment = this.segments[number];
    if (!segment || this.#isClosed) return Promise.resolve(null);
    const file = this.#files.get(number) ?? this.#open(number, segment);
    this.#files.delete(number);
    this.#files.set(number, file);
    for (const [oldest, old] of this.#files) {
      if (this.#files.size <= MAX_OPEN_FILES) break;
      this.#files.delete(oldest);
      void old.then((opened) => opened?.close());
    }
    return file;
  }

  async #open(number: number, segment: VideoSegment): Promise<SegmentFile | null> {
    try {
      return await SegmentFile.open(segment, await this.#parts.readPart(segment.part));
    } catch (error) {
      this.#tellDamage(number, error);
      return null;
    }
  }

  #tellDamage(number: number, error: unknown): void {
    const segment = this.segments[number];
    if (!segment || this.#isClosed || this.#damaged.has(number)) return;
    this.#damaged.add(number);
    this.#parts.onDamage(segment, asDamage(error, segment));
  }
}

function refOf(file: SegmentFile, segment: number, index: number): PictureRef {
  return { segment, index, timeUs: file.pictures[index]?.timeUs ?? 0 };
}
