import {
  BlobSource,
  EncodedPacketSink,
  Input,
  type InputVideoTrack,
  MATROSKA,
  MP4,
  QTFF,
  WEBM,
} from 'mediabunny';
import type { VideoSegment } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { asDamage, damaged } from './segment-damage';
import { decodePictures } from './segment-decoding';
import type { DecodedPicture, StoredPicture } from './stored-picture';

/** What segments are written as, and what video comes with imported results. */
const FORMATS = [MP4, QTFF, WEBM, MATROSKA];

/** One segment opened for decoding. Holds a file, no decoder: each decoding has its own and ends it. */
export class SegmentFile {
  readonly segment: VideoSegment;
  /** In order of time; at least one. */
  readonly pictures: readonly StoredPicture[];
  readonly #input: Input;
  readonly #track: InputVideoTrack;
  #useCount = 0;
  #isClosed = false;

  private constructor(
    segment: VideoSegment,
    input: Input,
    track: InputVideoTrack,
    pictures: readonly StoredPicture[],
  ) {
    this.segment = segment;
    this.#input = input;
    this.#track = track;
    this.pictures = pictures;
  }

  /** Reads the list of pictures. Throws AppError SESSION_DAMAGED, VIDEO_CODEC_UNSUPPORTED. */
  static async open(segment: VideoSegment, bytes: Blob): Promise<SegmentFile> {
    const input = new Input({ source: new BlobSource(bytes), formats: FORMATS });
    try {
      const track = await input.getPrimaryVideoTrack();
      if (!track) throw damaged(segment, 'a video track', 'none');
      if (!(await track.canDecode())) {
        throw new AppError(
          'VIDEO_CODEC_UNSUPPORTED',
          `Expected a codec this browser decodes in ${segment.part}, found ${segment.codec}`,
        );
      }
      const pictures = await listPictures(track, segment.offsetUs);
      if (pictures.length === 0) throw damaged(segment, 'pictures', 'none');
      return new SegmentFile(segment, input, track, pictures);
    } catch (error) {
      input.dispose();
      throw asDamage(error, segment);
    }
  }

  /** Place of the last picture at or before a time; -1 when all are later. */
  indexAt(timeUs: number): number {
    let low = 0;
    let high = this.pictures.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.pictures[middle]?.timeUs ?? Infinity) <= timeUs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Place of the last picture up to this one that can be decoded by itself. */
  keyIndexAt(index: number): number {
    for (let key = index; key > 0; key -= 1) if (this.pictures[key]?.isKey) return key;
    return 0;
  }

  /** Place of the next picture that can be decoded by itself; null: none. */
  keyIndexAfter(index: number): number | null {
    const key = this.pictures.findIndex(({ isKey }, place) => isKey && place > index);
    return key < 0 ? null : key;
  }

  /**
   * Decodes pictures `first` to `last`, both included, in order. One that the decoder leaves out is left out here, too: the others
   * keep their places. Ends the decoder when it is left, and early when `signal` aborts. Throws AppError SESSION_DAMAGED.
   */
  async *decode(
    first: number,
    last: number,
    signal: AbortSignal | null,
  ): AsyncGenerator<DecodedPicture, void, undefined> {
    const { pictures } = this;
    const key = this.keyIndexAt(first);
    this.#useCount += 1;
    try {
      yield* decodePictures(this.#track, pictures, key, first, last, signal);
    } catch (error) {
      throw asDamage(error, this.segment);
    } finally {
      this.#useCount -= 1;
      this.#disposeWhenUnused();
    }
  }

  /** Lets go of the file once no decoding needs it. */
  close(): void {
    this.#isClosed = true;
    this.#disposeWhenUnused();
  }

  #disposeWhenUnused(): void {
    if (this.#isClosed && this.#useCount === 0) this.#input.dispose();
  }
}

async function listPictures(
  track: InputVideoTrack,
  offsetUs: number,
): Promise<readonly StoredPicture[]> {
  const pictures: StoredPicture[] = [];
  const packets = new EncodedPacketSink(track).packets(undefined, undefined, {
    metadataOnly: true,
  });
  for await (const { timestamp, type } of packets) {
    pictures.push({
      containerS: timestamp,
      timeUs: Math.round(timestamp * 1e6) + offsetUs,
      decodeIndex: pictures.length,
      isKey: type === 'key',
    });
  }
  return pictures.sort((a, b) => a.containerS - b.containerS);
}
