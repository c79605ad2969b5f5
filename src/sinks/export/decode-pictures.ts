import type { RecordedPacket } from './video-segments';

/** Packets handed to the decoder that it has not begun: it must not wait for the disk, nor fill up with pictures nobody takes. */
const MAX_QUEUED_PACKETS = 4;

/**
 * Decodes packets of one stream; the frames, in order of time, carry capture times as their timestamps. The caller owns each.
 * Throws what the decoder does.
 */
export async function* decodePictures(
  config: VideoDecoderConfig,
  packets: AsyncIterable<RecordedPacket>,
): AsyncGenerator<VideoFrame> {
  const decoding = new Decoding(config);
  try {
    for await (const { packet, captureTimeUs } of packets) {
      decoding.decode(
        new EncodedVideoChunk({ type: packet.type, timestamp: captureTimeUs, data: packet.data }),
      );
      while (decoding.isFull || decoding.hasFrame) {
        const frame = decoding.take();
        if (frame) yield frame;
        else await decoding.change();
      }
    }
    decoding.finish();
    while (!decoding.isFinished || decoding.hasFrame) {
      const frame = decoding.take();
      if (frame) yield frame;
      else await decoding.change();
    }
  } finally {
    decoding.close();
  }
}

/** One decoder, its frames, and word of anything new. */
class Decoding {
  readonly #decoder: VideoDecoder;
  readonly #frames: VideoFrame[] = [];
  #error: unknown = null;
  #isFinished = false;
  #isClosed = false;
  #wake: (() => void) | null = null;

  constructor(config: VideoDecoderConfig) {
    this.#decoder = new VideoDecoder({
      output: (frame) => {
        if (this.#isClosed) frame.close();
        else this.#frames.push(frame);
        this.#tell();
      },
      error: (error) => this.#fail(error),
    });
    this.#decoder.ondequeue = () => this.#tell();
    this.#decoder.configure(config);
  }

  get isFull(): boolean {
    return this.#error === null && this.#decoder.decodeQueueSize > MAX_QUEUED_PACKETS;
  }

  get hasFrame(): boolean {
    return this.#frames.length > 0;
  }

  /** All has been decoded that ever will be. */
  get isFinished(): boolean {
    this.#throwError();
    return this.#isFinished;
  }

  decode(chunk: EncodedVideoChunk): void {
    this.#throwError();
    this.#decoder.decode(chunk);
  }

  finish(): void {
    this.#throwError();
    this.#decoder.flush().then(
      () => {
        this.#isFinished = true;
        this.#tell();
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  /** Null: none now. The caller owns it. */
  take(): VideoFrame | null {
    return this.#frames.shift() ?? null;
  }

  /** Resolves with the next frame, room or end. */
  change(): Promise<void> {
    if (this.#error !== null || this.#isFinished || this.hasFrame) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const frame of this.#frames.splice(0)) frame.close();
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }

  #fail(error: unknown): void {
    this.#error = error;
    this.#tell();
  }

  #tell(): void {
    this.#wake?.();
    this.#wake = null;
  }

  #throwError(): void {
    if (this.#error !== null) throw this.#error as Error; // a DOMException, which is one in every browser
  }
}
