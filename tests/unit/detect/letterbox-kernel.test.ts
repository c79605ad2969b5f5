import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { channelPlans } from '../../../src/stages/detect/input-preparer';
import { letterboxFor, type LetterboxGeometry } from '../../../src/stages/detect/letterbox';
import type { PlanarFormat } from '../../../src/stages/detect/kernel-map';
import { LetterboxKernel } from '../../../src/stages/detect/letterbox-kernel';
import { yuvCoefficients, type YuvColourSpace } from '../../../src/stages/detect/yuv-colour';

const spec = {
  channelOrder: 'BGR',
  mean: [103.53, 116.28, 123.675],
  std: [57.375, 57.12, 58.395],
  padValue: 114,
} as const;

interface Planes {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** Noise: nothing that is wrong by a pixel goes unnoticed. */
function noise(widthPx: number, heightPx: number): Planes {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  const plane = (size: number, low: number, span: number): Uint8Array =>
    Uint8Array.from({ length: size }, () => low + (next() % span));
  const chromaSize = ((widthPx + 1) >> 1) * ((heightPx + 1) >> 1);
  return {
    widthPx,
    heightPx,
    y: plane(widthPx * heightPx, 16, 220),
    u: plane(chromaSize, 90, 76),
    v: plane(chromaSize, 90, 76),
  };
}

/** Writes planes where the kernel asked for them. */
function fill(
  kernel: LetterboxKernel,
  format: PlanarFormat,
  p: Planes,
  g: LetterboxGeometry,
): void {
  const { planes, target } = kernel.layout(format, p.widthPx, p.heightPx, g);
  const chromaWidth = (p.widthPx + 1) >> 1;
  const put = (plane: number, bytes: Uint8Array, width: number, step = 1, start = 0): void => {
    const { offset, stride } = planes[plane] ?? { offset: 0, stride: 0 };
    bytes.forEach((value, index) => {
      const row = Math.floor(index / width);
      target[offset + row * stride + (index % width) * step + start] = value;
    });
  };
  put(0, p.y, p.widthPx);
  put(1, p.u, chromaWidth, format === 'NV12' ? 2 : 1);
  put(
    format === 'NV12' ? 1 : 2,
    p.v,
    chromaWidth,
    format === 'NV12' ? 2 : 1,
    format === 'NV12' ? 1 : 0,
  );
}

/** One plane averaged and sampled the plain way, in double precision, at one output pixel. */
function sample(
  plane: Uint8Array,
  stored: readonly [number, number],
  span: readonly [number, number],
  prefilter: number,
  at: readonly [number, number],
): number {
  const counts = stored.map((size) => Math.floor(size / prefilter));
  const [columnCount = 0, rowCount = 0] = counts;
  const cell = (x: number, y: number): number => {
    let sum = 0;
    for (let j = 0; j < prefilter; j += 1) {
      for (let i = 0; i < prefilter; i += 1) {
        sum += plane[(y * prefilter + j) * stored[0] + x * prefilter + i] ?? Number.NaN;
      }
    }
    return sum / prefilter ** 2;
  };
  const clamp = (value: number, count: number): number => Math.min(Math.max(value, 0), count - 1);
  const x = clamp((at[0] * span[0]) / prefilter - 0.5, columnCount);
  const y = clamp((at[1] * span[1]) / prefilter - 0.5, rowCount);
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [x1, y1] = [Math.min(x0 + 1, columnCount - 1), Math.min(y0 + 1, rowCount - 1)];
  const upper = cell(x0, y0) * (1 - (x - x0)) + cell(x1, y0) * (x - x0);
  const lower = cell(x0, y1) * (1 - (x - x0)) + cell(x1, y1) * (x - x0);
  return upper * (1 - (y - y0)) + lower * (y - y0);
}

/** Textbook conversion, ITU-R BT.601 and BT.709. */
function toRgb(y: number, u: number, v: number, space: YuvColourSpace): readonly number[] {
  const [kr, kb] = space.matrix === 'bt709' ? [0.2126, 0.0722] : [0.299, 0.114];
  const luma = space.fullRange ? y / 255 : (y - 16) / 219;
  const [cb, cr] = [u, v].map((value) => (value - 128) / (space.fullRange ? 255 : 224));
  const red = luma + 2 * (1 - kr) * (cr ?? 0);
  const blue = luma + 2 * (1 - kb) * (cb ?? 0);
  const green = (luma - kr * red - kb * blue) / (1 - kr - kb);
  return [red, green, blue].map((value) => Math.min(Math.max(value, 0), 1) * 255);
}

function reference(p: Planes, g: LetterboxGeometry, space: YuvColourSpace): Float32Array {
  const planePx = g.inputWidthPx * g.inputHeightPx;
  const out = new Float32Array(3 * planePx);
  const chroma = [(p.widthPx + 1) >> 1, (p.heightPx + 1) >> 1] as const;
  const k = g.prefilterPx;
  for (let y = 0; y < g.inputHeightPx; y += 1) {
    for (let x = 0; x < g.inputWidthPx; x += 1) {
      const at = [
        (x - g.contentXPx + 0.5) / g.contentWidthPx,
        (y - g.contentYPx + 0.5) / g.contentHeightPx,
      ] as const;
      const isContent = at.every((value) => value > 0 && value < 1);
      const size = [p.widthPx, p.heightPx] as const;
      const half = [p.widthPx / 2, p.heightPx / 2] as const;
      const rgb = isContent
        ? toRgb(
            sample(p.y, size, size, k, at),
            sample(p.u, chroma, half, Math.max(1, k / 2), at),
            sample(p.v, chroma, half, Math.max(1, k / 2), at),
            space,
          )
        : [114, 114, 114];
      rgb.forEach((value, channel) => {
        const plane = (2 - channel) as 0 | 1 | 2; // BGR
        out[plane * planePx + y * g.inputWidthPx + x] =
          (value - spec.mean[plane]) / spec.std[plane];
      });
    }
  }
  return out;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  a.forEach((value, index) => {
    largest = Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN)) * 58);
  });
  return largest;
}

