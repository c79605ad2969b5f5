import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../models/detect-nanodet/manifest.json';
import { readManifest } from '../../models/read-manifest';
import kernelUrl from '../../src/kernels/letterbox.wasm?url';
import { CanvasPreparer } from '../../src/stages/detect/canvas-preparer';
import { I420Preparer } from '../../src/stages/detect/i420-preparer';
import { letterboxFor } from '../../src/stages/detect/letterbox';
import { WebGpuPreparer } from '../../src/stages/detect/webgpu-preparer';
import { realFrame } from '../browser/detect/real-frame';
import {
  describeFrame,
  makeTestFrame,
  meanDifference,
  type TestFrame,
} from '../browser/detect/test-frames';

const { input } = readManifest(manifest);

/** What the project promises of any two frame paths, in 0-255 units. */
const TOLERANCE = 2;

const FRAMES: readonly TestFrame[] = (
  [
    ['I420', 640, 360, 'gradient', 'smpte170m', false],
    ['I420', 640, 360, 'bars', 'bt709', false],
    ['I420', 640, 360, 'blobs', 'smpte170m', true],
    ['I420', 1280, 720, 'blobs', 'bt709', false],
    ['I420', 1920, 1080, 'blobs', 'bt709', false],
    ['NV12', 640, 360, 'bars', 'bt709', true],
  ] as const
).map(([format, widthPx, heightPx, pattern, matrix, fullRange]) => ({
  format,
  widthPx,
  heightPx,
  pattern,
  matrix,
  fullRange,
}));

async function readBack(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const staging = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const data = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return data;
}

describe('the compute shader', () => {
  let device: GPUDevice;
  let gpu: WebGpuPreparer;
  let simd: I420Preparer;
  const canvas = new CanvasPreparer(input);

  beforeAll(async () => {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error('Expected software WebGPU, found no adapter');
    device = await adapter.requestDevice();
    gpu = new WebGpuPreparer(device, input);
    simd = await I420Preparer.load(kernelUrl, input);
  });
  afterAll(() => {
    gpu.dispose();
    canvas.dispose();
    device.destroy();
  });

  /** Largest mean difference of the shader's tensor to those of the other two. */
  async function differenceToOthers(frame: VideoFrame): Promise<number> {
    const geometry = letterboxFor(input, frame.displayWidth, frame.displayHeight, 416);
    const tensor = await gpu.prepare(frame, geometry);
    if (tensor.location !== 'gpu') throw new Error('Expected a GPU tensor');
    const onGpu = await readBack(device, tensor.buffer);
    const differences: number[] = [];
    for (const other of [simd, canvas]) {
      const reference = await other.prepare(frame, geometry);
      if (reference.location !== 'cpu') throw new Error('Expected a CPU tensor');
      differences.push(meanDifference(onGpu, reference.data, input.std));
    }
    return Math.max(...differences);
  }

  it.each(FRAMES.map((frame) => ({ name: describeFrame(frame), frame })))(
    'agrees with the SIMD kernel and the canvas on $name',
    async ({ frame: wanted }) => {
      const frame = makeTestFrame(wanted);
      try {
        expect(await differenceToOthers(frame)).toBeLessThanOrEqual(TOLERANCE);
      } finally {
        frame.close();
      }
    },
  );

  it.each(['busy-junction.mp4', 'suburban-road.mp4'])(
    'agrees with the SIMD kernel and the canvas on a frame of %s',
    async (clip) => {
      const frame = await realFrame(clip, 3);
      if (!frame) {
        console.info('skipped: no ../shared');
        return;
      }
      expect(await differenceToOthers(frame)).toBeLessThanOrEqual(TOLERANCE);
      frame.close();
    },
  );
});
