import { AppError } from '../../core/app-error';
import type { ChannelPlan } from './input-preparer';
import type { LetterboxGeometry } from './letterbox';
import { sampleAxis, type AxisSamples } from './sample-axis';
import type { YuvCoefficients } from './yuv-colour';

/** What letterbox.wasm exports; see src/kernels/letterbox.as.ts. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  letterbox(
    luma: number,
    u: number,
    v: number,
    colour: number,
    red: number,
    green: number,
    blue: number,
    outputStride: number,
    contentWidth: number,
    contentHeight: number,
  ): void;
  splitChroma(
    source: number,
    sourceStride: number,
    width: number,
    height: number,
    u: number,
    v: number,
    targetStride: number,
  ): void;
}

export type PlanarFormat = 'I420' | 'NV12';

/** Where `VideoFrame.copyTo` shall put its planes. */
export interface KernelLayout {
  readonly planes: readonly PlaneLayout[];
  readonly target: Uint8Array<ArrayBuffer>;
}

/** Everything that decides the kernel's memory map. */
interface KernelPlan {
  readonly format: PlanarFormat;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly geometry: LetterboxGeometry;
}

/** Addresses of one plan's pieces. */
interface KernelMap {
  readonly plan: KernelPlan;
  readonly planes: readonly PlaneLayout[];
  readonly sourceAddress: number;
  readonly sourceBytes: number;
  readonly descriptors: readonly [number, number, number];
  readonly colourAddress: number;
  readonly outputAddress: number;
}

/** The kernel reads and writes up to this much past the end of a row. */
const OVERRUN_BYTES = 64;
/** Keeps clear of what the compiler might put at the start of memory. */
const FIRST_ADDRESS = 1024;
const PAGE_BYTES = 65_536;
/** Samples are sixteenths, column weights Q14. */
const SAMPLE_SCALE = 2 ** -18;
const DESCRIPTOR_FIELDS = 12;
const COLOUR_FIELDS = 14;

/** The compiled letterbox and the memory it works in, laid out anew when frame size or input size change. */
export class LetterboxKernel {
  readonly #exports: KernelExports;
  readonly #channels: readonly [ChannelPlan, ChannelPlan, ChannelPlan];
  #map: KernelMap | null = null;
  #nextAddress = FIRST_ADDRESS;

  /** `module` is compiled from letterbox.as.ts; `channels` are red, green and blue. */
  constructor(
    module: WebAssembly.Module,
    channels: readonly [ChannelPlan, ChannelPlan, ChannelPlan],
  ) {
    const instance = new WebAssembly.Instance(module);
    // The module is ours and its exports are fixed by its source.
    this.#exports = instance.exports as unknown as KernelExports;
    this.#channels = channels;
  }

  /** Gets memory ready for frames of this kind and tells where the planes go. */
  layout(
    format: PlanarFormat,
    widthPx: number,
    heightPx: number,
    geometry: LetterboxGeometry,
  ): KernelLayout {
    const plan = { format, widthPx, heightPx, geometry };
    if (!this.#map || !isSamePlan(this.#map.plan, plan)) this.#map = this.#build(plan);
    const { planes, sourceAddress, sourceBytes } = this.#map;
    const target = new Uint8Array(this.#buffer, sourceAddress, sourceBytes);
    return { planes, target };
  }

  /** Makes the tensor of the planes put into the last layout; a view that the next call overwrites. */
  run(colour: YuvCoefficients): Float32Array {
    const map = this.#map;
    if (!map) throw new RangeError('layout comes before run');
    const { geometry, format, widthPx, heightPx } = map.plan;
    this.#writeColour(map.colourAddress, colour);
    if (format === 'NV12') this.#splitChroma(map, widthPx, heightPx);
    const planePx = geometry.inputWidthPx * geometry.inputHeightPx;
    const firstPx = geometry.contentYPx * geometry.inputWidthPx + geometry.contentXPx;
    const [red, green, blue] = this.#channels.map(
      ({ plane }) => map.outputAddress + 4 * (plane * planePx + firstPx),
    ) as [number, number, number]; // map keeps the length of the triple
    this.#exports.letterbox(
      ...map.descriptors,
      map.colourAddress,
      red,
      green,
      blue,
      geometry.inputWidthPx,
      geometry.contentWidthPx,
      geometry.contentHeightPx,
    );
    return new Float32Array(this.#buffer, map.outputAddress, 3 * planePx);
  }

  get #buffer(): ArrayBuffer {
    return this.#exports.memory.buffer as ArrayBuffer; // the kernel's memory is not shared
  }

