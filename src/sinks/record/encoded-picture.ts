import type { EncoderChoice } from './encoder-choice';

/** One encoder's output: pictures of one stream can be decoded one after the other, from a key picture on. */
export interface EncodedStream {
  readonly choice: EncoderChoice;
  readonly decoderConfig: VideoDecoderConfig;
}

/** A picture as the encoder made it. */
export interface EncodedPicture {
  readonly stream: EncodedStream;
  /** Whole microseconds on the source's clock; rises within a camera. */
  readonly captureTimeUs: number;
  readonly isKey: boolean;
  readonly data: Uint8Array;
}
