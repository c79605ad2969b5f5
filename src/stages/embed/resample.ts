/** Packed RGBA bytes, row by row, as `ImageData` holds them. */
export interface RgbaPixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** For one output position: where its source samples begin, how many there are, and their weights. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** `stride` weights a position, the first `counts[i]` are used and sum to 1. */
  readonly weights: Float32Array;
  readonly stride: number;
}

/**
 * Resizes to `outWidthPx` x `outHeightPx` and returns interleaved RGB floats, 0-255.
 *
 * A triangle filter whose support grows with the reduction, the rule of Pillow's `BILINEAR`, which
 * made the training pictures. A canvas would be shorter, but each browser has its own filter there
 * (a plain 2x2 tap aliases at reductions above two), and a vector would then depend on the browser.
 * Throws RangeError for an empty size.
 */
export function resampleRgb(
  source: RgbaPixels,
  outWidthPx: number,
  outHeightPx: number,
): Float32Array {
  const { data, widthPx, heightPx } = source;
  if (widthPx < 1 || heightPx < 1 || outWidthPx < 1 || outHeightPx < 1) {
    throw new RangeError(
      `Expected sizes of at least 1x1 px, got ${widthPx}x${heightPx} to ${outWidthPx}x${outHeightPx}`,
    );
  }
  const rows = resampleRows(data, widthPx, heightPx, makeTaps(widthPx, outWidthPx), outWidthPx);
  return resampleColumns(rows, outWidthPx, makeTaps(heightPx, outHeightPx), outHeightPx);
}

function makeTaps(inCount: number, outCount: number): Taps {
  const scale = inCount / outCount;
  const support = Math.max(1, scale);
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outCount);
  const counts = new Int32Array(outCount);
  const weights = new Float32Array(outCount * stride);
  for (let i = 0; i < outCount; i += 1) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(inCount, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let k = start; k < end; k += 1) {
      const weight = Math.max(0, 1 - Math.abs(k + 0.5 - centre) / support);
      weights[i * stride + k - start] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - start; k += 1) {
      weights[i * stride + k] = (weights[i * stride + k] ?? 0) / sum;
    }
    starts[i] = start;
    counts[i] = end - start;
  }
  return { starts, counts, weights, stride };
}

function resampleRows(
  data: RgbaPixels['data'],
  widthPx: number,
  heightPx: number,
  taps: Taps,
  outWidthPx: number,
): Float32Array {
  const out = new Float32Array(outWidthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < outWidthPx; x += 1) {
      const count = taps.counts[x] ?? 0;
      let from = (y * widthPx + (taps.starts[x] ?? 0)) * 4;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = 0; k < count; k += 1, from += 4) {
        const weight = taps.weights[x * taps.stride + k] ?? 0;
        red += weight * (data[from] ?? 0);
        green += weight * (data[from + 1] ?? 0);
        blue += weight * (data[from + 2] ?? 0);
      }
      const to = (y * outWidthPx + x) * 3;
      out[to] = red;
      out[to + 1] = green;
      out[to + 2] = blue;
    }
  }
  return out;
}

function resampleColumns(
  rows: Float32Array,
  widthPx: number,
  taps: Taps,
  outHeightPx: number,
): Float32Array {
  const stride = widthPx * 3;
  const out = new Float32Array(stride * outHeightPx);
  for (let y = 0; y < outHeightPx; y += 1) {
    const start = taps.starts[y] ?? 0;
    const count = taps.counts[y] ?? 0;
    for (let k = 0; k < count; k += 1) {
      const weight = taps.weights[y * taps.stride + k] ?? 0;
      const from = (start + k) * stride;
      const to = y * stride;
      for (let i = 0; i < stride; i += 1) {
        out[to + i] = (out[to + i] ?? 0) + weight * (rows[from + i] ?? 0);
      }
    }
  }
  return out;
}