describe('the letterbox kernel', () => {
  let kernel: LetterboxKernel;

  beforeAll(async () => {
    const bytes = await readFile(new URL('../../../src/kernels/letterbox.wasm', import.meta.url));
    kernel = new LetterboxKernel(await WebAssembly.compile(bytes), channelPlans(spec));
  });

  it.each([
    ['I420', 160, 90, 128, { matrix: 'smpte170m', fullRange: false }],
    ['I420', 160, 90, 192, { matrix: 'bt709', fullRange: true }],
    ['I420', 320, 180, 128, { matrix: 'bt709', fullRange: false }],
    ['I420', 640, 360, 128, { matrix: 'smpte170m', fullRange: true }],
    ['I420', 161, 91, 128, { matrix: null, fullRange: null }],
    ['I420', 323, 187, 128, { matrix: 'bt709', fullRange: false }],
    ['I420', 45, 83, 96, { matrix: 'bt709', fullRange: false }],
    ['NV12', 161, 91, 128, { matrix: 'bt709', fullRange: false }],
    ['NV12', 645, 363, 128, { matrix: 'smpte170m', fullRange: false }],
  ] as const)(
    'makes of %s %i x %i at %i what double precision makes',
    (format, w, h, side, space) => {
      const planes = noise(w, h);
      const geometry = letterboxFor({ size: null, strideMultiple: 32, fit: 'centred' }, w, h, side);
      fill(kernel, format, planes, geometry);
      const made = kernel.run(yuvCoefficients(space));
      const expected = reference(planes, geometry, space);
      expect(made).toHaveLength(expected.length);
      // Weights of 14 and 15 bits and sixteenths leave less than a third of a grey level anywhere.
      expect(largestDifference(made, expected)).toBeLessThan(0.33);
    },
  );

  it.each(['top-left', 'stretched'] as const)('makes a %s picture by both its scales', (fit) => {
    const size = { widthPx: 96, heightPx: 128 };
    const geometry = letterboxFor({ size, strideMultiple: 32, fit }, 323, 187, 128);
    const space = { matrix: 'bt709', fullRange: false };
    const planes = noise(323, 187);
    fill(kernel, 'I420', planes, geometry);
    const made = kernel.run(yuvCoefficients(space));
    expect(largestDifference(made, reference(planes, geometry, space))).toBeLessThan(0.33);
  });

  it('starts afresh when a smaller frame follows a larger one', () => {
    const geometry = (w: number, h: number): LetterboxGeometry =>
      letterboxFor({ size: null, strideMultiple: 32, fit: 'centred' }, w, h, 128);
    const space = { matrix: 'bt709', fullRange: false };
    for (const [w, h] of [
      [160, 90],
      [90, 160],
      [160, 90],
    ] as const) {
      const planes = noise(w, h);
      const g = geometry(w, h);
      fill(kernel, 'I420', planes, g);
      const made = kernel.run(yuvCoefficients(space));
      expect(largestDifference(made, reference(planes, g, space))).toBeLessThan(0.33);
    }
  });
});
