/** Order of the dimensions on the TensorFlow side. The ONNX tensor behind it is always NCHW. */
export type Layout = 'NCHW' | 'NHWC';

/** Zero or minus-infinity border that the next convolution or pooling takes into its own padding. */
export interface PendingPad {
  readonly heightPx: number;
  readonly widthPx: number;
  readonly value: number;
}

/**
 * One tensor of the graph while it is translated. TensorFlow's transposes only change `layout`, and its
 * pads only set `pendingPad`: neither leaves an operator in the ONNX file.
 */
export interface FeatureMap {
  /** Name of the ONNX tensor, NCHW. */
  readonly tensor: string;
  readonly layout: Layout;
  readonly channelCount: number;
  /** Size at the input size the TensorFlow.js file was exported at; only ratios of it may reach the ONNX file. */
  readonly heightPx: number;
  readonly widthPx: number;
  readonly pendingPad: PendingPad | null;
}

/** Where height, width and channels stand in a four-dimensional shape of this layout. */
export function axesOf(layout: Layout): { height: number; width: number; channel: number } {
  return layout === 'NCHW'
    ? { height: 2, width: 3, channel: 1 }
    : { height: 1, width: 2, channel: 3 };
}

/** Size and layout, for comparing and for messages. */
export function describe(value: FeatureMap): string {
  return `${value.channelCount}x${value.heightPx}x${value.widthPx} ${value.layout}`;
}
