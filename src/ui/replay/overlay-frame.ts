import type { SessionCamera, SessionFrame } from '../../contracts/session';
import type { Track, TrackId } from '../../contracts/track';
import type { OverlayPainter } from '../../sinks/overlay/overlay-painter';

/** What the overlay takes as one frame. */
type OverlayFrame = Parameters<OverlayPainter['update']>[0];

/** A result set has one epoch: what it says is never out of date. */
export const REPLAY_EPOCH = 0;

/** Stored results as the overlay takes them from a run. `firstSeenUs` tells when a track was first seen. */
export function overlayFrame(
  camera: SessionCamera,
  frame: SessionFrame,
  firstSeenUs: (trackId: TrackId) => number | null,
): OverlayFrame {
  const { captureTimeUs } = frame;
  return {
    meta: {
      epoch: REPLAY_EPOCH,
      cameraId: camera.cameraId,
      frameId: 0,
      captureTimeUs,
      widthPx: camera.widthPx,
      heightPx: camera.heightPx,
    },
    tracks: frame.boxes.map(({ trackId, state, vehicleClass, box, score }): Track => ({
      id: trackId,
      state,
      box,
      // Boxes stand where they were found: nothing runs on between two results of a recording.
      velocityXPxPerS: 0,
      velocityYPxPerS: 0,
      vehicleClass,
      score,
      detectedBox: null,
      firstSeenUs: firstSeenUs(trackId) ?? captureTimeUs,
      lastSeenUs: captureTimeUs,
      hitCount: 0,
    })),
    receivedUnixMs: captureTimeUs / 1000,
  };
}
