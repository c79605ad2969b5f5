import type { RecordedFrame } from '../../contracts/recorder-tap';
import { AppError } from '../../core/app-error';
import { blurRegions } from '../../core/blur-regions';
import { evenSize } from './encoder-choice';

/** `rotation` and `flip` are newer than the type library. */
interface OrientedFrame {
  readonly rotation?: number;
  readonly flip?: boolean;
}

/** Makes pictures ready for an encoder: blurred where it must be, as they are displayed, with even sides. */
export class PicturePainter {
  #canvas: OffscreenCanvas | null = null;

  /**
   * Borrows the frame. What it answers is the caller's, of the same time: results are in display pixels, so nothing is scaled, and an
   * odd last column or row is left out. Throws AppError INTERNAL without a canvas.
   */
  prepare({ image, blurredBoxes }: RecordedFrame): VideoFrame {
    const { widthPx, heightPx } = evenSize({
      widthPx: image.displayWidth,
      heightPx: image.displayHeight,
    });
    if (blurredBoxes.length === 0 && liesAsDisplayed(image)) {
      const isEven = widthPx === image.displayWidth && heightPx === image.displayHeight;
      return isEven ? image.clone() : cut(image, widthPx, heightPx);
    }
    const canvas = this.#canvasOf(widthPx, heightPx);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new AppError('INTERNAL', 'Expected a 2D canvas in the worker, found none');
    context.drawImage(image, 0, 0, image.displayWidth, image.displayHeight);
    blurRegions(context, blurredBoxes);
    return new VideoFrame(canvas, { timestamp: image.timestamp });
  }

  #canvasOf(widthPx: number, heightPx: number): OffscreenCanvas {
    if (this.#canvas?.width !== widthPx || this.#canvas.height !== heightPx) {
      this.#canvas = new OffscreenCanvas(widthPx, heightPx);
    }
    return this.#canvas;
  }
}

function liesAsDisplayed(image: VideoFrame & OrientedFrame): boolean {
  const rect = image.visibleRect;
  return (
    (image.rotation ?? 0) === 0 &&
    image.flip !== true &&
    rect?.width === image.displayWidth &&
    rect.height === image.displayHeight
  );
}

function cut(image: VideoFrame, widthPx: number, heightPx: number): VideoFrame {
  const { x = 0, y = 0 } = image.visibleRect ?? {};
  return new VideoFrame(image, {
    timestamp: image.timestamp,
    visibleRect: { x, y, width: widthPx, height: heightPx },
    displayWidth: widthPx,
    displayHeight: heightPx,
  });
}
