import { VideoSample } from 'mediabunny';
import type { ExportRequest } from '../../contracts/export';
import type { SessionReader } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { decodePictures } from './decode-pictures';
import { spanOf } from './exported-results';
import { openSegment, packetsOf, segmentsOf, TIME_TOLERANCE_US } from './video-segments';

/**
 * The requested camera's decoded pictures of the requested range, upright and in order; their timestamps are capture times. The
 * caller owns each. Throws AppError SESSION_DAMAGED, VIDEO_CODEC_UNSUPPORTED; AbortError.
 */
export async function* recordedPictures(
  session: SessionReader,
  request: ExportRequest,
  signal: AbortSignal,
): AsyncGenerator<VideoFrame> {
  const span = spanOf(session, request);
  for (const segment of segmentsOf(session, request)) {
    const open = await openSegment(session, segment);
    try {
      await expectDecodable(open.config);
      const rotation = await open.track.getRotation();
      const flip = await open.track.getFlip();
      for await (const frame of decodePictures(open.config, packetsOf(open, span, signal))) {
        // Those from the key picture to the in point were only needed to decode the others.
        if (frame.timestamp < span.startUs - TIME_TOLERANCE_US) frame.close();
        else if (rotation === 0 && !flip) yield frame;
        else yield upright(frame, { rotation, flip });
      }
    } finally {
      open.close();
    }
  }
}

async function expectDecodable(config: VideoDecoderConfig): Promise<void> {
  const { supported } = await VideoDecoder.isConfigSupported(config);
  if (supported) return;
  throw new AppError(
    'VIDEO_CODEC_UNSUPPORTED',
    `Expected a codec that this browser decodes, found ${config.codec}`,
  );
}

/** Turned as the container says. Takes `frame`. */
function upright(
  frame: VideoFrame,
  { rotation, flip }: { readonly rotation: 0 | 90 | 180 | 270; readonly flip: boolean },
): VideoFrame {
  const sample = new VideoSample(frame);
  try {
    sample.setRotation(rotation);
    sample.setFlip(flip);
    const canvas = new OffscreenCanvas(sample.displayWidth, sample.displayHeight);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('Expected a 2D context, got none');
    sample.draw(context, 0, 0);
    return new VideoFrame(canvas, { timestamp: frame.timestamp });
  } finally {
    sample.close();
  }
}
