/** What a synthetic frame shows. */
export type Pattern = 'gradient' | 'bars' | 'blobs';

export interface TestFrame {
  readonly format: 'I420' | 'NV12';
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pattern: Pattern;
  readonly matrix: 'smpte170m' | 'bt709';
  readonly fullRange: boolean;
}

/** Samples of a pattern at a pixel, in [0, 1] for luma and [-0.5, 0.5] for chroma. */
type Sampler = (x: number, y: number) => readonly [luma: number, u: number, v: number];

/** Colours of the bars: luma and chroma that stay inside RGB in both matrices. */
const BARS: readonly (readonly [number, number, number])[] = [
  [0.9, 0, 0],
  [0.6, -0.2, 0.05],
  [0.5, 0.1, -0.2],
  [0.45, -0.1, -0.15],
  [0.35, 0.1, 0.15],
  [0.3, -0.05, 0.2],
  [0.2, 0.15, -0.02],
  [0.1, 0, 0],
];

const SAMPLERS: Readonly<Record<Pattern, Sampler>> = {
  gradient: (x, y) => [0.2 + 0.6 * x, 0.25 * (y - 0.5), 0.25 * (x - 0.5)],
  bars: (x) => BARS[Math.min(BARS.length - 1, Math.floor(x * BARS.length))] ?? [0, 0, 0],
  // About as busy as a street: details some pixels wide, colours in patches.
  blobs: (x, y) => [
    0.5 + 0.2 * Math.sin(90 * x + 40 * y) + 0.15 * Math.sin(170 * y - 60 * x),
    0.1 * Math.sin(25 * x) * Math.cos(17 * y),
    0.1 * Math.cos(21 * y + 8 * x),
  ],
};

/** Makes a frame of planar 4:2:0 from a pattern. The caller closes it. */
export function makeTestFrame(wanted: TestFrame): VideoFrame {
  const { widthPx, heightPx, format, matrix, fullRange } = wanted;
  const chromaWidth = (widthPx + 1) >> 1;
  const chromaHeight = (heightPx + 1) >> 1;
  const lumaSize = widthPx * heightPx;
  const chromaSize = chromaWidth * chromaHeight;
  const data = new Uint8Array(lumaSize + 2 * chromaSize);
  const sample = SAMPLERS[wanted.pattern];
  const [lumaSpan, lumaOffset, chromaSpan] = fullRange ? [255, 0, 255] : [219, 16, 224];
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const [luma] = sample((x + 0.5) / widthPx, (y + 0.5) / heightPx);
      data[y * widthPx + x] = Math.round(lumaOffset + lumaSpan * luma);
    }
  }
  const uAt = (index: number): number => lumaSize + (format === 'NV12' ? 2 * index : index);
  const vAt = (index: number): number =>
    format === 'NV12' ? lumaSize + 2 * index + 1 : lumaSize + chromaSize + index;
  for (let y = 0; y < chromaHeight; y += 1) {
    for (let x = 0; x < chromaWidth; x += 1) {
      const [, u, v] = sample((2 * x + 1) / widthPx, (2 * y + 1) / heightPx);
      const index = y * chromaWidth + x;
      data[uAt(index)] = Math.round(128 + chromaSpan * u);
      data[vAt(index)] = Math.round(128 + chromaSpan * v);
    }
  }
  return new VideoFrame(data, {
    format,
    codedWidth: widthPx,
    codedHeight: heightPx,
    timestamp: 0,
    colorSpace: { matrix, fullRange, primaries: matrix, transfer: matrix },
  });
}

/** A readable name for a test. */
export function describeFrame(frame: TestFrame): string {
  const { format, widthPx, heightPx, pattern, matrix, fullRange } = frame;
  return `${pattern} ${format} ${widthPx}x${heightPx} ${matrix} ${fullRange ? 'full' : 'limited'} range`;
}

/** Mean absolute difference of two tensors in 0-255 units, normalisation taken back by `std` of each plane. */
export function meanDifference(
  a: Float32Array,
  b: Float32Array,
  std: readonly [number, number, number],
): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} values`);
  const planePx = a.length / 3;
  let total = 0;
  for (let index = 0; index < a.length; index += 1) {
    const scale = std[Math.floor(index / planePx)] ?? Number.NaN;
    total += Math.abs((a[index] ?? Number.NaN) - (b[index] ?? Number.NaN)) * scale;
  }
  return total / a.length;
}
