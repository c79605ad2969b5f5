import type { FrameImage } from '../../contracts/frame';
import { AppError } from '../../core/app-error';
import type { ImageTensor } from '../../inference/tensor';
import { channelPlans, isVideoFrame, type InputPreparer, type PixelSpec } from './input-preparer';
import type { LetterboxGeometry } from './letterbox';
import type { PlanarFormat } from './kernel-map';
import { LetterboxKernel } from './letterbox-kernel';
import { yuvCoefficients } from './yuv-colour';

/** Fewer samples than the kernel's smallest step. */
const SMALLEST_SIDE_PX = 8;

/** `rotation` and `flip` are newer than the type library. */
interface OrientedFrame {
  readonly rotation?: number;
  readonly flip?: boolean;
}

/** CPU path: the decoder's own planes copied straight into WASM memory, one SIMD pass over them. */
export class I420Preparer implements InputPreparer {
  readonly path = 'i420-simd';
  readonly #kernel: LetterboxKernel;

  private constructor(kernel: LetterboxKernel) {
    this.#kernel = kernel;
  }

  /** Compiles the kernel found at `kernelUrl`. Throws AppError BACKEND_FAILED. */
  static async load(kernelUrl: string, spec: PixelSpec): Promise<I420Preparer> {
    try {
      const response = await fetch(kernelUrl);
      if (!response.ok) throw new Error(`${kernelUrl} answered ${response.status}`);
      const module = await WebAssembly.compile(await response.arrayBuffer());
      return new I420Preparer(new LetterboxKernel(module, channelPlans(spec)));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError('BACKEND_FAILED', `The letterbox kernel did not load: ${reason}`, {
        cause,
      });
    }
  }

  /** Planar 4:2:0 that lies in memory as it is displayed; the rest is for the other preparers. */
  supports(image: FrameImage, geometry: LetterboxGeometry): image is VideoFrame {
    if (!isVideoFrame(image) || !planarFormat(image) || !isUpright(image)) return false;
    const rect = image.visibleRect;
    return (
      rect !== null &&
      // Chroma is shared by two pixels, so a cut at an odd one cannot be copied.
      rect.x % 2 === 0 &&
      rect.y % 2 === 0 &&
      Math.min(rect.width, rect.height, geometry.contentWidthPx) >= SMALLEST_SIDE_PX
    );
  }

  /** Throws RangeError for a frame {@link supports} refuses. */
  async prepare(image: FrameImage, geometry: LetterboxGeometry): Promise<ImageTensor> {
    if (!this.supports(image, geometry)) {
      throw new RangeError('Expected an upright I420 or NV12 VideoFrame');
    }
    const format = planarFormat(image);
    const rect = image.visibleRect;
    if (!format || !rect) throw new RangeError('The frame was closed');
    const { planes, target } = this.#kernel.layout(format, rect.width, rect.height, geometry);
    await image.copyTo(target, { layout: [...planes] });
    const data = this.#kernel.run(yuvCoefficients(image.colorSpace));
    return {
      location: 'cpu',
      data,
      shape: [1, 3, geometry.inputHeightPx, geometry.inputWidthPx],
    };
  }

  /** Nothing to free: the kernel's memory goes with the object. */
  dispose(): void {}
}

function planarFormat(frame: VideoFrame): PlanarFormat | null {
  return frame.format === 'I420' || frame.format === 'NV12' ? frame.format : null;
}

function isUpright(frame: VideoFrame & OrientedFrame): boolean {
  return (frame.rotation ?? 0) === 0 && frame.flip !== true;
}
