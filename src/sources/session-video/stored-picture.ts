/** One picture of a segment, as its container tells of it. */
export interface StoredPicture {
  /** As the container has it, to ask for exactly this one again. */
  readonly containerS: number;
  /** Microseconds on the source's clock, as near as the container keeps them; see `VideoSegment.offsetUs`. */
  readonly timeUs: number;
  /** Place in the order of decoding, from 0. */
  readonly decodeIndex: number;
  /** Can be decoded without any other. */
  readonly isKey: boolean;
}

/** A picture that was decoded. The holder closes `image`. */
export interface DecodedPicture {
  /** Its place in the segment's list of pictures. */
  readonly index: number;
  readonly image: VideoFrame;
}
