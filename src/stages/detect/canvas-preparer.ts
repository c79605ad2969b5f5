import type { FrameImage } from '../../contracts/frame';
import { AppError } from '../../core/app-error';
import type { ImageTensor } from '../../inference/tensor';
import {
  channelPlans,
  displaySize,
  type ChannelPlan,
  type InputPreparer,
  type PixelSpec,
} from './input-preparer';
import type { LetterboxGeometry } from './letterbox';

type Context = OffscreenCanvasRenderingContext2D;

/** The path that takes any frame in any browser: drawn on a canvas, read back, normalised in script. */
export class CanvasPreparer implements InputPreparer {
  readonly path = 'canvas';
  readonly #channels: readonly [ChannelPlan, ChannelPlan, ChannelPlan];
  /** One canvas for each halving step and one for the picture, kept while sizes stay. */
  readonly #contexts = new Map<string, Context>();
  #geometry: LetterboxGeometry | null = null;
  #data = new Float32Array(0);

  constructor(spec: PixelSpec) {
    this.#channels = channelPlans(spec);
  }

  supports(): boolean {
    return true;
  }

  async prepare(image: FrameImage, geometry: LetterboxGeometry): Promise<ImageTensor> {
    if (this.#geometry !== geometry) this.#reset(geometry);
    const { contentWidthPx: width, contentHeightPx: height } = geometry;
    const reduced = this.#reduce(image, geometry);
    const context = this.#context('content', width, height);
    context.drawImage(reduced.image, 0, 0, reduced.widthPx, reduced.heightPx, 0, 0, width, height);
    this.#normalise(context.getImageData(0, 0, width, height).data, geometry);
    return {
      location: 'cpu',
      data: this.#data,
      shape: [1, 3, geometry.inputHeightPx, geometry.inputWidthPx],
    };
  }

  dispose(): void {
    this.#contexts.clear();
    this.#geometry = null;
    this.#data = new Float32Array(0);
  }

  #reset(geometry: LetterboxGeometry): void {
    this.#contexts.clear();
    this.#geometry = geometry;
    const planePx = geometry.inputWidthPx * geometry.inputHeightPx;
    this.#data = new Float32Array(3 * planePx);
    for (const { plane, pad } of this.#channels) {
      this.#data.fill(pad, plane * planePx, (plane + 1) * planePx);
    }
  }

  /** Halves by drawing: bilinear at exactly half size is the mean of 2x2, as in the other preparers. */
  #reduce(
    image: FrameImage,
    geometry: LetterboxGeometry,
  ): {
    readonly image: FrameImage | OffscreenCanvas;
    readonly widthPx: number;
    readonly heightPx: number;
  } {
    let current: FrameImage | OffscreenCanvas = image;
    let { widthPx, heightPx } = displaySize(image);
    for (let step = 2; step <= geometry.prefilterPx; step *= 2) {
      const halfWidth = Math.max(1, widthPx >> 1);
      const halfHeight = Math.max(1, heightPx >> 1);
      const context = this.#context(`half-${step}`, halfWidth, halfHeight);
      context.drawImage(current, 0, 0, halfWidth * 2, halfHeight * 2, 0, 0, halfWidth, halfHeight);
      current = context.canvas;
      widthPx = halfWidth;
      heightPx = halfHeight;
    }
    return { image: current, widthPx, heightPx };
  }

  #context(name: string, widthPx: number, heightPx: number): Context {
    const existing = this.#contexts.get(name);
    if (existing) return existing;
    const context = new OffscreenCanvas(widthPx, heightPx).getContext('2d', {
      alpha: false,
      // Every frame is read back, which is quicker from memory than from the graphics card.
      willReadFrequently: true,
    });
    if (!context) throw new AppError('BACKEND_FAILED', 'Expected a 2D canvas, found none');
    // Plain bilinear; better qualities differ from browser to browser.
    context.imageSmoothingQuality = 'low';
    this.#contexts.set(name, context);
    return context;
  }

  #normalise(rgba: Uint8ClampedArray, geometry: LetterboxGeometry): void {
    const { inputWidthPx, contentWidthPx, contentHeightPx } = geometry;
    const planePx = inputWidthPx * geometry.inputHeightPx;
    const firstPx = geometry.contentYPx * inputWidthPx + geometry.contentXPx;
    this.#channels.forEach(({ plane, scale, shift }, channel) => {
      for (let y = 0; y < contentHeightPx; y += 1) {
        let to = plane * planePx + firstPx + y * inputWidthPx;
        let from = y * contentWidthPx * 4 + channel;
        for (let x = 0; x < contentWidthPx; x += 1, to += 1, from += 4) {
          this.#data[to] = (rgba[from] ?? 0) * scale + shift;
        }
      }
    });
  }
}
