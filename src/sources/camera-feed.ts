import type { FrameFeed, SourceFrame } from '../contracts/source';
import { LatestSlot } from '../core/latest-slot';

/** Which of the three ways pictures leave a camera; see `FrameFeed`. */
export type CameraFeedType = FrameFeed['type'];

/** A feed that is running. */
export interface CameraFeed {
  readonly feed: FrameFeed;
  /** Pulled feeds only: pictures replaced before anyone took them. */
  readonly droppedCount: () => number;
  readonly stop: () => void;
}

/**
 * The best way this browser has: Chromium reads frames on the page and transfers the stream; Safari
 * (18) has the reader in workers only, but transfers tracks; Firefox (as of 145) has neither.
 * `track` is only looked at.
 */
export function chooseFeedType(track: MediaStreamTrack): CameraFeedType {
  if ('MediaStreamTrackProcessor' in globalThis) return 'stream';
  return isTransferable(track) ? 'track' : 'pull';
}

function isTransferable(track: MediaStreamTrack): boolean {
  const probe = track.clone();
  try {
    const moved: unknown = structuredClone(probe, {
      // The type does not list tracks: where they cannot be transferred this throws DataCloneError.
      transfer: [probe as unknown as Transferable],
    });
    if (moved instanceof MediaStreamTrack) moved.stop();
    return true;
  } catch {
    return false; // that is the answer asked for
  } finally {
    probe.stop();
  }
}

/** Starts a feed of the given type. `originUnixMs`: when the source's clock shows 0. */
export function startCameraFeed(
  type: CameraFeedType,
  track: MediaStreamVideoTrack,
  originUnixMs: number,
): CameraFeed {
  if (type === 'stream') {
    // One frame held back at most: capture stalls when three are open (Chromium 156).
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    // Nobody took it: frames that wait in it are let go.
    const stop = (): void => void (readable.locked || readable.cancel());
    return { feed: { type, readable }, droppedCount: () => 0, stop };
  }
  // A transferred track is gone from this page: the preview keeps the original.
  if (type === 'track') {
    const clone = track.clone();
    return { feed: { type, track: clone }, droppedCount: () => 0, stop: () => clone.stop() };
  }
  return startPullFeed(track, originUnixMs);
}

/** Plays the track in a video element nobody sees and takes each picture as it comes; newest wins. */
function startPullFeed(track: MediaStreamVideoTrack, originUnixMs: number): CameraFeed {
  const slot = new LatestSlot<SourceFrame>(({ image }) => image.close());
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  let callbackId = 0;
  let isStopped = false;
  const onPicture: VideoFrameRequestCallback = (now, metadata) => {
    if (isStopped) return;
    callbackId = video.requestVideoFrameCallback(onPicture);
    const unixMs = performance.timeOrigin + (metadata.captureTime ?? now);
    const captureTimeUs = Math.round((unixMs - originUnixMs) * 1000);
    // A video that shows nothing at the moment has no bitmap; its next picture will have one.
    createImageBitmap(video).then(
      (image) => slot.put({ image, captureTimeUs }),
      () => undefined,
    );
  };
  const stop = (): void => {
    isStopped = true;
    video.cancelVideoFrameCallback(callbackId);
    video.srcObject = null;
    slot.end();
  };
  track.addEventListener('ended', stop, { once: true });
  callbackId = video.requestVideoFrameCallback(onPicture);
  // Muted video may always play; a stop meanwhile rejects this, and needs nothing more.
  video.play().catch(() => undefined);
  return {
    feed: { type: 'pull', frames: () => takeAll(slot) },
    droppedCount: () => slot.replacedCount,
    stop,
  };
}

async function* takeAll(
  slot: LatestSlot<SourceFrame>,
): AsyncGenerator<SourceFrame, void, undefined> {
  for (let frame = await slot.take(); frame !== null; frame = await slot.take()) yield frame;
}
