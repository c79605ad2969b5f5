/** Names a camera (or file, screen, stream) for as long as the gallery keeps its sightings. */
export type CameraId = string;
/** Counts frames of one run from 0; frames that were dropped before analysis have no id. */
export type FrameId = number;

/** What is known about one picture without looking at it. */
export interface FrameMeta {
  /** Raised by every start of a run; an answer that carries an older epoch is dropped. */
  readonly epoch: number;
  readonly cameraId: CameraId;
  readonly frameId: FrameId;
  /** Microseconds on the source's own clock: since its `originUnixMs` (live), media time (file). */
  readonly captureTimeUs: number;
  /** Size as displayed, after rotation and pixel aspect are applied. Boxes are in these pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Pixels the worker can analyse. Both kinds must be closed exactly once by whoever holds them. */
export type FrameImage = VideoFrame | ImageBitmap;
