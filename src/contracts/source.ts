import type { CameraId, FrameImage } from './frame';

/** More kinds join with later sources (screen, webrtc, hls): nothing may switch on them exhaustively. */
export type SourceKind = 'camera' | 'file' | 'street';

/** `live` drops old frames to stay current; `offline` never drops and goes as fast as it can. */
export type SourcePace = 'live' | 'offline';

/**
 * Something about a source that the user should know although it runs.
 * - `chosen-camera-gone`: the camera chosen before is not connected, another one is used.
 */
export type SourceNotice = 'chosen-camera-gone';

/** One point of view of a source. */
export interface CameraInfo {
  readonly cameraId: CameraId;
  /** For people. */
  readonly label: string;
  /** Size as displayed. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What a source turned out to be once it was open. */
export interface SourceInfo {
  readonly kind: SourceKind;
  readonly pace: SourcePace;
  readonly cameraId: CameraId;
  /** For people: a camera's label, a file's name, what several cameras are together. */
  readonly label: string;
  /**
   * Its points of view, on one clock; at least one. The first is the one that `cameraId`, `widthPx` and
   * `heightPx` tell of.
   */
  readonly cameras: readonly CameraInfo[];
  /** Negotiated size, as displayed. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Nominal rate; null when the source does not tell. */
  readonly framesPerSecond: number | null;
  /** Whole length in microseconds; null for live sources. */
  readonly durationUs: number | null;
  /** Unix milliseconds that belong to `captureTimeUs` 0. For a file: when its analysis began. */
  readonly originUnixMs: number;
  /** `wall`: times are times of day. `media`: times are positions in a recording. */
  readonly timeBase: 'wall' | 'media';
  /** Codec as a string such as `avc1.64001f`; null when the source does not tell. */
  readonly codec: string | null;
  readonly notice: SourceNotice | null;
}

/** One picture of a source that is pulled, with its exact time. Ownership passes to the caller. */
export interface SourceFrame {
  readonly image: FrameImage;
  /** Microseconds on the source's clock, see {@link SourceInfo.originUnixMs}. */
  readonly captureTimeUs: number;
  /** Which of the source's cameras made it; absent where there is only one. */
  readonly cameraId?: CameraId;
}

/**
 * How pictures leave a source.
 * - `stream`: a transferable readable of VideoFrames; the perception worker reads it directly.
 * - `track`: a transferable MediaStreamTrack (Safari); the worker makes the readable itself.
 * - `pull`: the page asks for the next picture and transfers it; asking is the back-pressure. A live source
 *   whose pictures come by themselves is emptied at its own pace and only the newest is kept; one that makes a picture when
 *   it is asked (`isMadeOnDemand`) is asked when the last one is done.
 */
export type FrameFeed =
  | { readonly type: 'stream'; readonly readable: ReadableStream<VideoFrame> }
  | { readonly type: 'track'; readonly track: MediaStreamTrack }
  | {
      readonly type: 'pull';
      readonly isMadeOnDemand?: boolean;
      frames(): AsyncIterable<SourceFrame>;
    };

/** Something that went on or off while a source ran. */
export type SourceEvent =
  | { readonly type: 'muted' }
  | { readonly type: 'unmuted' }
  /** The camera was unplugged or taken by another program: the feed has ended. */
  | { readonly type: 'lost'; readonly reason: string };

/** Everything that makes frames stands behind this. */
export interface FrameSource {
  readonly kind: SourceKind;
  readonly pace: SourcePace;
  /** Opens the device or file. Throws AppError; AbortError when `signal` aborts. */
  open(signal: AbortSignal): Promise<SourceInfo>;
  /** Callable once, after `open`. */
  feed(): FrameFeed;
  /** What a video element may show while a live source runs; null when frames are drawn instead. */
  readonly previewStream: MediaStream | null;
  /** Milliseconds spent decoding so far (0 where the browser decodes elsewhere). */
  readonly decodeMsTotal: number;
  /** Frames this source dropped or could not decode before anyone could take them. */
  readonly droppedCount: number;
  /**
   * Frames the device made so far, where the browser counts them, else null. A browser drops frames by
   * itself while nobody takes them; only this figure tells how many.
   */
  readonly deliveredCount: number | null;
  /** Calls back on loss and mute; returns the unsubscriber. */
  onEvent(listener: (event: SourceEvent) => void): () => void;
  /** Frees device and decoder. Safe to call twice and while `open` is under way. */
  close(): Promise<void>;
}

/** What the user chose for a camera; remembered on the device. */
export interface CameraSettings {
  readonly deviceId: string | null;
  /** Wanted height in pixels; the browser negotiates the nearest. */
  readonly heightPx: 480 | 720 | 1080;
  readonly facingMode: 'environment' | 'user' | null;
  readonly torch: boolean;
}

/** A camera as the picker shows it. Labels are empty until permission was given once. */
export interface CameraDevice {
  readonly deviceId: string;
  readonly label: string;
}