  #build(plan: KernelPlan): KernelMap {
    this.#nextAddress = FIRST_ADDRESS;
    const { geometry, widthPx, heightPx, format } = plan;
    const chromaWidth = (widthPx + 1) >> 1;
    const chromaHeight = (heightPx + 1) >> 1;
    const planes = planeLayouts(format, widthPx, heightPx);
    const sourceBytes = planes.reduce(
      (end, { offset, stride }, index) =>
        Math.max(end, offset + stride * (index === 0 ? heightPx : chromaHeight)),
      0,
    );
    const sourceAddress = this.#allocate(sourceBytes);
    const [lumaLayout, uLayout, vLayout] = planes;
    const chromaStride = aligned(chromaWidth);
    // NV12's chroma is split into two planes of our own before the kernel runs.
    const u =
      vLayout && uLayout
        ? { data: sourceAddress + uLayout.offset, stride: uLayout.stride }
        : { data: this.#allocate(chromaStride * chromaHeight), stride: chromaStride };
    const v = vLayout
      ? { data: sourceAddress + vLayout.offset, stride: vLayout.stride }
      : { data: this.#allocate(chromaStride * chromaHeight), stride: chromaStride };
    const luma = { data: sourceAddress, stride: lumaLayout?.stride ?? 0 };
    const chromaPrefilter = Math.max(1, geometry.prefilterPx / 2);
    const describe = (
      plane: { readonly data: number; readonly stride: number },
      divisor: 1 | 2,
    ): number => {
      const prefilter = divisor === 1 ? geometry.prefilterPx : chromaPrefilter;
      const columns = sampleAxis(
        widthPx / divisor,
        divisor === 1 ? widthPx : chromaWidth,
        geometry.contentWidthPx,
        prefilter,
      );
      const rows = sampleAxis(
        heightPx / divisor,
        divisor === 1 ? heightPx : chromaHeight,
        geometry.contentHeightPx,
        prefilter,
      );
      return this.#describePlane(plane, prefilter, columns, rows);
    };
    const descriptors = [describe(luma, 1), describe(u, 2), describe(v, 2)] as const;
    const colourAddress = this.#allocate(4 * COLOUR_FIELDS);
    const planePx = geometry.inputWidthPx * geometry.inputHeightPx;
    const outputAddress = this.#allocate(12 * planePx);
    for (const { plane, pad } of this.#channels) {
      new Float32Array(this.#buffer, outputAddress + 4 * plane * planePx, planePx).fill(pad);
    }
    return {
      plan,
      planes,
      sourceAddress,
      sourceBytes,
      descriptors,
      colourAddress,
      outputAddress,
    };
  }

  #describePlane(
    plane: { readonly data: number; readonly stride: number },
    prefilter: number,
    columns: AxisSamples,
    rows: AxisSamples,
  ): number {
    const rowEntries = this.#put(rowTable(rows));
    const offsets = this.#put(columns.first.map((index) => index * 2));
    const weights = this.#put(columnWeights(columns));
    const rowBytes = 2 * (columns.count + 1);
    const fields = new Int32Array(DESCRIPTOR_FIELDS);
    fields.set([plane.data, plane.stride, columns.count, prefilter, rowEntries, offsets, weights]);
    fields.set([this.#allocate(rowBytes), this.#allocate(rowBytes), this.#allocate(rowBytes)], 7);
    fields.set([-1, -1], 10);
    return this.#put(fields);
  }

  #splitChroma(map: KernelMap, widthPx: number, heightPx: number): void {
    const chroma = map.planes[1];
    if (!chroma) throw new RangeError('NV12 has a chroma plane');
    const fields = (address: number): Int32Array => new Int32Array(this.#buffer, address, 2);
    const [uData = 0, stride = 0] = fields(map.descriptors[1]);
    const [vData = 0] = fields(map.descriptors[2]);
    this.#exports.splitChroma(
      map.sourceAddress + chroma.offset,
      chroma.stride,
      (widthPx + 1) >> 1,
      (heightPx + 1) >> 1,
      uData,
      vData,
      stride,
    );
  }

  #writeColour(address: number, colour: YuvCoefficients): void {
    const [red, green, blue] = this.#channels;
    new Float32Array(this.#buffer, address, COLOUR_FIELDS).set([
      colour.luma * SAMPLE_SCALE,
      colour.redFromV * SAMPLE_SCALE,
      colour.greenFromU * SAMPLE_SCALE,
      colour.greenFromV * SAMPLE_SCALE,
      colour.blueFromU * SAMPLE_SCALE,
      colour.redBias,
      colour.greenBias,
      colour.blueBias,
      red.scale,
      red.shift,
      green.scale,
      green.shift,
      blue.scale,
      blue.shift,
    ]);
  }

