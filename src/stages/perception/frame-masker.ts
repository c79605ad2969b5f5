import type { CameraId, FrameImage } from '../../contracts/frame';
import type { PicturePoint, PrivacyMask } from '../../contracts/session';
import { AppError } from '../../core/app-error';
import { displaySize, isVideoFrame } from '../detect/input-preparer';

/** Drawn along a mask's edge, half of it outside: smoothing must not let a mixture of both sides through. Pixels. */
const EDGE_PX = 2;

/** A shape needs three corners. */
const MIN_POINT_COUNT = 3;

/** Blacks out what nobody may see. Cameras without a mask keep their frames, and with them the fast ways to read them. */
export class FrameMasker {
  #masks: ReadonlyMap<CameraId, PrivacyMask> = new Map();
  readonly #canvases = new Map<CameraId, OffscreenCanvas>();

  /** Applies from the next frame on. Masks of one camera are one. */
  setMasks(masks: readonly PrivacyMask[]): void {
    const byCamera = new Map<CameraId, PrivacyMask>();
    for (const { cameraId, polygons } of masks) {
      const shapes = polygons.filter((points) => points.length >= MIN_POINT_COUNT);
      if (shapes.length === 0) continue;
      const known = byCamera.get(cameraId)?.polygons ?? [];
      byCamera.set(cameraId, { cameraId, polygons: [...known, ...shapes] });
    }
    this.#masks = byCamera;
    for (const cameraId of this.#canvases.keys()) {
      if (!byCamera.has(cameraId)) this.#canvases.delete(cameraId);
    }
  }

  /**
   * The frame with its camera's mask burned in, of the same kind, display size and timestamp; the frame given is closed then.
   * Without a mask it is that frame. When it throws, the frame given is still the caller's. Throws AppError INTERNAL without a canvas.
   */
  apply<Image extends FrameImage>(image: Image, cameraId: CameraId): Image | FrameImage {
    const mask = this.#masks.get(cameraId);
    if (!mask) return image;
    const { widthPx, heightPx } = displaySize(image);
    const canvas = this.#canvasFor(cameraId, widthPx, heightPx);
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new AppError('INTERNAL', 'Expected a 2D canvas in the worker, found none');
    context.drawImage(image, 0, 0, widthPx, heightPx);
    for (const points of mask.polygons) fill(context, points);
    const masked = copyOf(canvas, image);
    image.close();
    return masked;
  }

  #canvasFor(cameraId: CameraId, widthPx: number, heightPx: number): OffscreenCanvas {
    let canvas = this.#canvases.get(cameraId);
    if (canvas?.width !== widthPx || canvas.height !== heightPx) {
      canvas = new OffscreenCanvas(widthPx, heightPx);
      this.#canvases.set(cameraId, canvas);
    }
    return canvas;
  }
}

function copyOf(canvas: OffscreenCanvas, original: FrameImage): FrameImage {
  if (!isVideoFrame(original)) return canvas.transferToImageBitmap();
  const { timestamp, duration } = original;
  return new VideoFrame(canvas, { timestamp, ...(duration === null ? {} : { duration }) });
}

function fill(context: OffscreenCanvasRenderingContext2D, points: readonly PicturePoint[]): void {
  const { width, height } = context.canvas;
  context.beginPath();
  for (const { x, y } of points) context.lineTo(x * width, y * height);
  context.closePath();
  context.fillStyle = 'black';
  context.strokeStyle = 'black';
  context.lineWidth = EDGE_PX;
  context.lineJoin = 'round';
  context.fill();
  context.stroke();
}
