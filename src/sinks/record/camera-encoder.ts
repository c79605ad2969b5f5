import type { EncodedPicture, EncodedStream } from './encoded-picture';
import type { EncoderChoice } from './encoder-choice';

/** Pictures an encoder may have waiting inside: one at work, one next. More would only be dropped later. */
const MAX_QUEUED_COUNT = 2;

/** A picture that is inside the encoder. */
interface Pending {
  readonly captureTimeUs: number;
  readonly isAnalysed: boolean;
}

/** What an encoder tells. */
export interface CameraEncoderEvents {
  onPicture(picture: EncodedPicture): void;
  /** The encoder left a picture out, or broke down with it. */
  onLost(isAnalysed: boolean): void;
}

/** One WebCodecs encoder, until it fails or is closed. */
export class CameraEncoder {
  readonly choice: EncoderChoice;
  readonly #encoder: VideoEncoder;
  readonly #events: CameraEncoderEvents;
  readonly #pending: Pending[] = [];
  #stream: EncodedStream | null = null;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  /** Throws what `configure` throws for a configuration that is not supported after all. */
  constructor(choice: EncoderChoice, events: CameraEncoderEvents) {
    this.choice = choice;
    this.#events = events;
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => {
        this.#take(chunk, metadata);
      },
      error: (error) => {
        this.#failure = error;
        this.#wake?.();
      },
    });
    this.#encoder.addEventListener('dequeue', () => this.#wake?.());
    this.#encoder.configure(choice.config);
  }

  /** Why it does not work any more; null: it does. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Nothing is inside: what comes next may be a key picture. */
  get isIdle(): boolean {
    return this.#pending.length === 0;
  }

  /** Resolves when another picture can be given, or the encoder has failed. */
  async whenRoom(): Promise<void> {
    while (!this.#failure && this.#encoder.encodeQueueSize >= MAX_QUEUED_COUNT) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Borrows the picture, whose timestamp is its capture time. Throws when the encoder has failed. */
  encode(picture: VideoFrame, isAnalysed: boolean, isKey: boolean): void {
    this.#encoder.encode(picture, { keyFrame: isKey });
    this.#pending.push({ captureTimeUs: picture.timestamp, isAnalysed });
  }

  /** Resolves when everything given was told of. Rejects when the encoder fails meanwhile. */
  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await this.#encoder.flush();
  }

  /** Frees it. What is inside is lost, and told as such. Safe to call twice. */
  close(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
    this.#losePending(Infinity);
  }

  #take(chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    const captureTimeUs = chunk.timestamp;
    // Encoders may leave pictures out to keep to their bitrate.
    this.#losePending(captureTimeUs);
    this.#pending.shift();
    this.#stream = streamOf(this.#stream, this.choice, metadata?.decoderConfig);
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const isKey = chunk.type === 'key';
    this.#events.onPicture({ stream: this.#stream, captureTimeUs, isKey, data });
  }

  #losePending(beforeUs: number): void {
    for (let next = this.#pending[0]; next && next.captureTimeUs < beforeUs;) {
      this.#pending.shift();
      this.#events.onLost(next.isAnalysed);
      next = this.#pending[0];
    }
  }
}

/** The stream going on, unless the encoder tells of another configuration than that one's: some tell it with each key picture. */
function streamOf(
  current: EncodedStream | null,
  choice: EncoderChoice,
  decoderConfig: VideoDecoderConfig | undefined,
): EncodedStream {
  if (current && (!decoderConfig || isSame(current.decoderConfig, decoderConfig))) return current;
  // Codecs without a description may leave it to the container.
  const { codec, width, height } = choice.config;
  const told = decoderConfig ?? { codec, codedWidth: width, codedHeight: height };
  return { choice, decoderConfig: told };
}

function isSame(a: VideoDecoderConfig, b: VideoDecoderConfig): boolean {
  return (
    a.codec === b.codec &&
    a.codedWidth === b.codedWidth &&
    a.codedHeight === b.codedHeight &&
    bytesOf(a.description).join() === bytesOf(b.description).join()
  );
}

function bytesOf(source: AllowSharedBufferSource | undefined): Uint8Array {
  if (!source) return new Uint8Array();
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
