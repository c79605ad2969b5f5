/** Half a millisecond: how far a container's time may be from the capture time; see `VideoSegment.offsetUs`. */
export const TIME_TOLERANCE_US = 500;

/** Names one picture of a camera. */
export interface PictureRef {
  /** Place of its segment in the camera's row of them. */
  readonly segment: number;
  /** Place in the segment. */
  readonly index: number;
  /** As the container keeps it, microseconds on the source's clock. */
  readonly timeUs: number;
}

/** A decoded picture of a camera. The holder closes `image`. */
export interface CameraPicture {
  readonly ref: PictureRef;
  readonly image: VideoFrame;
}
