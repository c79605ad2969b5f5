import type { FrameImage } from '../../contracts/frame';
import type { ModelInputSpec } from '../../contracts/model';
import type { FramePath } from '../../contracts/worker-api';
import type { ImageTensor } from '../../inference/tensor';
import type { LetterboxGeometry } from './letterbox';

/** What a preparer must know of a network. */
export type PixelSpec = Pick<ModelInputSpec, 'channelOrder' | 'mean' | 'std' | 'padValue'>;

/** Turns frames into network input: letterboxed, planar, normalised. All ways give the same tensor. */
export interface InputPreparer {
  readonly path: FramePath;
  /** Whether this way can take this frame; cheap. */
  supports(image: FrameImage, geometry: LetterboxGeometry): boolean;
  /** Borrows the frame. The tensor is valid until the next call. One call at a time. */
  prepare(image: FrameImage, geometry: LetterboxGeometry): Promise<ImageTensor>;
  dispose(): void;
}

/** One colour in the tensor: which plane it fills and how `value * scale + shift` normalises it. */
export interface ChannelPlan {
  readonly plane: 0 | 1 | 2;
  readonly scale: number;
  readonly shift: number;
  /** The bars, normalised. */
  readonly pad: number;
}

/** Plans for red, green and blue, in this order. */
export function channelPlans(spec: PixelSpec): readonly [ChannelPlan, ChannelPlan, ChannelPlan] {
  const plan = (plane: 0 | 1 | 2): ChannelPlan => {
    const scale = 1 / spec.std[plane];
    const shift = -spec.mean[plane] * scale;
    return { plane, scale, shift, pad: spec.padValue * scale + shift };
  };
  return spec.channelOrder === 'RGB' ? [plan(0), plan(1), plan(2)] : [plan(2), plan(1), plan(0)];
}

/** True for a VideoFrame. Works where the class itself is missing. */
export function isVideoFrame(image: FrameImage): image is VideoFrame {
  return typeof VideoFrame !== 'undefined' && image instanceof VideoFrame;
}

/** A frame's size as displayed, rotation and pixel aspect applied. */
export function displaySize(image: FrameImage): {
  readonly widthPx: number;
  readonly heightPx: number;
} {
  return isVideoFrame(image)
    ? { widthPx: image.displayWidth, heightPx: image.displayHeight }
    : { widthPx: image.width, heightPx: image.height };
}