  #put(values: Int32Array): number {
    const address = this.#allocate(values.byteLength);
    new Int32Array(this.#buffer, address, values.length).set(values);
    return address;
  }

  #allocate(bytes: number): number {
    const address = this.#nextAddress;
    this.#nextAddress = aligned(address + bytes + OVERRUN_BYTES);
    const missingBytes = this.#nextAddress - this.#exports.memory.buffer.byteLength;
    if (missingBytes > 0) this.#grow(Math.ceil(missingBytes / PAGE_BYTES));
    return address;
  }

  #grow(pageCount: number): void {
    try {
      this.#exports.memory.grow(pageCount);
    } catch (cause) {
      const bytes = (pageCount * PAGE_BYTES).toLocaleString('en-US');
      throw new AppError('BACKEND_FAILED', `Expected ${bytes} more bytes for frames, found none`, {
        cause,
      });
    }
  }
}

function planeLayouts(
  format: PlanarFormat,
  widthPx: number,
  heightPx: number,
): readonly PlaneLayout[] {
  const chromaWidth = (widthPx + 1) >> 1;
  const chromaHeight = (heightPx + 1) >> 1;
  const luma = { offset: 0, stride: aligned(widthPx) };
  const chromaOffset = luma.stride * heightPx;
  if (format === 'NV12') {
    return [luma, { offset: chromaOffset, stride: aligned(2 * chromaWidth) }];
  }
  const stride = aligned(chromaWidth);
  return [
    luma,
    { offset: chromaOffset, stride },
    { offset: chromaOffset + stride * chromaHeight, stride },
  ];
}

/** First row, second row, weight of the second in Q15, for each output row. */
function rowTable(rows: AxisSamples): Int32Array {
  const table = new Int32Array(rows.first.length * 3);
  rows.first.forEach((first, index) => {
    const weight = Math.min(32_767, Math.round((rows.weight[index] ?? 0) * 32_768));
    table.set([first, Math.min(first + 1, rows.count - 1), weight], index * 3);
  });
  return table;
}

/** Weights of both neighbours as two i16 in Q14, packed into one i32. */
function columnWeights(columns: AxisSamples): Int32Array {
  return Int32Array.from(columns.weight, (weight) => {
    const second = Math.round(weight * 16_384);
    return (16_384 - second) | (second << 16);
  });
}

/** Rows and tables start at multiples of 16 bytes, the width of a SIMD register. */
function aligned(bytes: number): number {
  return (bytes + 15) & ~15;
}

function isSamePlan(a: KernelPlan, b: KernelPlan): boolean {
  return (
    a.format === b.format &&
    a.widthPx === b.widthPx &&
    a.heightPx === b.heightPx &&
    a.geometry === b.geometry
  );
}
