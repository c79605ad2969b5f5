import type { VideoSample } from 'mediabunny';
import type { FrameImage } from '../contracts/frame';

/**
 * Makes a decoded picture fit to analyse: upright, square pixels, display size. Pictures that are so
 * already (nearly all) are passed on without a copy; the others are drawn once. Closes `sample`; the
 * caller owns the answer.
 */
export function toUprightImage(sample: VideoSample): FrameImage {
  try {
    if (isUpright(sample)) return sample.toVideoFrame();
    const canvas = new OffscreenCanvas(sample.displayWidth, sample.displayHeight);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('Expected a 2D context to turn the picture with, got none');
    sample.draw(context, 0, 0, canvas.width, canvas.height);
    return canvas.transferToImageBitmap();
  } finally {
    sample.close();
  }
}

function isUpright(sample: VideoSample): boolean {
  return (
    sample.rotation === 0 &&
    !sample.flip &&
    sample.visibleRect.width === sample.displayWidth &&
    sample.visibleRect.height === sample.displayHeight
  );
}
