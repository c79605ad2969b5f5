import { EncodedPacketSink, type InputVideoTrack, type Rotation, VideoSample } from 'mediabunny';
import { toUprightImage } from '../file-upright';
import type { DecodedPicture, StoredPicture } from './stored-picture';

/** Decoded pictures that wait to be taken: more would hold a hardware decoder's own buffers. */
const MAX_WAITING_PICTURES = 4;
/** Packets handed in that the decoder has not begun: enough that it never waits for the disk. */
const MAX_WAITING_PACKETS = 8;

/** To the decoder, pictures are so far apart, microseconds: it is told their places in time, not their times, which it might round. */
const PICTURE_US = 1000;

/**
 * Decodes pictures `first` to `last` of a track, from the key picture at `key` on. The demuxer's own sink is not used: in Chromium it names pictures by
 * their order (mediabunny 1.61), and after one that the decoder left out all would be off by one; here each carries its
 * own place, as its timestamp, through the decoder. Ends early when `signal` aborts.
 */
export async function* decodePictures(
  track: InputVideoTrack,
  pictures: readonly StoredPicture[],
  key: number,
  first: number,
  last: number,
  signal: AbortSignal | null,
): AsyncGenerator<DecodedPicture, void, undefined> {
  const config = await track.getDecoderConfig();
  if (!config) throw new Error('Expected a description of the codec, got none');
  const rotation = await track.getRotation();
  const flip = await track.getFlip();
  const decoding = new Decoding(config);
  const feeding = decoding.feed(packetsOf(track, pictures, key, first, last));
  try {
    for (;;) {
      const frame = await decoding.next();
      if (!frame) break;
      const index = frame.timestamp / PICTURE_US;
      if (index < first || index > last || signal?.aborted) {
        frame.close();
        if (signal?.aborted) break;
        continue;
      }
      yield { index, image: upright(frame, rotation, flip) };
      if (index === last) break;
    }
  } finally {
    decoding.close();
    await feeding;
  }
}

/** Owns `frame`; as in `file-upright`, but what is drawn is a frame, too, which can be had twice. */
function upright(frame: VideoFrame, rotation: Rotation, flip: boolean): VideoFrame {
  const { timestamp } = frame;
  const sample = new VideoSample(frame);
  sample.setRotation(rotation);
  sample.setFlip(flip);
  const image = toUprightImage(sample);
  if (image instanceof VideoFrame) return image;
  try {
    return new VideoFrame(image, { timestamp });
  } finally {
    image.close();
  }
}

/** In order of decoding, up to the last one that is needed. */
async function* packetsOf(
  track: InputVideoTrack,
  pictures: readonly StoredPicture[],
  key: number,
  first: number,
  last: number,
): AsyncGenerator<EncodedVideoChunk, void, undefined> {
  const start = pictures[key];
  if (!start) return;
  let endIndex = 0;
  for (let index = first; index <= last; index += 1) {
    endIndex = Math.max(endIndex, pictures[index]?.decodeIndex ?? 0);
  }
  const places = pictures.map((_, index) => index);
  places.sort((a, b) => (pictures[a]?.decodeIndex ?? 0) - (pictures[b]?.decodeIndex ?? 0));
  const sink = new EncodedPacketSink(track);
  let packet = await sink.getPacket(start.containerS);
  for (let index = start.decodeIndex; packet && index <= endIndex; index += 1) {
    const { type, data } = packet;
    yield new EncodedVideoChunk({ type, data, timestamp: (places[index] ?? 0) * PICTURE_US });
    packet = await sink.getNextPacket(packet);
  }
}

/** One decoder from its first packet to its last picture. */
class Decoding {
  readonly #decoder: VideoDecoder;
  readonly #frames: VideoFrame[] = [];
  #error: Error | null = null;
  #isFed = false;
  #isClosed = false;
  #wakers: (() => void)[] = [];

  constructor(config: VideoDecoderConfig) {
    this.#decoder = new VideoDecoder({
      output: (frame) => {
        if (this.#isClosed) frame.close();
        else this.#frames.push(frame);
        this.#wake();
      },
      error: (error) => this.#fail(error),
    });
    this.#decoder.ondequeue = () => this.#wake();
    this.#decoder.configure(config);
  }

  /** Hands in all packets as there is room; what goes wrong is thrown by `next`. */
  async feed(packets: AsyncGenerator<EncodedVideoChunk, void, undefined>): Promise<void> {
    try {
      for await (const packet of packets) {
        while (this.#isFull()) await this.#change();
        if (this.#isClosed) return;
        this.#decoder.decode(packet);
      }
      if (!this.#isClosed) await this.#decoder.flush();
    } catch (error) {
      this.#fail(error);
    }
    this.#isFed = true;
    this.#wake();
  }

  /** Null after the last one. The caller owns the frame. */
  async next(): Promise<VideoFrame | null> {
    for (;;) {
      const frame = this.#frames.shift();
      this.#wake();
      if (frame) return frame;
      if (this.#error !== null) throw this.#error;
      if (this.#isFed) return null;
      await this.#change();
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const frame of this.#frames.splice(0)) frame.close();
    if (this.#decoder.state !== 'closed') this.#decoder.close();
    this.#wake();
  }

  #isFull(): boolean {
    if (this.#isClosed || this.#error !== null) return false;
    return (
      this.#frames.length >= MAX_WAITING_PICTURES ||
      this.#decoder.decodeQueueSize >= MAX_WAITING_PACKETS
    );
  }

  #fail(error: unknown): void {
    // Closing ends a flush with an error of its own, which nobody waits for.
    if (!this.#isClosed) this.#error ??= asError(error);
    this.#wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
