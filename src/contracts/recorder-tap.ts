import type { Box } from './detection';
import type { CameraId } from './frame';

/*
 * The way of pictures from the perception worker to the recording worker, over a port of their own.
 */

/** A picture for the recorder, masked already. Transferred; the recorder closes it. */
export interface RecordedFrame {
  readonly image: VideoFrame;
  readonly cameraId: CameraId;
  readonly captureTimeUs: number;
  /** Analysed pictures are dropped last when the encoder cannot keep up. */
  readonly isAnalysed: boolean;
  /** To be made unrecognisable, in display pixels. Empty unless the user asked for blur. */
  readonly blurredBoxes: readonly Box[];
}

/** What the perception worker sends over the port. */
export type RecorderPortMessage =
  | { readonly type: 'frame'; readonly frame: RecordedFrame }
  /** A live picture was not sent: there was no credit for it. */
  | { readonly type: 'dropped'; readonly isAnalysed: boolean }
  /** No more comes over this port: the tap was taken away. */
  | { readonly type: 'end' };
/** What comes back: so many more pictures may be sent. The recorder grants eight at first, then one for each it is done with. */
export interface RecorderPortCredit {
  readonly type: 'credit';
  readonly count: number;
}

/** Where the perception worker sends its pictures; what is blurred in them is told by `PerceptionApi.setBlur`. */
export interface RecorderTap {
  /** Speaks {@link RecorderPortMessage} and {@link RecorderPortCredit}. */
  readonly port: MessagePort;
  /** Pictures that are not analysed are sent too. With blur they are not: nobody knows where to blur them. */
  readonly isEveryFrameSent: boolean;
}
