/** Knows every VideoFrame and ImageBitmap that came to be while it watched. */
export interface FrameCensus {
  /** Frames nobody has closed yet. */
  openCount(): number;
  readonly seenCount: number;
  /** Puts the browser's own classes back. */
  stop(): void;
}

/**
 * Watches the constructors and the decoder: a frame that was closed has no coded size any more, a
 * bitmap no width. That is how a leak shows without waiting for the garbage collector.
 */
export function watchFrames(): FrameCensus {
  const frames: (VideoFrame | ImageBitmap)[] = [];
  const { VideoFrame: Frame, VideoDecoder: Decoder } = globalThis;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its owner below
  const transfer = OffscreenCanvas.prototype.transferToImageBitmap;
  const seen = <T extends VideoFrame | ImageBitmap>(frame: T): T => {
    frames.push(frame);
    return frame;
  };
  globalThis.VideoFrame = new Proxy(Frame, {
    construct: (target, args, newTarget) =>
      seen(Reflect.construct(target, args, newTarget) as VideoFrame), // constructs just that
  });
  globalThis.VideoDecoder = new Proxy(Decoder, {
    construct: (target, [init]: [VideoDecoderInit], newTarget) =>
      Reflect.construct(
        target,
        [{ ...init, output: (frame: VideoFrame) => init.output(seen(frame)) }],
        newTarget,
      ) as VideoDecoder, // constructs just that
  });
  OffscreenCanvas.prototype.transferToImageBitmap = function (this: OffscreenCanvas) {
    return seen(transfer.call(this));
  };
  return {
    openCount: () =>
      frames.filter((frame) => ('codedWidth' in frame ? frame.codedWidth : frame.width) > 0).length,
    get seenCount() {
      return frames.length;
    },
    stop: () => {
      globalThis.VideoFrame = Frame;
      globalThis.VideoDecoder = Decoder;
      OffscreenCanvas.prototype.transferToImageBitmap = transfer;
    },
  };
}
