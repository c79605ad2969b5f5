import type { ChannelPlan } from './input-preparer';
import { aligned, type KernelMemory } from './kernel-memory';
import type { LetterboxGeometry } from './letterbox';
import { sampleAxis, type AxisSamples } from './sample-axis';

/** Pixel formats the kernel reads: 4:2:0 with 8 bits, chroma in two planes or interleaved in one. */
export type PlanarFormat = 'I420' | 'NV12';

/** Everything that decides the kernel's memory map. */
export interface KernelPlan {
  readonly format: PlanarFormat;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly geometry: LetterboxGeometry;
}

/** Where one plane lies. */
export interface PlaneSite {
  readonly address: number;
  readonly strideBytes: number;
}

/** Addresses of one plan's pieces. */
export interface KernelMap {
  readonly plan: KernelPlan;
  /** Where `VideoFrame.copyTo` puts its planes, relative to `sourceAddress`. */
  readonly copyLayout: readonly PlaneLayout[];
  readonly sourceAddress: number;
  readonly sourceBytes: number;
  /** Luma, U and V as the kernel reads them; for NV12 the chroma is split first. */
  readonly sites: readonly [PlaneSite, PlaneSite, PlaneSite];
  /** The kernel's `Plane` blocks for the same. */
  readonly descriptors: readonly [number, number, number];
  readonly colourAddress: number;
  readonly outputAddress: number;
}

/** 32-bit fields of the kernel's `Colour`. */
export const COLOUR_FIELDS = 14;

/** Lays out memory for frames of one kind, with all tables filled in and the bars painted. */
export function buildKernelMap(
  memory: KernelMemory,
  plan: KernelPlan,
  channels: readonly ChannelPlan[],
): KernelMap {
  memory.reset();
  const { layout: copyLayout, bytes: sourceBytes } = copyLayoutOf(plan);
  const sourceAddress = memory.allocate(sourceBytes);
  const sites = planeSites(memory, plan, copyLayout, sourceAddress);
  const descriptors = [
    describePlane(memory, plan, sites[0], 1),
    describePlane(memory, plan, sites[1], 2),
    describePlane(memory, plan, sites[2], 2),
  ] as const;
  const colourAddress = memory.allocate(4 * COLOUR_FIELDS);
  const planePx = plan.geometry.inputWidthPx * plan.geometry.inputHeightPx;
  const outputAddress = memory.allocate(12 * planePx);
  for (const { plane, pad } of channels) {
    new Float32Array(memory.buffer, outputAddress + 4 * plane * planePx, planePx).fill(pad);
  }
  return {
    plan,
    copyLayout,
    sourceAddress,
    sourceBytes,
    sites,
    descriptors,
    colourAddress,
    outputAddress,
  };
}

/** Chroma has a sample for every two pixels, the last one shared by nobody when the side is odd. */
export function chromaCount(sidePx: number): number {
  return (sidePx + 1) >> 1;
}

function copyLayoutOf({ format, widthPx, heightPx }: KernelPlan): {
  readonly layout: readonly PlaneLayout[];
  readonly bytes: number;
} {
  const luma = { offset: 0, stride: aligned(widthPx) };
  const firstChroma = luma.stride * heightPx;
  const isSplit = format === 'I420';
  const stride = aligned(chromaCount(widthPx) * (isSplit ? 1 : 2));
  const chromaBytes = stride * chromaCount(heightPx);
  const first = { offset: firstChroma, stride };
  const second = { offset: firstChroma + chromaBytes, stride };
  return isSplit
    ? { layout: [luma, first, second], bytes: firstChroma + 2 * chromaBytes }
    : { layout: [luma, first], bytes: firstChroma + chromaBytes };
}

function planeSites(
  memory: KernelMemory,
  { widthPx, heightPx }: KernelPlan,
  layout: readonly PlaneLayout[],
  sourceAddress: number,
): readonly [PlaneSite, PlaneSite, PlaneSite] {
  const [luma, u, v] = layout.map(({ offset, stride }) => ({
    address: sourceAddress + offset,
    strideBytes: stride,
  }));
  if (luma && u && v) return [luma, u, v];
  if (!luma) throw new RangeError('Expected a luma plane');
  const strideBytes = aligned(chromaCount(widthPx));
  const bytes = strideBytes * chromaCount(heightPx);
  const splitPlane = (): PlaneSite => ({ address: memory.allocate(bytes), strideBytes });
  return [luma, splitPlane(), splitPlane()];
}

/** Writes a `Plane` block; `divisor` is 2 for chroma, which has half as many samples a side. */
function describePlane(
  memory: KernelMemory,
  { widthPx, heightPx, geometry }: KernelPlan,
  site: PlaneSite,
  divisor: 1 | 2,
): number {
  const prefilter = Math.max(1, geometry.prefilterPx / divisor);
  const stored = (sidePx: number): number => (divisor === 1 ? sidePx : chromaCount(sidePx));
  const columns = sampleAxis(
    widthPx / divisor,
    stored(widthPx),
    geometry.contentWidthPx,
    prefilter,
  );
  const rows = sampleAxis(
    heightPx / divisor,
    stored(heightPx),
    geometry.contentHeightPx,
    prefilter,
  );
  const rowBytes = 2 * (columns.count + 1);
  const fields = Int32Array.of(
    site.address,
    site.strideBytes,
    columns.count,
    prefilter,
    memory.put(rowTable(rows)),
    memory.put(columns.first.map((index) => index * 2)),
    memory.put(columnWeights(columns)),
    memory.allocate(rowBytes),
    memory.allocate(rowBytes),
    memory.allocate(rowBytes),
    -1,
    -1,
  );
  return memory.put(fields);
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
