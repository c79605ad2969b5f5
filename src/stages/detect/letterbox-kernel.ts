import type { ChannelPlan } from './input-preparer';
import {
  buildKernelMap,
  chromaCount,
  COLOUR_FIELDS,
  type KernelMap,
  type KernelPlan,
  type PlanarFormat,
} from './kernel-map';
import { KernelMemory } from './kernel-memory';
import type { LetterboxGeometry } from './letterbox';
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

/** Where `VideoFrame.copyTo` shall put its planes. */
export interface KernelLayout {
  readonly planes: readonly PlaneLayout[];
  readonly target: Uint8Array<ArrayBuffer>;
}

/** Samples are sixteenths, column weights Q14. */
const SAMPLE_SCALE = 2 ** -18;

/** The compiled letterbox and the memory it works in, laid out anew when frame size or input size change. */
export class LetterboxKernel {
  readonly #exports: KernelExports;
  readonly #memory: KernelMemory;
  readonly #channels: readonly [ChannelPlan, ChannelPlan, ChannelPlan];
  #map: KernelMap | null = null;

  /** `module` is compiled from letterbox.as.ts; `channels` are red, green and blue. */
  constructor(
    module: WebAssembly.Module,
    channels: readonly [ChannelPlan, ChannelPlan, ChannelPlan],
  ) {
    const instance = new WebAssembly.Instance(module);
    // The module is ours and its exports are fixed by its source.
    this.#exports = instance.exports as unknown as KernelExports;
    this.#memory = new KernelMemory(this.#exports.memory);
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
    if (!this.#map || !isSamePlan(this.#map.plan, plan)) {
      this.#map = buildKernelMap(this.#memory, plan, this.#channels);
    }
    const { copyLayout, sourceAddress, sourceBytes } = this.#map;
    const target = new Uint8Array(this.#memory.buffer, sourceAddress, sourceBytes);
    return { planes: copyLayout, target };
  }

  /** Makes the tensor of the planes put into the last layout; a view that the next call overwrites. */
  run(colour: YuvCoefficients): Float32Array {
    const map = this.#map;
    if (!map) throw new RangeError('layout comes before run');
    const { geometry, format } = map.plan;
    this.#writeColour(map.colourAddress, colour);
    if (format === 'NV12') this.#splitChroma(map);
    const planePx = geometry.inputWidthPx * geometry.inputHeightPx;
    const firstPx = geometry.contentYPx * geometry.inputWidthPx + geometry.contentXPx;
    const firstOf = ({ plane }: ChannelPlan): number =>
      map.outputAddress + 4 * (plane * planePx + firstPx);
    const [red, green, blue] = this.#channels;
    this.#exports.letterbox(
      ...map.descriptors,
      map.colourAddress,
      firstOf(red),
      firstOf(green),
      firstOf(blue),
      geometry.inputWidthPx,
      geometry.contentWidthPx,
      geometry.contentHeightPx,
    );
    return new Float32Array(this.#memory.buffer, map.outputAddress, 3 * planePx);
  }

  #splitChroma({ plan, sites, copyLayout, sourceAddress }: KernelMap): void {
    const [, u, v] = sites;
    const interleaved = copyLayout[1];
    if (!interleaved) throw new RangeError('Expected a chroma plane');
    this.#exports.splitChroma(
      sourceAddress + interleaved.offset,
      interleaved.stride,
      chromaCount(plan.widthPx),
      chromaCount(plan.heightPx),
      u.address,
      v.address,
      u.strideBytes,
    );
  }

  #writeColour(address: number, colour: YuvCoefficients): void {
    const [red, green, blue] = this.#channels;
    new Float32Array(this.#memory.buffer, address, COLOUR_FIELDS).set([
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
}

function isSamePlan(a: KernelPlan, b: KernelPlan): boolean {
  return (
    a.format === b.format &&
    a.widthPx === b.widthPx &&
    a.heightPx === b.heightPx &&
    a.geometry === b.geometry
  );
}
