import { axesOf, type FeatureMap, type Layout } from './feature-map';
import type { OnnxAttribute } from './onnx-graph';
import { refusal } from './refusal';
import { integersOf, textOf, type TfjsNode } from './tfjs-graph';

/*
 * The three rules by which nothing of the exported size reaches the ONNX file: transposes and pads become part of
 * what follows them, and a window's padding is explicit and the same on both sides.
 */

/** The map after a transpose between the two layouts; any other transpose is refused. */
export function transposed(
  node: TfjsNode,
  value: FeatureMap,
  permutation: readonly number[],
): FeatureMap {
  const layout = transposedLayout(value.layout, permutation);
  if (layout) return { ...value, layout };
  throw refusal(node, `a transpose of ${value.layout} by [${permutation.join(', ')}]`);
}

/** The map with a border pending. `borders` holds before and after for each of the four dimensions. */
export function padded(
  node: TfjsNode,
  value: FeatureMap,
  borders: readonly number[],
  fill: number,
): FeatureMap {
  const axes = axesOf(value.layout);
  const [top, bottom] = borders.slice(axes.height * 2);
  const [left, right] = borders.slice(axes.width * 2);
  if (top === undefined || top !== bottom || left === undefined || left !== right) {
    throw refusal(node, `padding that is not symmetric: [${borders.join(', ')}]`);
  }
  const total = borders.reduce((sum, border) => sum + border, 0);
  if (total !== 2 * (top + left)) {
    throw refusal(node, `padding of batch or channels: [${borders.join(', ')}]`);
  }
  return { ...value, pendingPad: { heightPx: top, widthPx: left, value: fill } };
}

/**
 * Attributes and result size of a window that slides over a map: a convolution or a pooling. `border` is the
 * value the ONNX operator pads with.
 */
export function slidingWindow(
  node: TfjsNode,
  value: FeatureMap,
  kernel: readonly [number, number],
  border: number,
): {
  attributes: Record<string, OnnxAttribute>;
  size: { heightPx: number; widthPx: number };
} {
  if (textOf(node, 'padding') !== 'VALID') {
    throw refusal(node, `padding ${textOf(node, 'padding')}, which depends on the input size`);
  }
  const pad = value.pendingPad ?? { heightPx: 0, widthPx: 0, value: border };
  if (pad.value !== border) {
    throw refusal(node, `a border of ${pad.value}; this operator pads with ${border}`);
  }
  const [, strideY = 1, strideX = 1] = integersOf(node, 'strides');
  const pads = [pad.heightPx, pad.widthPx, pad.heightPx, pad.widthPx];
  return {
    attributes: {
      kernel_shape: { type: 'ints', value: kernel },
      strides: { type: 'ints', value: [strideY, strideX] },
      pads: { type: 'ints', value: pads },
    },
    size: {
      heightPx: Math.floor((value.heightPx + 2 * pad.heightPx - kernel[0]) / strideY) + 1,
      widthPx: Math.floor((value.widthPx + 2 * pad.widthPx - kernel[1]) / strideX) + 1,
    },
  };
}

function transposedLayout(layout: Layout, permutation: readonly number[]): Layout | null {
  const key = permutation.join(',');
  if (layout === 'NCHW' && key === '0,2,3,1') return 'NHWC';
  if (layout === 'NHWC' && key === '0,3,1,2') return 'NCHW';
  return null;
}
